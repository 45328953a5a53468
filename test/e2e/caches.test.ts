import {
  cacheHas,
  CACHE_PASSWORD,
  CACHE_USER,
  fillCaches,
  type Memcached,
  startMemcached,
} from '../support/memcached.ts';
import { OP, ScriptedMemcached } from '../support/scripted-memcached.ts';
import { filePlaces } from './support/files.ts';
import { HelperProgram } from './support/helper-program.ts';
import { findLeaks } from './support/leaks.ts';
import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type Deployment, type DeployOptions, type World } from './support/world.ts';

let world: World;
let helper: HelperProgram;
let real: readonly Memcached[];
const scripted: ScriptedMemcached[] = [];

beforeAll(async () => {
  [world, real] = await Promise.all([createWorld(), startMemcached(2)]);
  helper = await HelperProgram.create(world, await world.pushByHand(APP_FILES));
  await world.heroku.control.act(APP, { action: 'scale', formation: { worker: 1 } });
});

afterAll(async () => {
  await Promise.all(real.map((one) => one.stop()));
  await helper.remove();
  await world.close();
});

afterEach(async () => {
  await Promise.all(scripted.splice(0).map((one) => one.close()));
  await world.heroku.control.clearFaults();
  await useCache({
    MEMCACHIER_SERVERS: null,
    MEMCACHIER_USERNAME: null,
    MEMCACHIER_PASSWORD: null,
    OTHER: null,
  });
});

/** Servers get their limits unshortened: a machine under load needs them. */
const unhurried = { HEROKU_CD_TIME_LAPSE: '1' };

function useCache(vars: Readonly<Record<string, string | null>>): Promise<unknown> {
  return world.heroku.control.act(APP, { action: 'config', vars });
}

const addresses = (): string[] => real.map(({ address }) => address);

function memcachier(servers: readonly string[], password = CACHE_PASSWORD): Record<string, string> {
  return {
    MEMCACHIER_SERVERS: servers.join(','),
    MEMCACHIER_USERNAME: CACHE_USER,
    MEMCACHIER_PASSWORD: password,
  };
}

async function expectFlushed(flushed = true): Promise<void> {
  for (const address of addresses()) expect(await cacheHas(address, 'kept')).toBe(!flushed);
}

/** A server that says that it has flushed and keeps its keys. */
async function liar(): Promise<ScriptedMemcached> {
  const one = await ScriptedMemcached.start({ [OP.flush]: 0 });
  scripted.push(one);
  return one;
}

/** Through the orb; nothing of what it wrote may hold the cache's password. */
async function deploy(options: DeployOptions): Promise<Deployment> {
  const done = await world.deploy(options);
  const places = [
    { place: 'log' as const, where: 'output', bytes: Buffer.from(done.log) },
    ...filePlaces([[world.folder, 'artifacts']]),
  ];
  expect(findLeaks(places, CACHE_PASSWORD)).toEqual([]);
  return done;
}

const inWindow = {
  orbJob: 'maintenance-wrapped-migrate',
  parameters: { 'flush-cache': true, 'migrate-command': 'true', backup: 'never' },
  // Waits of seconds pass sooner; a cache server has four seconds still.
  environment: { HEROKU_CD_TIME_LAPSE: '5' },
} as const;

describe('flush-cache by itself', () => {
  it('flushes every server through the orb’s job, and needs no checkout', async () => {
    await useCache(memcachier(addresses()));
    await fillCaches(addresses());
    const { exitCode, log } = await deploy({ orbJob: 'flush-cache' });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    for (const address of addresses()) {
      expect(log).toContain(`${address} (MEMCACHIER): flushed, proven by a probe key that is gone.`);
    }
    await expectFlushed();
  });

  it('names what is flushed and what is not, for people and for machines', async () => {
    const bad = await liar();
    await useCache(memcachier([...addresses(), bad.address]));
    await fillCaches(addresses());
    const { code, stdout, stderr } = await helper.run(
      ['flush-cache', '--json', '--flush-command', 'exit 3'],
      { env: unhurried },
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'failed',
      exitCode: 1,
      caches: [
        ...addresses().map((address) => ({ cache: `${address} (MEMCACHIER)`, flushed: true })),
        { cache: `${bad.address} (MEMCACHIER)`, flushed: false },
        { cache: 'flush-command', flushed: false },
      ],
      error: { what: expect.stringContaining('still has the probe key') as string },
    });
    expect(stderr).toContain('flush-command ended with exit status 3');
    expect(stdout + stderr).not.toContain(CACHE_PASSWORD);
    expect(stdout + stderr).not.toContain(CACHE_USER);
    await expectFlushed();
  });

  it('runs flush-command in a one-off dyno, after memcached where there is one', async () => {
    const command = 'echo "clearing $OTHER"';
    await useCache({ ...memcachier(addresses()), OTHER: 'the other cache' });
    const { exitCode, log } = await deploy({
      orbJob: 'flush-cache',
      parameters: { 'flush-command': command },
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log.indexOf('  flush | clearing the other cache')).toBeGreaterThan(
      log.indexOf('proven by a probe key'),
    );
    expect(log).toContain('flush-command: ended with exit status 0.');
  });

  it('takes the cache from the job’s environment where the app has none', async () => {
    await fillCaches(addresses());
    const run = await helper.run(['flush-cache'], { env: { ...unhurried, ...memcachier(addresses()) } });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('from the environment') as string });
    expect(run.stdout).not.toContain(CACHE_USER);
    await expectFlushed();
  });

  it('refuses where there is no cache, and succeeds with if-present', async () => {
    await helper.expectRefusal(
      { args: ['flush-cache'] },
      {
        exitCode: 2,
        says: [
          'no cache of',
          'MEMCACHIER_*',
          'give `if-present`',
          'flush-command',
          'rails runner Rails.cache.clear',
        ],
      },
    );
    const run = await helper.run(['flush-cache', '--if-present', '--json']);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ verdict: 'succeeded', caches: [] });
  });

  it('refuses a credential with a line break by its config var alone', async () => {
    await useCache(memcachier(addresses(), `${CACHE_PASSWORD}\n`));
    await helper.expectRefusal(
      { args: ['flush-cache'] },
      { exitCode: 2, says: ['config var MEMCACHIER_PASSWORD holds a line break'], hides: [CACHE_PASSWORD] },
    );
  });

  it('suggests a command where no server can be reached', async () => {
    const gone = await liar();
    await useCache(memcachier([gone.address]));
    await Promise.all(scripted.splice(0).map((one) => one.close()));
    await helper.expectRefusal(
      { args: ['flush-cache'], env: { HEROKU_CD_TIME_LAPSE: '10' } },
      { exitCode: 1, says: ['cannot be reached (ECONNREFUSED)', 'python manage.py clear_cache'] },
    );
  });
});

describe('flush-cache as a phase', () => {
  it('flushes behind the page after the migration, and opens the app then', async () => {
    const watched = await ScriptedMemcached.start();
    scripted.push(watched);
    const during: boolean[] = [];
    watched.onRequest = (operation) => {
      if (operation === OP.flush) during.push(world.app().maintenance);
    };
    await useCache(memcachier([...addresses(), watched.address]));
    await fillCaches(addresses());
    await world.repository.commit({ 'greeting.txt': 'flushed' });

    const { exitCode, log, result } = await deploy(inWindow);

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(during).toEqual([true]);
    await expectFlushed();
    const phases = result?.phases.map(({ name }) => name) ?? [];
    expect(phases.slice(phases.indexOf('restart'))).toEqual([
      'restart',
      'flush caches',
      'close window',
      expect.anything(),
      ...phases.slice(phases.indexOf('close window') + 2),
    ]);
    expect(result?.caches).toEqual(
      [...addresses(), watched.address].map(
        (address) => `${address} (MEMCACHIER): flushed, proven by a probe key that is gone`,
      ),
    );
    expect(await world.visit()).toBe('200 flushed');
  });

  it('closes the window forward where a server lies, with exit 5', async () => {
    const bad = await liar();
    await useCache(memcachier([...addresses(), bad.address]));
    await fillCaches(addresses());
    const before = await world.formation();
    await world.repository.commit({ 'greeting.txt': 'not flushed' });

    const { exitCode, log, result } = await deploy(inWindow);

    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(result).toMatchObject({
      verdict: 'incomplete',
      maintenance: { after: false },
      caches: addresses().map((address) => expect.stringContaining(address) as string),
      error: {
        phase: 'flush caches',
        what: expect.stringContaining(`${bad.address} (MEMCACHIER) says that it is flushed`) as string,
        next: `heroku-cd flush-cache --app-name ${APP}`,
      },
    });
    expect(log).toContain('State now:');
    expect(await world.formation()).toEqual(before);
    expect(await world.visit()).toBe('200 not flushed');
    await expectFlushed();
  });

  it('keeps the release where there is no window, and a flush-command is enough for it', async () => {
    await world.repository.commit({ 'greeting.txt': 'by command' });
    const { exitCode, log, result } = await deploy({
      parameters: { 'flush-command': 'echo cleared; exit 4' },
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
    expect(log).toContain('  flush | cleared');
    expect(result?.error?.next).toBe(`heroku-cd run --app-name ${APP} -- 'echo cleared; exit 4'`);
    expect(await world.visit()).toBe('200 by command');
  });

  it('is refused before anything is touched where it could not work', async () => {
    await useCache(memcachier(addresses(), 'wrong-password'));
    await fillCaches(addresses());
    const release = (await world.heroku.control.app(APP)).releases.length;
    await world.repository.commit({ 'greeting.txt': 'refused' });
    const wrong = await deploy(inWindow);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.log).toContain('refuses the user name and password');
    await expectFlushed(false);

    await useCache({ MEMCACHIER_SERVERS: null, MEMCACHIER_USERNAME: null, MEMCACHIER_PASSWORD: null });
    for (const args of [
      ['deploy', '--flush-cache', '--revision', 'HEAD'],
      ['plan', '--flush-cache', '--revision', 'HEAD'],
      ['deploy', '--cache-config-prefix', 'CACHE', '--revision', 'HEAD'],
    ]) {
      await helper.expectRefusal({ args }, { exitCode: 2, says: ['cache-config-prefix'] });
    }
    // Those two of config vars, and nothing else.
    expect((await world.heroku.control.app(APP)).releases.length).toBe(release + 1);
  });

  it('is among the acts of a plan', async () => {
    await useCache(memcachier(addresses()));
    await fillCaches(addresses());
    const { code, stdout } = await helper.run(
      ['plan', '--flush-cache', '--flush-command', 'rake x', '--revision', 'HEAD', '--json'],
      {
        env: unhurried,
      },
    );
    expect(code).toBe(0);
    const { acts } = JSON.parse(stdout) as { acts: { call: string; what: string }[] };
    expect(acts.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['flush 2 cache servers', 'clear caches in a one-off dyno']),
    );
    await expectFlushed(false);
  });
});
