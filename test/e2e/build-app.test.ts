import { setTimeout as delay } from 'node:timers/promises';
import { HelperProgram } from './support/helper-program.ts';
import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, KEY, type World } from './support/world.ts';

const BUILDER = 'corner-shop-build';
const SECRET = 'a-value-that-nobody-may-see';

let world: World;
let helper: HelperProgram;

beforeAll(async () => {
  world = await createWorld({
    account: { email: 'deploy@example.com', key: KEY },
    apps: [APP, BUILDER],
  });
  helper = await HelperProgram.create(world, 'HEAD');
  await world.pushByHand();
});

afterAll(async () => {
  await helper.remove();
  await world.close();
});

beforeEach(async () => {
  await world.heroku.control.clearFaults();
  await world.heroku.control.changeSettings(BUILDER, { buildMs: 20, buildResult: 'succeed' });
  await world.heroku.control.clearRequests();
});

interface Builds {
  readonly app: readonly string[];
  readonly builder: readonly string[];
}

/** Statuses of the builds of a commit. */
async function buildsOf(commit: string): Promise<Builds> {
  const of = async (name: string): Promise<readonly string[]> =>
    (await world.heroku.control.app(name)).builds
      .filter(({ version }) => version === commit)
      .map(({ status }) => status);
  return { app: await of(APP), builder: await of(BUILDER) };
}

async function running(): Promise<string | null | undefined> {
  return (await world.heroku.control.app(APP)).releases.find((one) => one.current)?.commit;
}

/** Every request that changes something, with the app's name shortened away. */
async function changes(): Promise<readonly string[]> {
  const requests = await world.heroku.control.requests();
  return requests
    .filter(({ method, surface }) => method !== 'GET' && surface !== 'router')
    .map(({ method, path }) => `${method} ${path}`);
}

/** A client that asks ten times a second, and notes what was being built when it saw the page. */
async function pollThrough(
  work: Promise<unknown>,
): Promise<{ pages: number; whileBuilding: number; pageMs: number }> {
  const seen = { pages: 0, whileBuilding: 0, pageMs: 0 };
  let first: number | undefined;
  let over = false;
  void work.finally(() => (over = true));
  while (!over) {
    const { status } = await fetch(`${world.heroku.urls.router}/_app/${APP}/`);
    const apps = [APP, BUILDER].map((name) => world.heroku.platform.apps.find(name));
    const building = apps.some((app) => app?.builds.some((build) => build.status === 'pending'));
    if (status === 503 && apps[0]?.maintenance) {
      seen.pages += 1;
      first ??= Date.now();
      seen.pageMs = Date.now() - first;
      if (building) seen.whileBuilding += 1;
    }
    await delay(100);
  }
  return seen;
}

async function deployPolled(buildMs: number, parameters: Record<string, unknown>) {
  await world.heroku.control.changeSettings(APP, { buildMs });
  await world.heroku.control.changeSettings(BUILDER, { buildMs });
  const commit = await world.repository.commit({ 'greeting.txt': `built in ${buildMs}` });
  const run = world.deploy({ parameters: { maintenance: 'always', ...parameters } });
  const seen = await pollThrough(run);
  const { exitCode, log, result } = await run;
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(await running()).toBe(commit);
  return { ...seen, log, commit, phases: result?.phases.map(({ name }) => name) };
}

describe('the window', () => {
  afterAll(() => world.heroku.control.changeSettings(APP, { buildMs: 20 }));

  const BUILDS_MS = process.env['TESTS'] === 'all' ? ([5_000, 30_000] as const) : ([500, 5_500] as const);
  /** A build takes this much longer; the page is up equally long if it differs by less than half of it. */
  const LONGER_MS = BUILDS_MS[1] - BUILDS_MS[0];

  function tell(where: string, pageMs: readonly number[]): number {
    const [short = 0, long = 0] = pageMs;
    process.stdout.write(
      `The page was seen for ${short} ms and ${long} ms with builds of ${BUILDS_MS.join(' and ')} ms ${where}\n`,
    );
    return long - short;
  }

  it('does not contain the build, however long that takes', async () => {
    const pageMs: number[] = [];
    for (const buildMs of BUILDS_MS) {
      const { pages, whileBuilding, commit, log, ...seen } = await deployPolled(buildMs, {
        'build-app': BUILDER,
      });
      pageMs.push(seen.pageMs);
      expect(pages).toBeGreaterThan(0);
      expect(whileBuilding).toBe(0);
      expect(await buildsOf(commit)).toEqual({ app: [], builder: ['succeeded'] });
      // Built in the first half; the second one releases what the journal names.
      expect(log.indexOf('== build')).toBeLessThan(log.indexOf('== snapshot'));
      expect(log.match(/^.*== build succeeded/gm)).toHaveLength(1);
      expect(seen.phases?.slice(0, 5)).toEqual(['preflight', 'build', 'snapshot', 'preflight', 'snapshot']);
    }
    expect(Math.abs(tell('on a build app', pageMs))).toBeLessThan(LONGER_MS / 2);
    // Heroku starts a web dyno of an app that is released for the first time.
    const { formation } = await world.heroku.control.app(BUILDER);
    expect(formation.filter(({ quantity }) => quantity > 0)).toEqual([]);
  });

  it('grows with the build without a build app', async () => {
    const short = await deployPolled(BUILDS_MS[0], {});
    const long = await deployPolled(BUILDS_MS[1], {});
    expect(tell('in the window', [short.pageMs, long.pageMs])).toBeGreaterThan(LONGER_MS / 2);
    expect(short.whileBuilding).toBeGreaterThan(0);
    expect(long.whileBuilding).toBeGreaterThan(short.whileBuilding);
  });
});

function deploy(args: readonly string[] = [], command = 'deploy') {
  return helper.run([command, '--build-app', BUILDER, ...args]);
}

describe('a deployment', () => {
  it('takes the slug of the same commit that was built there before', async () => {
    const commit = await world.repository.commit({ 'greeting.txt': 'built before' });
    await world.heroku.control.addFault({
      match: { method: 'POST', path: `/apps/${APP}/releases`, times: 99 },
      effect: { kind: 'status', status: 422 },
    });
    expect((await deploy()).code).not.toBe(0);
    await world.heroku.control.clearFaults();
    expect(await running()).not.toBe(commit);

    const again = await deploy();
    expect(again).toMatchObject({ code: 0 });
    expect(await running()).toBe(commit);
    expect(await buildsOf(commit)).toEqual({ app: [], builder: ['succeeded'] });
    expect(again.stdout).not.toContain('== build');
  });

  it('whose build fails has changed nothing on the app', async () => {
    const before = await world.heroku.control.app(APP);
    await world.repository.commit({ 'greeting.txt': 'broken' });
    await world.heroku.control.changeSettings(BUILDER, { buildResult: 'fail' });
    await world.heroku.control.clearRequests();
    const { code, stdout } = await deploy(['--maintenance', 'always']);
    expect({ code, stdout }).toMatchObject({ code: 1 });
    expect(stdout).toContain(`build on ${BUILDER} failed`);
    expect((await changes()).filter((one) => one.includes(`/apps/${APP}/`))).toEqual([]);
    const after = await world.heroku.control.app(APP);
    expect(after.releases).toEqual(before.releases);
    expect(after).toMatchObject({ maintenance: false, formation: before.formation });
  });

  it('that is interrupted cancels the build there', async () => {
    const commit = await world.repository.commit({ 'greeting.txt': 'interrupted' });
    await world.heroku.control.changeSettings(BUILDER, { buildMs: 60_000 });
    const controller = new AbortController();
    const run = world.deploy({
      parameters: { 'build-app': BUILDER, maintenance: 'always' },
      terminate: controller.signal,
      terminationGraceMs: 30_000,
    });
    await world.heroku.control.until(BUILDER, (app) => app.builds.some(({ status }) => status === 'pending'));
    controller.abort();
    const { log } = await run;
    expect(log).toContain('interrupted (exit 143)');
    expect(await buildsOf(commit)).toEqual({ app: [], builder: ['failed'] });
    expect(await world.heroku.control.app(APP)).toMatchObject({ maintenance: false });
    expect(await running()).not.toBe(commit);
  });

  it('goes back to the code from before when the release is not to be had', async () => {
    const before = await running();
    await world.repository.commit({
      'greeting.txt': 'taken back',
    });
    await world.heroku.control.addFault({
      match: { method: 'POST', path: `/apps/${APP}/releases`, times: 99 },
      effect: { kind: 'status', status: 422 },
    });
    const { code, stdout } = await deploy(['--maintenance', 'always']);
    expect(code).toBe(1);
    expect(stdout).toContain('maintenance page');
    expect(await world.heroku.control.app(APP)).toMatchObject({ maintenance: false });
    expect(await running()).toBe(before);
  });
});

describe('a plan', () => {
  it('shows the build before the window, and changes nothing', async () => {
    const commit = await world.repository.commit({ 'greeting.txt': 'planned' });
    const { code, stdout } = await deploy(['--maintenance', 'always', '--json'], 'plan');
    expect(code).toBe(0);
    const { acts } = JSON.parse(stdout) as { acts: { call: string; what: string; undo: string }[] };
    expect(acts.map(({ what }) => what)).toEqual([
      'ask for a place for the tarball',
      `upload the files of ${commit.slice(0, 8)}`,
      `build ${commit.slice(0, 8)} on ${BUILDER}, while ${APP} serves`,
      'switch the maintenance page on',
      'release the slug of that build',
      'switch the maintenance page off',
    ]);
    expect(await changes()).toEqual([]);
  });
});

describe('a build app is refused, by plan and by deploy, without changing anything,', () => {
  const config = (name: string, vars: Record<string, string | null>) => () =>
    world.heroku.control.act(name, { action: 'config', vars });
  const describeAs = (description: Record<string, unknown>) => () =>
    world.heroku.control.act(BUILDER, { action: 'describe', ...description } as never);

  beforeAll(async () => {
    await world.repository.commit({ ...APP_FILES, 'greeting.txt': 'refused' });
  });

  interface Case {
    readonly why: string;
    readonly says: readonly (string | RegExp)[];
    readonly before: () => unknown;
    readonly after: () => unknown;
  }

  it.each<Case>([
    {
      why: 'of another stack',
      says: [/its stack differ: heroku-22 there, heroku-24/],
      before: describeAs({ buildStack: 'heroku-22' }),
      after: describeAs({ buildStack: 'heroku-24' }),
    },
    {
      why: 'in another region',
      says: [/region or space differ: eu there, us/],
      before: describeAs({ region: 'eu' }),
      after: describeAs({ region: 'us' }),
    },
    {
      why: 'in a Private Space',
      says: [/region or space differ: hideout there/],
      before: describeAs({ space: { name: 'hideout', shield: false } }),
      after: describeAs({ space: null }),
    },
    {
      why: 'of the generation Fir',
      says: [/is a Fir app: only Cedar has slugs/],
      before: describeAs({ generation: 'fir' }),
      after: describeAs({ generation: 'cedar' }),
    },
    {
      why: 'with other buildpacks',
      says: [/buildpacks differ: urn:buildpack:heroku\/ruby there, detected/],
      before: describeAs({ buildpacks: ['heroku/ruby'] }),
      after: describeAs({ buildpacks: [] }),
    },
    {
      why: 'with other config vars',
      says: [/config vars differ.*: ONLY_HERE, OTHER_VALUE/],
      before: async () => {
        await config(APP, { OTHER_VALUE: `${SECRET}-1` })();
        await config(BUILDER, { OTHER_VALUE: `${SECRET}-2`, ONLY_HERE: SECRET })();
      },
      after: async () => {
        await config(APP, { OTHER_VALUE: null })();
        await config(BUILDER, { OTHER_VALUE: null, ONLY_HERE: null })();
      },
    },
    {
      why: 'with the address of the same database, under whatever name',
      says: [/can reach a database of the app: REPORTS/],
      before: async () => {
        await config(APP, { MAIN_URL: `postgres://user:${SECRET}@db.example.com/shop` })();
        await config(BUILDER, { REPORTS: `postgres://user:${SECRET}@db.example.com/shop` })();
      },
      after: async () => {
        await config(APP, { MAIN_URL: null })();
        await config(BUILDER, { REPORTS: null })();
      },
    },
    {
      why: 'with dynos of its own',
      says: [/runs processes of its own \(worker=1\)/, `heroku ps:scale worker=0 -a ${BUILDER}`],
      before: () => world.heroku.control.act(BUILDER, { action: 'scale', formation: { worker: 1 } }),
      after: () => world.heroku.control.act(BUILDER, { action: 'scale', formation: { worker: 0 } }),
    },
  ])('$why', async ({ says, before, after }) => {
    await before();
    // A change of config vars restarts the dynos; those of before take a moment to go.
    await world.heroku.control.until(
      APP,
      ({ dynos }) => new Set(dynos.map(({ name }) => name)).size === dynos.length,
    );
    await world.heroku.control.clearRequests();
    try {
      const expected = { exitCode: 2, says: ['build-app', ...says], hides: [SECRET] } as const;
      for (const command of ['deploy', 'plan']) {
        await helper.expectRefusal({ args: [command, '--build-app', BUILDER] }, expected);
      }
      expect(await changes()).toEqual([]);
    } finally {
      await after();
    }
  });

  /** By `plan` too, which shows it without a change. */
  async function expectRefusals(flags: readonly string[], says: readonly string[]): Promise<void> {
    for (const command of ['deploy', 'plan']) {
      await helper.expectRefusal({ args: [command, ...flags] }, { exitCode: 2, says });
    }
  }

  it('that is the app itself', async () => {
    await expectRefusals(['--build-app', APP], ['it is the app itself']);
    expect(await changes()).toEqual([]);
  });

  it('that does not exist', async () => {
    await expectRefusals(['--build-app', 'nobodys-app'], ['nobodys-app']);
  });

  it('but not for config vars that are named in build-config-ignore, nor for a page’s address', async () => {
    await config(APP, { LOG_LEVEL: 'info', SITE_URL: 'https://shop.example.com/' })();
    await config(BUILDER, { LOG_LEVEL: 'debug', SITE_URL: 'https://shop.example.com/' })();
    const { code, stdout } = await deploy(['--build-config-ignore', 'LOG_LEVEL, OTHER'], 'plan');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    await config(APP, { LOG_LEVEL: null, SITE_URL: null })();
    await config(BUILDER, { LOG_LEVEL: null, SITE_URL: null })();
  });

  it('that has an add-on of the app attached; one of its own may be there', async () => {
    await world.heroku.control.act(APP, {
      action: 'add-add-on',
      plan: 'memcachier:dev',
      name: 'cache-of-the-shop',
      attachment: 'MEMCACHIER',
      config: { SERVERS: 'mc1.example.com:11211' },
    });
    expect((await deploy([], 'plan')).code).toBe(0);
    await world.heroku.control.act(BUILDER, { action: 'attach', addOn: 'cache-of-the-shop' });
    await expectRefusals(['--build-app', BUILDER], ['can reach a database of the app']);
    const [attachment] = (await world.heroku.control.app(BUILDER)).addOns.flatMap((one) => one.attachments);
    await world.heroku.control.act(BUILDER, { action: 'detach', attachment: attachment ?? '' });
  });

  it('that has a database where the Procfile has a release phase', async () => {
    await config(BUILDER, { OWN_URL: 'postgres://user:pw@own.example.com/build' })();
    const ignoring = ['--build-app', BUILDER, '--build-config-ignore', 'OWN_URL'];
    expect((await helper.run(['plan', ...ignoring])).code).toBe(0);
    await world.repository.commit({ Procfile: `${APP_FILES['Procfile']}release: exit 0\n` });
    await expectRefusals(ignoring, ['`release` process']);
    await config(BUILDER, { OWN_URL: null })();
  });
});
