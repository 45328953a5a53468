import { MigratingWorld, quickly } from './support/migrating.ts';
import { APP } from './support/world.ts';

let app: MigratingWorld;
beforeAll(async () => {
  app = await MigratingWorld.create();
});
afterEach(() => app.tidy());
afterAll(() => app.world.close());

test('SIGTERM in the middle stops the dyno, learns its end, and the policy holds', async () => {
  await app.open();
  const terminate = new AbortController();
  const { job, log } = await app.migrate('echo begun; sleep 60', {
    terminate: terminate.signal,
    terminationGraceMs: 50_000,
    at: 'migrate | begun',
    then: () => terminate.abort(),
  });

  expect(job.status).toBe('canceled');
  expect(log).toContain('SIGTERM: stopping and putting things back.');
  expect(log).toContain('ERROR: The migration failed with exit status 143.');
  expect(log).toContain(
    'Its dyno was stopped because the job was interrupted. The schema may be half applied.',
  );
  expect(log).toContain(`${APP}: held (exit 3)`);
  expect(log).toMatch(/State now:[^]*database {4}unknown/);
  expect(await app.isHeld()).toBe(true);
});

test('SIGTERM at a migration that is about to end well lets it end well, and the window closes', async () => {
  // Of the job that was cancelled nothing is known but that it began: who says "open it" knows more.
  await app.open();
  const terminate = new AbortController();
  const { log } = await app.migrate(
    `trap 'told=1' TERM; echo begun; until [ "$told" ]; do sleep 0.05; done; echo done`,
    {
      terminate: terminate.signal,
      terminationGraceMs: 50_000,
      at: 'migrate | begun',
      then: () => terminate.abort(),
    },
  );

  expect(log).toContain('migrate | done');
  expect(log).toContain('The migration succeeded (exit status 0).');
  expect(await app.isHeld()).toBe(false);
});

test('a cancelled job leaves a migration of which nobody knows the end: the recover job keeps the window', async () => {
  await app.open();
  const cancel = new AbortController();
  const { job } = await app.migrate('echo begun; sleep 60', {
    cancel: cancel.signal,
    at: 'migrate | begun',
    then: () => cancel.abort(),
  });
  expect(job.status).toBe('canceled');

  const recovered = await app.world.deploy({ orbJob: 'recover', ...quickly });

  expect({ exitCode: recovered.exitCode, log: recovered.log }).toMatchObject({ exitCode: 4 });
  expect(recovered.log).toContain('A migration of it may have begun, and that it succeeded is not proven.');
  expect(recovered.log).toMatch(/State now:\n {2}maintenance on/);
  expect(await app.isHeld()).toBe(true);

  const again = await app.world.deploy({ orbJob: 'recover', ...quickly });
  expect(again.exitCode).toBe(3);
  expect(await app.isHeld()).toBe(true);

  const mended = await app.migrate('echo mended');
  expect({ exitCode: mended.exitCode, log: mended.log }).toMatchObject({ exitCode: 0 });
  expect(await app.isHeld()).toBe(false);
});

test('a migration that outlives the cancelled job is awaited by the recover job, and never run twice at once', async () => {
  await app.open();
  const cancel = new AbortController();
  const { job } = await app.migrate(`trap '' HUP PIPE; echo begun; sleep 4`, {
    cancel: cancel.signal,
    at: 'migrate | begun',
    then: () => cancel.abort(),
  });
  expect(job.status).toBe('canceled');
  const started = app.started().length;

  const recovered = await app.world.deploy({ orbJob: 'recover' });

  expect(recovered.log).toMatch(/Waiting for run\.\d+, the migration of the earlier run, to end\./);
  expect({ exitCode: recovered.exitCode, log: recovered.log }).toMatchObject({ exitCode: 4 });
  expect(app.started()).toHaveLength(started);
  expect(await app.isHeld()).toBe(true);
});
