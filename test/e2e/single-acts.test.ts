import { HelperProgram } from './support/helper-program.ts';
import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type Deployment, type World } from './support/world.ts';

let world: World;
let helper: HelperProgram;

beforeAll(async () => {
  world = await createWorld();
  helper = await HelperProgram.create(world, await world.pushByHand(APP_FILES));
});

afterAll(async () => {
  await helper.remove();
  await world.close();
});

beforeEach(async () => {
  await world.heroku.control.clearFaults();
  await world.heroku.control.act(APP, {
    action: 'resize',
    sizes: { web: 'standard-1x', worker: 'standard-1x' },
  });
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 1, worker: 1 } });
  await world.heroku.control.act(APP, { action: 'maintenance', enabled: false });
  await world.heroku.control.until(
    APP,
    (app) => app.dynos.filter(({ state }) => state === 'up').length === 2,
  );
  await world.heroku.control.clearRequests();
});

/** One command of the orb in a job of somebody's own, without a checkout. */
function command(name: string, given: Readonly<Record<string, unknown>> = {}): Promise<Deployment> {
  return world.deploy({ steps: [{ [`heroku-cd/${name}`]: { 'app-name': APP, ...given } }] });
}

async function formation(): Promise<readonly string[]> {
  return (await world.heroku.control.app(APP)).formation.map(
    ({ type, quantity, size }) => `${type}=${quantity}:${size}`,
  );
}

async function changes(): Promise<readonly string[]> {
  const requests = await world.heroku.control.requests({ surface: 'api' });
  return requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

const FOUND = ['web=1:Standard-1X', 'worker=1:Standard-1X'];

describe('maintenance-on and maintenance-off', () => {
  it('switch the page, and say when there was nothing to switch', async () => {
    const on = await command('maintenance-on');
    expect({ exitCode: on.exitCode, log: on.log }).toMatchObject({ exitCode: 0 });
    expect(on.log).toContain(`The maintenance page of ${APP} is on.`);
    expect((await world.heroku.control.app(APP)).maintenance).toBe(true);

    const again = await helper.run(['maintenance', 'on', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      verdict: 'succeeded',
      maintenance: true,
      changed: false,
    });
    expect(await changes()).toEqual([`PATCH /apps/${APP}`]);

    const off = await command('maintenance-off');
    expect(off.exitCode).toBe(0);
    expect((await world.heroku.control.app(APP)).maintenance).toBe(false);
  });

  it('take the answer for nothing that they have not read', async () => {
    await world.heroku.control.addFault({
      match: { method: 'PATCH', path: `/apps/${APP}`, times: 99 },
      effect: { kind: 'reset', when: 'after-effect' },
    });
    const { code, stdout } = await helper.run(['maintenance', 'on']);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect((await world.heroku.control.app(APP)).maintenance).toBe(true);
  });

  it('fail when the page is as it was, and are unknown when nobody tells', async () => {
    await world.heroku.control.addFault({
      match: { method: 'PATCH', path: `/apps/${APP}`, times: 99 },
      effect: { kind: 'status', status: 503 },
    });
    const failed = await helper.run(['maintenance', 'on']);
    expect(failed.code).toBe(1);
    expect((await world.heroku.control.app(APP)).maintenance).toBe(false);

    await world.heroku.control.addFault({
      match: { method: 'GET', path: `/apps/${APP}`, nth: 2, times: 99 },
      effect: { kind: 'status', status: 503 },
    });
    const unknown = await helper.run(['maintenance', 'on', '--json']);
    expect(unknown.code).toBe(4);
    expect(JSON.parse(unknown.stdout)).toMatchObject({ verdict: 'unknown', exitCode: 4 });
    expect(unknown.stderr).toContain('State now:');
  });

  it('leave forks and the other nodes of a parallel job alone', async () => {
    const fork = await helper.run(['maintenance', 'on'], { env: { CIRCLE_PR_NUMBER: '7' } });
    expect(fork.code).toBe(2);
    const node = await helper.run(['maintenance', 'on'], { env: { CIRCLE_NODE_INDEX: '1' } });
    expect(node.code).toBe(0);
    const stranger = await helper.run(['maintenance', 'on', '--deploy-user', 'else@example.com']);
    expect(stranger.code).toBe(2);
    expect(await changes()).toEqual([]);
  });
});

describe('scale', () => {
  it('sets quantities and sizes in one request, and waits for the dynos', async () => {
    const { exitCode, log } = await command('scale', { formation: 'worker=2:standard-2x web=1' });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toContain('worker=2:standard-2x web=1:Standard-1X');
    expect(await formation()).toEqual(['web=1:Standard-1X', 'worker=2:Standard-2X']);
    const { dynos } = await world.heroku.control.app(APP);
    const workers = dynos.filter(({ type, listed }) => type === 'worker' && listed);
    expect(workers.map(({ state, size }) => `${state} ${size}`)).toEqual([
      'up Standard-2X',
      'up Standard-2X',
    ]);
    expect(await changes()).toEqual([`PATCH /apps/${APP}/formation`]);

    const again = await helper.run(['scale', 'worker=2:Standard-2X', 'web=1']);
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('already; nothing was changed') as string,
    });
    expect(await changes()).toHaveLength(1);
  });

  it.each([
    [['worker=2', 'mailer=1', 'clock=0'], 'no process type mailer, clock'],
    [['worker=2:gigantic'], 'cannot have dynos of size gigantic'],
    [['worker=many'], '"worker=many" is not understood'],
    [['worker+1'], '"worker+1" is not understood'],
    [['worker=1', 'worker=2'], 'worker is named twice'],
    [[], 'formation: a value is wanted'],
    [['worker=1', '--formation', 'worker=2'], 'formation: given more than once'],
  ])('refuses %j before anything is touched', async (words, why) => {
    await helper.expectRefusal({ args: ['scale', ...words] }, { exitCode: 2, says: [why] });
    expect(await changes()).toEqual([]);
  });

  it('refuses what Heroku refuses, and leaves all types as they were', async () => {
    const { code, stdout } = await helper.run(['scale', 'web=2', 'worker=500']);
    expect(code).toBe(2);
    expect(stdout).toContain('Quantity must not be more than 100');
    expect(await formation()).toEqual(FOUND);
  });

  it('does not take a one-off dyno of that type for one too many', async () => {
    await world.heroku.control.act(APP, { action: 'one-off', command: 'sleep 600', type: 'worker' });
    const { code, stdout } = await helper.run(['scale', 'worker=2', '--scale-timeout', '1m']);
    const { dynos } = await world.heroku.control.app(APP);
    const [oneOff] = dynos.filter(({ name }) => /^worker\.\d{4}/.test(name));
    await world.heroku.control.act(APP, { action: 'stop', dyno: oneOff?.name ?? '' });
    expect({ code, stdout }).toMatchObject({ code: 0 });
  });

  it('puts back what was there when the dynos do not come up', async () => {
    await world.heroku.control.changeSettings(APP, { startDelayMs: 10_000 });
    const { code, stdout } = await helper.run(['scale', 'worker=3', 'web=2', '--scale-timeout', '1m']);
    await world.heroku.control.changeSettings(APP, { startDelayMs: 0 });
    expect({ code, stdout }).toMatchObject({ code: 1 });
    expect(stdout).toContain('`scale-timeout` is the limit');
    expect(stdout).toContain('Put back: web=1:Standard-1X worker=1:Standard-1X.');
    expect(await formation()).toEqual(FOUND);
  });

  it('says how the app is when not even that can be done', async () => {
    await world.heroku.control.changeSettings(APP, { startDelayMs: 10_000 });
    await world.heroku.control.addFault({
      match: { method: 'PATCH', path: `/apps/${APP}/formation`, nth: 2, times: 99 },
      effect: { kind: 'status', status: 503 },
    });
    const { code, stdout } = await helper.run(['scale', 'worker=3', '--scale-timeout', '1m']);
    await world.heroku.control.changeSettings(APP, { startDelayMs: 0 });
    expect({ code, stdout }).toMatchObject({ code: 3 });
    expect(stdout).toContain('State now:');
    expect(stdout).toContain('process     worker: 3 x Standard-1X');
    expect(stdout).toContain(`heroku-cd scale --app-name ${APP} worker=1:Standard-1X`);
  });
});

describe('run-one-off', () => {
  it('runs the command as it is, streams what it prints and passes', async () => {
    await world.heroku.control.act(APP, { action: 'config', vars: { GREETING: 'hello from the app' } });
    const { exitCode, log } = await command('run-one-off', {
      command: 'echo "$GREETING"; echo second >&2',
      'dyno-size': 'standard-2x',
    });
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).toContain('  run | hello from the app');
    expect(log).toContain('  run | second');
    expect(log).toContain('The command succeeded (exit status 0).');
    expect((await world.heroku.control.app(APP)).oneOffs.at(-1)).toMatchObject({
      type: 'run',
      exitStatus: 0,
    });
  });

  it('fails with the status of the command', async () => {
    const { exitCode, log } = await command('run-one-off', { command: 'exit 7' });
    expect(exitCode).toBe(1);
    expect(log).toContain('ended with exit status 7');
    const { code, stdout } = await helper.run(['run', '--json', '--', 'exit 9']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'failed', exitCode: 1, exitStatus: 9, error: {} });
  });

  it('gives several words to the command whole, flags of its own among them', async () => {
    const { code, stdout } = await helper.run([
      'run',
      '--',
      'printf',
      '%s|',
      '--json',
      "it's $HOME",
      '--help',
    ]);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain("  run | --json|it's $HOME|--help|");
  });

  it('stops the dyno when it runs too long, and names the parameter', async () => {
    const { code, stdout } = await helper.run(['run', '--migrate-timeout', '2m', '--', 'sleep 600']);
    expect(code).toBe(1);
    expect(stdout).toContain('migrate-timeout');
    expect((await world.heroku.control.app(APP)).dynos.filter(({ type }) => type === 'run')).toEqual([]);
  });

  it('stops the dyno when the job is interrupted', async () => {
    const controller = new AbortController();
    const run = world.deploy({
      steps: [{ 'heroku-cd/run-one-off': { 'app-name': APP, command: 'echo begun; sleep 600' } }],
      terminate: controller.signal,
      terminationGraceMs: 40_000,
    });
    await world.heroku.control.until(APP, (app) =>
      app.oneOffs.some(({ attached, exitStatus }) => attached && exitStatus === null),
    );
    controller.abort();
    const { log } = await run;
    expect(log).toContain('Interrupted by SIGTERM');
    expect(log).toContain('Its dyno was stopped');
    expect((await world.heroku.control.app(APP)).dynos.filter(({ type }) => type === 'run')).toEqual([]);
  });

  it('is unknown when nobody tells how the command ended', async () => {
    await world.heroku.control.addFault({
      match: { surface: 'rendezvous' },
      effect: { kind: 'cut', bytes: 0 },
    });
    await world.heroku.control.addFault({
      match: { method: 'POST', path: `/apps/${APP}/log-sessions`, times: 99 },
      effect: { kind: 'status', status: 503 },
    });
    const { code, stdout } = await helper.run(['run', '--', 'echo x']);
    expect({ code, stdout }).toMatchObject({ code: 4 });
    expect(stdout).toContain('State now:');
    expect(stdout).toContain('database    unknown');
  });

  it('refuses to run nothing', async () => {
    await helper.expectRefusal({ args: ['run'] }, { exitCode: 2, says: ['command: a value is wanted'] });
  });
});
