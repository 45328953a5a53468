import { access } from 'node:fs/promises';
import { createProcessHost } from '../../../src/simulator/processes/index.ts';
import { postgresOnDemand } from '../../../src/simulator/postgres/index.ts';

it('starts one server, however many ask at once', async () => {
  const postgres = postgresOnDemand();
  try {
    const [one, two] = await Promise.all([postgres.server(), postgres.server()]);
    expect(one).toBe(two);
  } finally {
    await postgres.close();
  }
});

it('ends a server that is just starting, and starts none afterwards', async () => {
  const postgres = postgresOnDemand();
  const starting = postgres.server();
  await postgres.close();
  const { folder } = await starting;
  await expect(access(folder)).rejects.toThrow(/ENOENT/);
  await expect(postgres.server()).rejects.toThrow(/closing/);
});

it('has nothing to end where nobody asked', async () => {
  await postgresOnDemand().close();
});

it('tries again after a start that failed', async () => {
  let asked = 0;
  const host = createProcessHost();
  const port = async () => ((asked += 1) === 1 ? Promise.reject(new Error('no port left')) : host.freePort());
  const postgres = postgresOnDemand({ port });
  try {
    await expect(postgres.server()).rejects.toThrow('no port left');
    expect((await postgres.server()).port).toBeGreaterThan(0);
  } finally {
    await postgres.close();
  }
});
