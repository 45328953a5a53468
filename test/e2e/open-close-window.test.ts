import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { rehearseWorkflow, type WorkflowResult } from '../../src/rehearsal/index.ts';
import { HelperProgram } from './support/helper-program.ts';
import { APP, createWorld, fewAuthorities, KEY, type Deployment, type World } from './support/world.ts';

let world: World;
let helper: HelperProgram;

beforeEach(async () => {
  world = await createWorld();
  helper = await HelperProgram.create(world, await world.pushByHand());
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 2, worker: 3 } });
});

afterEach(async () => {
  await helper.remove();
  await world.close();
});

const FOUND = ['web=2:Standard-1X', 'worker=3:Standard-1X'];
const DOWN = ['web=2:Standard-1X', 'worker=0:Standard-1X'];

/** What of the app a window changes. */
async function state(): Promise<{ maintenance: boolean; formation: readonly string[] }> {
  const { maintenance, formation } = await world.heroku.control.app(APP);
  return {
    maintenance,
    formation: formation.map(({ type, quantity, size }) => `${type}=${quantity}:${size}`),
  };
}

const OPEN = { maintenance: true, formation: DOWN };
const CLOSED = { maintenance: false, formation: FOUND };

const orb = {
  open: (): Promise<Deployment> => world.deploy({ orbJob: 'open-window' }),
  close: (): Promise<Deployment> => world.deploy({ orbJob: 'close-window' }),
};

/** A call of the helper as a program; its state directory outlives the call, as a cache would. */
async function call(...args: string[]): Promise<{ exitCode: number | null; log: string }> {
  const { code, stdout } = await helper.run(args);
  return { exitCode: code, log: stdout };
}

const open = (...flags: string[]): ReturnType<typeof call> => call('window', 'open', ...flags);
const close = (...flags: string[]): ReturnType<typeof call> => call('window', 'close', ...flags);

async function opened(): Promise<void> {
  expect(await open()).toMatchObject({ exitCode: 0 });
  expect(await state()).toEqual(OPEN);
}

const journal = (): string => join(helper.folder, 'home', '.heroku-cd', APP, 'journal.json');

test('opens, stays open whatever runs meanwhile, and closes as it was found, once', async () => {
  const { log, result } = await orb.open();
  expect(log).toContain(`stays open until \`heroku-cd window close --app-name ${APP}\``);
  expect(result).toMatchObject({
    verdict: 'succeeded',
    maintenance: { before: false, after: true, windowSeconds: null },
  });
  expect(await state()).toEqual(OPEN);
  const before = (await world.heroku.control.app(APP)).dynos.map(({ id }) => id);

  // Whoever runs `recover` in between does not open it.
  const recovered = await world.deploy({ orbJob: 'recover' });
  expect(recovered.exitCode).toBe(3);
  expect(recovered.log).toContain('State now:');
  expect(recovered.log).toContain(`next        heroku-cd window close --app-name ${APP}`);
  expect(await state()).toEqual(OPEN);

  const twice = await orb.open();
  expect(twice.exitCode).toBe(0);
  expect(await state()).toEqual(OPEN);

  const closed = await orb.close();
  expect(closed).toMatchObject({ exitCode: 0 });
  expect(closed.log).toContain('Restarted 2 dynos.');
  expect(await state()).toEqual(CLOSED);
  const { dynos } = await world.heroku.control.app(APP);
  expect(dynos.filter(({ id, listed }) => listed && before.includes(id))).toEqual([]);

  const again = await orb.close();
  expect(again.exitCode).toBe(0);
  expect(again.log).toContain('Nothing was changed');
  expect(await state()).toEqual(CLOSED);
});

test('deployments work inside the window and leave it open; closing brings back what was found first', async () => {
  await opened();
  const commit = await world.repository.commit({ 'greeting.txt': 'two' });
  const plain = await call('deploy', '--revision', commit);
  expect(plain).toMatchObject({ exitCode: 0 });
  expect(plain.log).toContain('works in it, and leaves it open');
  expect(await state()).toEqual(OPEN);

  const migrated = await call('migrate', '--no-push', '--migrate-command', 'echo migrating');
  expect(migrated).toMatchObject({ exitCode: 0 });
  expect(await state()).toEqual(OPEN);

  // A deployment that fails there leaves it open, too, and has changed nothing.
  await world.heroku.control.changeSettings(APP, { buildResult: 'fail' });
  const broken = await world.repository.commit({ 'greeting.txt': 'three' });
  const failed = await call('migrate', '--revision', broken, '--migrate-command', 'echo migrating');
  expect(failed).toMatchObject({ exitCode: 1 });
  expect(await state()).toEqual(OPEN);

  const closed = await close('--no-restart-dynos');
  expect(closed).toMatchObject({ exitCode: 0 });
  expect(closed.log).not.toContain('Restarted');
  expect(closed.log).not.toContain('was released while');
  expect(await state()).toEqual(CLOSED);
  expect(await world.visit()).toBe('200 two');
});

test('caches are flushed before the page comes off, and one that is not keeps no window open', async () => {
  await opened();
  const refused = await close('--flush-cache');
  expect(refused).toMatchObject({ exitCode: 2 });
  expect(refused.log).toContain('no cache of corner-shop is found');
  expect(await state()).toEqual(OPEN);

  const failed = await close('--flush-command', 'echo "worker=$(echo cleared)"; exit 3');
  expect({ ...failed, ...(await state()) }).toMatchObject({ exitCode: 5, ...CLOSED });
  expect(failed.log).toMatch(/flush \| worker=cleared[^]*The maintenance page of corner-shop is off/);
  expect(failed.log).toMatch(
    /ERROR: The window of corner-shop is closed: .* flush-command ended with exit status 3/,
  );
  expect(failed.log).toMatch(/ {2}next +heroku-cd run --app-name corner-shop -- /);
  // Nobody is served by what was flushed again and again.
  expect((await close('--flush-command', 'true')).log).toContain('Nothing was changed');

  await opened();
  const { code, stdout } = await helper.run(['window', 'close', '--json', '--flush-command', 'true']);
  expect({ code, ...(await state()) }).toMatchObject({ code: 0, ...CLOSED });
  expect(JSON.parse(stdout)).toMatchObject({ caches: ['flush-command: ended with exit status 0'] });
});

test('a migration that failed in the window holds it against closing, until a run continues it', async () => {
  await opened();
  const migrate = (command: string): ReturnType<typeof call> =>
    call('migrate', '--no-push', '--migrate-command', command);
  expect((await migrate('exit 1')).exitCode).toBe(3);

  const refused = await close();
  expect(refused.exitCode).toBe(3);
  expect(refused.log).toContain('State now:');
  expect(refused.log).toContain('--release-hold');
  expect(await state()).toEqual(OPEN);
  const reopened = await open();
  expect(reopened.exitCode).toBe(3);
  expect(await state()).toEqual(OPEN);

  expect((await migrate('true')).exitCode).toBe(0);
  expect(await state()).toEqual(CLOSED);
  expect((await close()).exitCode).toBe(0);
});

test('opening that fails half way is undone', async () => {
  await world.heroku.control.addFault({
    match: { method: 'PATCH', path: `/apps/${APP}/formation`, nth: 1 },
    effect: { kind: 'status', status: 422 },
  });
  const { exitCode, log } = await open();
  expect({ exitCode, log }).toMatchObject({ exitCode: 1 });
  expect(log).toContain('Undo: switch the maintenance page');
  expect(await state()).toEqual(CLOSED);
  expect((await close()).exitCode).toBe(0);
});

test('opening that is interrupted is undone, and one that is killed is recovered', async () => {
  await world.heroku.control.changeSettings(APP, { stopDelayMs: 1_500 });
  const down = (): Promise<unknown> =>
    world.heroku.control.until(APP, (app) =>
      app.formation.some((one) => one.type === 'worker' && one.quantity === 0),
    );
  const stopping = new AbortController();
  const interrupted = world.deploy({
    orbJob: 'open-window',
    terminate: stopping.signal,
    terminationGraceMs: 40_000,
  });
  await down();
  stopping.abort();
  const { log } = await interrupted;
  expect(log).toContain('interrupted (exit 143)');
  expect(await state()).toEqual(CLOSED);

  const killing = new AbortController();
  const killed = world.deploy({ orbJob: 'open-window', cancel: killing.signal });
  await down();
  killing.abort();
  expect((await killed).job.status).toBe('canceled');
  expect(await state()).toEqual(OPEN);
  // Nobody may take the zero workers for the wanted ones, and nobody opened this window in the end.
  const closed = await orb.close();
  expect(closed).toMatchObject({ exitCode: 0 });
  expect(closed.log).toContain('recovering first');
  expect(await state()).toEqual(CLOSED);
});

test('a deployment that is killed in the window is put back, and the window stays open', async () => {
  await orb.open();
  await world.repository.commit({ 'greeting.txt': 'two' });
  await world.heroku.control.changeSettings(APP, { buildMs: 60_000 });
  const killing = new AbortController();
  const killed = world.deploy({ cancel: killing.signal });
  await world.heroku.control.until(APP, (app) => app.builds.some(({ status }) => status === 'pending'));
  killing.abort();
  expect((await killed).job.status).toBe('canceled');

  const recovered = await world.deploy({ orbJob: 'recover' });
  expect(recovered.exitCode).toBe(3);
  expect(recovered.log).toContain('the window, opened by hand, stays open');
  expect(recovered.log).toContain(`next        heroku-cd window close --app-name ${APP}`);
  expect((await world.heroku.control.app(APP)).builds.filter(({ status }) => status === 'pending')).toEqual(
    [],
  );
  expect(await state()).toEqual(OPEN);

  expect((await orb.close()).exitCode).toBe(0);
  expect(await state()).toEqual(CLOSED);
});

test('what somebody changed in the window is left, and a page that was on before stays on', async () => {
  await world.heroku.control.act(APP, { action: 'maintenance', enabled: true });
  expect((await open()).exitCode).toBe(2);
  expect((await open('--if-in-maintenance', 'keep')).exitCode).toBe(0);
  await world.heroku.control.act(APP, { action: 'scale', formation: { worker: 1 } });
  await world.heroku.control.act(APP, { action: 'config', vars: { NEW: 'value' } });

  const { exitCode, log } = await close();
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toContain('worker (1)');
  expect(log).toContain('was released while the window was open; it is left as it is');
  expect(log).toContain('the page was on before and stays on');
  expect(await state()).toEqual({
    maintenance: true,
    formation: ['web=2:Standard-1X', 'worker=1:Standard-1X'],
  });
  expect((await close()).exitCode).toBe(0);
});

test('without a journal that can be trusted, nothing is guessed: `formation` says how the app was', async () => {
  await opened();
  await writeFile(journal(), (await readFile(journal(), 'utf8')).replace('"quantity": 3', '"quantity": 50'));
  const refused = await close();
  expect(refused.exitCode).toBe(2);
  expect(refused.log).toContain('its signature is not of this API key');
  expect(refused.log).toContain('Name the process types as they are to be');
  expect(await state()).toEqual(OPEN);

  await rm(journal());
  const unknown = await close('--formation', 'worker=2 mailer=1');
  expect(unknown.exitCode).toBe(2);
  expect(unknown.log).toContain('no process type mailer');
  const closed = await close('--formation', 'worker=2:standard-2x');
  expect(closed).toMatchObject({ exitCode: 0 });
  expect(await state()).toEqual({
    maintenance: false,
    formation: ['web=2:Standard-1X', 'worker=2:Standard-2X'],
  });
  expect((await close()).exitCode).toBe(0);
});

test('a closed journal from before does not hide a page that is on', async () => {
  await opened();
  expect((await close()).exitCode).toBe(0);
  await world.heroku.control.act(APP, { action: 'maintenance', enabled: true });
  const { exitCode, log } = await close();
  expect({ exitCode, log }).toMatchObject({ exitCode: 2 });
  expect((await state()).maintenance).toBe(true);
});

test('the window stays open as long as a one-off dyno works in it, and when web does not come up', async () => {
  await opened();
  await world.heroku.control.act(APP, { action: 'one-off', command: 'sleep 600' });
  const waiting = await close('--scale-timeout', '30s');
  expect(waiting.exitCode).toBe(3);
  expect(waiting.log).toContain('is still open: Waited');
  expect(waiting.log).toContain(`next        heroku-cd window close --app-name ${APP}`);
  expect(await state()).toEqual(OPEN);

  await world.heroku.control.changeSettings(APP, { startDelayMs: 60_000 });
  const booting = await close('--running-one-offs', 'stop', '--boot-timeout', '1m');
  expect(booting.exitCode).toBe(3);
  expect(booting.log).toContain('boot-timeout');
  expect((await state()).maintenance).toBe(true);

  await world.heroku.control.changeSettings(APP, { startDelayMs: 0 });
  const closed = await close();
  expect(closed).toMatchObject({ exitCode: 0 });
  expect(await state()).toEqual(CLOSED);
});

test('a release without web leaves the window open, and another command than the same one opens it', async () => {
  await opened();
  await world.pushByHand({ Procfile: 'worker: node worker.js\n' });
  const closed = await close();
  expect(closed.exitCode).toBe(3);
  expect(closed.log).toContain('The release has no such process type.');
  expect(closed.log).toContain(
    `or open the app as it is: heroku-cd recover --app-name ${APP} --release-hold`,
  );
  expect((await state()).maintenance).toBe(true);

  expect((await call('recover', '--release-hold')).exitCode).toBe(5);
  expect(await state()).toEqual({ maintenance: false, formation: ['worker=3:Standard-1X'] });
});

test('a process type that cannot be brought back leaves the app serving, and is named', async () => {
  await opened();
  await world.pushByHand({ Procfile: 'web: node web.js\n' });
  const { exitCode, log } = await close();
  expect({ exitCode, log }).toMatchObject({ exitCode: 5 });
  expect(log).toContain('worker');
  expect(log).toContain('State now:');
  expect(await state()).toEqual({ maintenance: false, formation: ['web=2:Standard-1X'] });
});

describe('in a workflow', () => {
  const ours = { context: ['heroku'], 'app-name': APP };
  const config = stringify({
    version: 2.1,
    orbs: { 'heroku-cd': 'heroku-cd/heroku-cd@0.1' },
    workflows: {
      'migrate-by-hand': {
        jobs: [
          { 'heroku-cd/open-window': ours },
          { migrated: { type: 'approval', requires: ['heroku-cd/open-window'] } },
          { 'heroku-cd/close-window': { requires: ['migrated'], ...ours } },
          {
            'heroku-cd/recover': { requires: [{ 'heroku-cd/open-window': ['failed', 'canceled'] }], ...ours },
          },
        ],
      },
    },
  });

  function walk(options: {
    approve?: string[];
    cancelAt?: { job: string; step: string; after: RegExp }[];
  }): Promise<WorkflowResult> {
    const { HEROKU_API_KEY: _key, ...hosts } = world.heroku.environment();
    return rehearseWorkflow({
      config: { text: config },
      orbs: { 'heroku-cd': process.env['E2E_ORB'] ?? resolve(__dirname, '../../orb/orb.yml') },
      workflow: 'migrate-by-hand',
      repository: world.repository.directory,
      contexts: { heroku: { HEROKU_API_KEY: KEY } },
      callerEnvironment: { PATH: process.env['PATH'], ...hosts },
      environment: fewAuthorities(world),
      cacheFolder: join(world.folder, 'workflow-cache'),
      ...options,
    });
  }

  const statuses = ({ jobs }: WorkflowResult): Record<string, string> =>
    Object.fromEntries(jobs.map(({ name, status }) => [name.replace('heroku-cd/', ''), status]));

  test('the window waits for the approval, and closes after it', async () => {
    expect(statuses(await walk({}))).toEqual({
      'open-window': 'success',
      migrated: 'on_hold',
      'close-window': 'blocked',
      recover: 'not_run',
    });
    expect(await state()).toEqual(OPEN);

    expect(statuses(await walk({ approve: ['migrated'] }))).toEqual({
      'open-window': 'success',
      migrated: 'success',
      'close-window': 'success',
      recover: 'not_run',
    });
    expect(await state()).toEqual(CLOSED);
  });

  test('opening that is cancelled is put back by recover', async () => {
    await world.heroku.control.changeSettings(APP, { stopDelayMs: 1_500 });
    const result = await walk({
      cancelAt: [
        { job: 'heroku-cd/open-window', step: 'Open the window', after: /The maintenance page of .* is on/ },
      ],
    });
    expect(statuses(result)).toEqual({
      'open-window': 'canceled',
      migrated: 'not_run',
      'close-window': 'not_run',
      recover: 'success',
    });
    expect(await state()).toEqual(CLOSED);
  });
});
