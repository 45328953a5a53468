import { HelperProgram } from './support/helper-program.ts';
import { APP, createWorld, type World } from './support/world.ts';

const SECRET = 'a-value-that-nobody-may-see';

let world: World;
let helper: HelperProgram;
let first: string;
let second: string;

beforeAll(async () => {
  world = await createWorld();
  first = await world.pushByHand();
  await world.pushByHand({ 'greeting.txt': 'one and a half' });
  second = await world.pushByHand({ 'greeting.txt': 'two' });
  helper = await HelperProgram.create(world, second);
});

afterAll(async () => {
  await helper.remove();
  await world.close();
});

afterEach(async () => {
  await world.heroku.control.clearFaults();
});

interface Answer {
  readonly code: number | null;
  readonly log: string;
  readonly json: {
    readonly verdict: string;
    readonly changed?: boolean;
    readonly from?: number;
    readonly to?: number;
    readonly release?: number;
    readonly config?: unknown;
    readonly error?: { readonly what: string; readonly next: string };
  };
}

async function rollback(...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await helper.run(['rollback', ...args, '--json']);
  const log = stdout + stderr;
  expect(log).not.toContain(SECRET);
  expect(log).not.toContain('not foreseen');
  return { code, log: stderr, json: JSON.parse(stdout) as Answer['json'] };
}

async function current(): Promise<{ version: number; commit: string | null; description: string }> {
  const app = await world.heroku.control.app(APP);
  const found = app.releases.find((one) => one.current);
  if (found === undefined) throw new Error('no release is current');
  return { version: found.version, commit: found.commit, description: found.description };
}

/** The newest release of a commit that succeeded. */
async function versionOf(commit: string): Promise<number> {
  const { releases } = await world.heroku.control.app(APP);
  return releases.filter((one) => one.commit === commit && one.status === 'succeeded').at(-1)?.version ?? 0;
}

async function posts(): Promise<readonly string[]> {
  const requests = await world.heroku.control.requests({ surface: 'api' });
  return requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

/** Pushes by hand, and waits for the end of the release phase. */
async function push(files: Readonly<Record<string, string>>): Promise<string> {
  const commit = await world.pushByHand(files);
  await world.heroku.control.until(APP, (app) => app.releases.at(-1)?.status !== 'pending');
  return commit;
}

const WITHOUT_PHASE = 'web: node web.js\nworker: exec sleep 86400\n';

describe('what it goes back to', () => {
  it('is what CircleCI’s rollback pipeline names, by the orb’s job', async () => {
    const target = await versionOf(first);
    const { exitCode, log } = await world.deploy({
      orbJob: 'rollback',
      parameters: { 'target-version': '<< pipeline.deploy.target_version >>' },
      pipeline: { values: { 'pipeline.deploy.target_version': `v${target}` } },
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(await current()).toMatchObject({ commit: first, description: `Rollback to v${target}` });
    expect(await world.visit()).toBe('200 one');
    expect(log).toContain('no journal of an earlier run is');

    // Back again, by its commit.
    const back = await rollback(second.slice(0, 8));
    expect(back).toMatchObject({ code: 0, json: { verdict: 'succeeded', changed: true } });
    expect(await world.visit()).toBe('200 two');
    expect((await rollback(second)).json.changed).toBe(false);
  });

  it('is older than all releases of today’s code, so that nobody is led back to what was given up', async () => {
    const oldest = await push({ 'greeting.txt': 'older' });
    const good = await push({ 'greeting.txt': 'good' });
    await push({ 'greeting.txt': 'bad' });
    expect((await rollback()).code).toBe(0);
    expect((await current()).commit).toBe(good);
    // Not forward to the bad one.
    expect((await rollback()).code).toBe(0);
    expect((await current()).commit).toBe(oldest);
    expect(await world.visit()).toBe('200 older');
  });

  it.each([
    [['v999'], 'it has no release v999'],
    [['0123456789abcdef'], 'is of the commit'],
    [['latest'], 'will not do'],
    [['v1'], 'such release'],
  ])('is refused as %j', async ([wanted = ''], why) => {
    await helper.expectRefusal({ args: ['rollback', wanted] }, { exitCode: 2, says: [new RegExp(why, 'i')] });
  });

  it('is never a release that failed', async () => {
    await world.heroku.control.changeSettings(APP, { releaseResult: 'fail' });
    await push({ Procfile: `${WITHOUT_PHASE}release: exit 0\n` });
    await world.heroku.control.changeSettings(APP, { releaseResult: 'as-command' });
    const failed = (await world.heroku.control.app(APP)).releases.at(-1);
    expect(failed?.status).toBe('failed');
    const { code, json } = await rollback(`v${failed?.version}`);
    expect(code).toBe(2);
    expect(json.error?.what).toContain('no such release');
    await push({ Procfile: WITHOUT_PHASE });
  });
});

describe('config vars', () => {
  it('that Heroku’s rollback brings back are listed by name, never by value', async () => {
    const set = (vars: Record<string, string | null>) =>
      world.heroku.control.act(APP, { action: 'config', vars });
    await set({ GONE: `${SECRET}-1`, CHANGED: `${SECRET}-2`, SAME: 'same' });
    await push({ 'greeting.txt': 'three' });
    const then = (await current()).version;
    await push({ 'greeting.txt': 'four' });
    await set({ GONE: null, CHANGED: `${SECRET}-3`, NEWER: SECRET });

    const { code, json, log } = await rollback(`v${then}`);
    expect({ code, log }).toMatchObject({ code: 0 });
    expect(json.config).toEqual({ changed: ['CHANGED'], added: ['GONE'], removed: ['NEWER'] });
    expect(log).toContain('set to what they were: CHANGED; set again: GONE; removed: NEWER');
    const { configVars } = await world.heroku.control.app(APP);
    expect(configVars).toMatchObject({ CHANGED: `${SECRET}-2`, GONE: `${SECRET}-1` });
  });

  it('of today are kept on request: the slug is released', async () => {
    await push({ 'greeting.txt': 'five' });
    const then = (await current()).version;
    await push({ 'greeting.txt': 'six' });
    await world.heroku.control.act(APP, { action: 'config', vars: { CHANGED: `${SECRET}-4` } });
    const { code, json } = await rollback(`v${then}`, '--keep-config');
    expect(code).toBe(0);
    expect(json.config).toBeNull();
    expect(await current()).toMatchObject({ description: `Put back the code of v${then}` });
    expect((await world.heroku.control.app(APP)).configVars['CHANGED']).toBe(`${SECRET}-4`);
    expect(await world.visit()).toBe('200 five');
  });

  it('that cannot be read are a reason to refuse, unless those of today are kept', async () => {
    await world.heroku.control.addFault({
      match: { method: 'GET', path: `/apps/${APP}/config-vars`, times: 99 },
      effect: { kind: 'status', status: 403 },
    });
    await helper.expectRefusal({ args: ['rollback'] }, { exitCode: 2, says: ['keep-config'] });
  });
});

describe('across a migration', () => {
  it('of a release phase it is refused unless told', async () => {
    await push({ Procfile: WITHOUT_PHASE, 'greeting.txt': 'before' });
    const before = await current();
    await push({ Procfile: `${WITHOUT_PHASE}release: exit 0\n`, 'greeting.txt': 'after' });
    await helper.expectRefusal(
      { args: ['rollback'] },
      { exitCode: 2, says: ['migration-is-backward-compatible', 'release phase'] },
    );
    const { code, log } = await rollback('--migration-is-backward-compatible');
    expect({ code, log }).toMatchObject({ code: 0 });
    expect((await current()).commit).toBe(before.commit);
  });

  it('of a deployment it is refused too: the journal knows, also after another deployment', async () => {
    const before = await push({ 'greeting.txt': 'seven', Procfile: WITHOUT_PHASE });
    await world.repository.commit({ 'greeting.txt': 'eight' });
    const migrated = await helper.run(['deploy', '--migrate-command', 'true'], {
      env: { HEROKU_CD_REVISION: 'HEAD' },
    });
    expect(migrated).toMatchObject({ code: 0 });
    const version = (await current()).version;
    await world.repository.commit({ 'greeting.txt': 'nine' });
    expect((await helper.run(['deploy'], { env: { HEROKU_CD_REVISION: 'HEAD' } })).code).toBe(0);

    // To what was migrated there is no migration in between.
    expect((await rollback()).code).toBe(0);
    expect(await world.visit()).toBe('200 eight');
    const { code, json, log } = await rollback();
    expect(code).toBe(2);
    expect(json.error?.what).toContain('migration-is-backward-compatible');
    expect(log).toContain(`The deployment of v${version} migrated`);
    expect((await rollback('--migration-is-backward-compatible')).code).toBe(0);
    expect((await current()).commit).toBe(before);
  });
});

describe('when it goes wrong', () => {
  beforeAll(async () => {
    await push({ Procfile: WITHOUT_PHASE, 'greeting.txt': 'old' });
    await push({ 'greeting.txt': 'new' });
  });

  it('refuses while a window is held, and shows the state', async () => {
    const opened = await helper.run(['window', 'open']);
    expect(opened).toMatchObject({ code: 0 });
    const { code, json, log } = await rollback();
    expect(code).toBe(3);
    expect(json.error?.next).toContain('window close');
    expect(log).toContain('State now:');
    expect(await world.heroku.control.app(APP)).toMatchObject({ maintenance: true });
    expect((await helper.run(['window', 'close'])).code).toBe(0);
  });

  it('sends a lost request once only', async () => {
    await world.heroku.control.clearRequests();
    await world.heroku.control.addFault({
      match: { method: 'POST', path: `/apps/${APP}/releases` },
      effect: { kind: 'reset', when: 'after-effect' },
    });
    expect((await rollback()).code).toBe(0);
    expect(await posts()).toEqual([`POST /apps/${APP}/releases`]);
    await push({ 'greeting.txt': 'newer' });
  });

  it('fails and leaves the app as it was when Heroku refuses', async () => {
    const before = await current();
    await world.heroku.control.addFault({
      match: { method: 'POST', path: `/apps/${APP}/releases`, times: 99 },
      effect: { kind: 'status', status: 422 },
    });
    const { code } = await rollback();
    expect([1, 2]).toContain(code);
    expect(await current()).toEqual(before);
  });

  it('is incomplete where the old release’s phase fails: what it did to the database stays', async () => {
    await push({ Procfile: `${WITHOUT_PHASE}release: exit 0\n` });
    const phased = (await current()).version;
    await push({ Procfile: WITHOUT_PHASE, 'greeting.txt': 'eleven' });
    const before = await current();
    await world.heroku.control.changeSettings(APP, { releaseResult: 'fail' });
    const { code, log } = await rollback(`v${phased}`);
    await world.heroku.control.changeSettings(APP, { releaseResult: 'as-command' });
    expect(code).toBe(5);
    expect(log).toMatch(/State now:[^]*database {4}unknown/);
    expect(await current()).toEqual(before);
  });

  it('is incomplete where the web dynos of that release do not come up', async () => {
    await push({ 'web.js': 'process.exit(1);\n' });
    const broken = (await current()).version;
    await push({
      'web.js': 'require("node:http").createServer((q, a) => a.end("up")).listen(process.env.PORT);\n',
    });
    const { code, json, log } = await rollback(`v${broken}`, '--boot-timeout', '20s');
    expect(code).toBe(5);
    expect(log).toContain('does not come up');
    expect(json.error?.next).toContain('heroku-cd rollback v');
    expect((await rollback(second, '--migration-is-backward-compatible')).code).toBe(0);
    expect(await world.visit()).toBe('200 two');
  });

  it('is taken back when it is interrupted, config vars and process types included', async () => {
    await push({ 'greeting.txt': 'thirteen', Procfile: 'web: node web.js\n' });
    const then = (await current()).version;
    await push({ 'greeting.txt': 'fourteen', Procfile: WITHOUT_PHASE });
    await world.heroku.control.act(APP, { action: 'scale', formation: { worker: 2 } });
    const formation = await world.formation();
    await world.heroku.control.act(APP, { action: 'config', vars: { CHANGED: `${SECRET}-5` } });
    const before = await current();
    await world.heroku.control.changeSettings(APP, { startDelayMs: 60_000 });
    const controller = new AbortController();
    const run = world.deploy({
      orbJob: 'rollback',
      parameters: { 'target-version': String(then) },
      terminate: controller.signal,
      terminationGraceMs: 60_000,
    });
    await world.heroku.control.until(APP, (app) => app.currentRelease > before.version);
    await world.heroku.control.changeSettings(APP, { startDelayMs: 0 });
    controller.abort();
    const { log, job } = await run;
    expect({ status: job.status, log }).toMatchObject({ status: 'canceled' });
    expect(log).toContain(`v${before.version} runs again, as it was found.`);
    expect(await current()).toMatchObject({
      commit: before.commit,
      description: `Rollback to v${before.version}`,
    });
    expect(await world.formation()).toEqual(formation);
    expect((await world.heroku.control.app(APP)).configVars['CHANGED']).toBe(`${SECRET}-5`);
    expect(log).not.toContain('State now:');
  });

  it('is not green where somebody else’s release is current in the end, and refuses code without web', async () => {
    await push({ 'greeting.txt': 'good', Procfile: WITHOUT_PHASE });
    await push({ Procfile: 'wbe: node web.js\n' });
    const without = (await current()).version;
    await push({ Procfile: WITHOUT_PHASE });
    const mended = await current();
    const refused = await rollback();
    expect({ code: refused.code, what: refused.json.error?.what }).toEqual({
      code: 2,
      what: expect.stringContaining(`the code of v${without} has no process type web`),
    });
    expect((await current()).version).toBe(mended.version);

    await world.heroku.control.changeSettings(APP, { startDelayMs: 60_000 });
    const run = rollback(first, '--migration-is-backward-compatible');
    await world.heroku.control.until(APP, (app) => app.currentRelease > mended.version);
    await world.heroku.control.changeSettings(APP, { startDelayMs: 0 });
    await push({ 'greeting.txt': 'theirs' });
    const { code, json } = await run;
    expect({ code, what: json.error?.what }).toEqual({
      code: 5,
      what: expect.stringContaining('is current: "Deploy'),
    });
  });

  it('recovers first what a killed deployment has left', async () => {
    await world.repository.commit({ 'greeting.txt': 'fifteen' });
    await world.heroku.control.changeSettings(APP, { buildMs: 60_000 });
    const controller = new AbortController();
    const run = world.deploy({ parameters: { maintenance: 'always' }, cancel: controller.signal });
    await world.heroku.control.until(APP, (app) => app.builds.some(({ status }) => status === 'pending'));
    controller.abort();
    await run;
    await world.heroku.control.changeSettings(APP, { buildMs: 20 });
    expect(await world.heroku.control.app(APP)).toMatchObject({ maintenance: true });

    const { exitCode, log } = await world.deploy({
      orbJob: 'rollback',
      parameters: { 'keep-config': true },
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toContain('recovering first');
    expect(await world.heroku.control.app(APP)).toMatchObject({ maintenance: false });
    expect((await current()).description).toMatch(/^Put back the code of v/);
  });
});
