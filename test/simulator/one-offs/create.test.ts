import { TestHeroku } from '../support/local.ts';
import { appFiles } from '../support/workspace.ts';
import { create, logOf, runAttached, untilLogged } from './support/client.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start({ apps: ['empty'] });
  const files: Record<string, string> = { 'greeting.txt': 'from the slug\n', ...appFiles() };
  files['Procfile'] += 'console: echo "console $0 of $DYNO" &&\n';
  await test.deployedApp('shop', files);
  await test.api('PATCH', '/apps/shop/config-vars', { SECRET: 's3cret', OVERRIDDEN: 'by config' });
});
afterAll(() => test.close());

const post = (body: unknown, app = 'shop') => test.api('POST', `/apps/${app}/dynos`, body);

describe('an attached dyno', () => {
  it('is answered with where to attach, and listed without that', async () => {
    const dyno = await create(test, 'shop', 'sleep 60', { size: 'standard-2x' });
    expect(dyno).toMatchObject({
      name: expect.stringMatching(/^run\.\d{4}$/),
      type: 'run',
      command: 'sleep 60',
      size: 'Standard-2X',
      state: 'starting',
      release: { version: test.app('shop').current.version },
    });
    expect(dyno.attach_url).toMatch(/^rendezvous:\/\/127\.0\.0\.1:\d+\/[-0-9a-f]{36}$/);
    const { body } = await test.api('GET', `/apps/shop/dynos/${dyno.name}`);
    expect(body).toMatchObject({ id: dyno.id, command: 'sleep 60', attach_url: null });
    const list = (await test.api('GET', '/apps/shop/dynos')).body as { name: string }[];
    expect(list.map(({ name }) => name)).toContain(dyno.name);
    await test.api('POST', `/apps/shop/dynos/${dyno.name}/actions/stop`);
  });

  it('has the slug, the config vars, its own variables, its name, and no port', async () => {
    const { attach_url: _, ...dyno } = await create(test, 'shop', 'true');
    await test.api('POST', `/apps/shop/dynos/${dyno.name}/actions/stop`);
    const body = await post({
      command: 'cat greeting.txt; env; cat',
      env: { OVERRIDDEN: 'by env', TERM: 'dumb', COLUMNS: 80 },
    });
    await untilLogged(test, 'shop', body.body.name, 'complete');
    const lines = logOf(test, 'shop', body.body.name);
    for (const line of [
      'from the slug',
      'SECRET=s3cret',
      'OVERRIDDEN=by env',
      'COLUMNS=80',
      `DYNO=${body.body.name}`,
    ]) {
      expect(lines).toContain(`app: ${line}`);
    }
    expect(lines.some((line) => /app: (PORT|JEST_WORKER_ID)=/.test(line))).toBe(false);
  });
});

describe('a detached dyno', () => {
  it('starts at once, writes to the log, and is gone when it has ended', async () => {
    const { status, body } = await post({ command: 'echo out; echo err >&2; exit 7' });
    expect(status).toBe(201);
    expect(body.attach_url).toBeNull();
    await untilLogged(test, 'shop', body.name, 'complete');
    expect(logOf(test, 'shop', body.name)).toEqual([
      'heroku: Starting process with command `echo out; echo err >&2; exit 7`',
      'heroku: State changed from starting to up',
      'app: out',
      'app: err',
      'heroku: Process exited with status 7',
      'heroku: State changed from up to complete',
    ]);
    expect((await test.api('GET', `/apps/shop/dynos/${body.name}`)).status).toBe(404);
    expect(
      test.app('shop').log.lines.some(({ dyno, text }) => dyno === 'api' && text.includes('exit 7')),
    ).toBe(true);
  });

  it('says it was killed with 128 and the signal, and has no input', async () => {
    const killed = await post({ command: 'kill -9 $$' });
    const reader = await post({ command: 'cat && echo nothing to read' });
    await untilLogged(test, 'shop', killed.body.name, 'Process exited with status 137');
    await untilLogged(test, 'shop', reader.body.name, 'nothing to read');
  });

  it('waits for its start where that takes time', async () => {
    const { settings } = test.app('shop');
    settings.startDelayMs = 1_000;
    const { body } = await post({ command: 'true', type: 'slow' });
    settings.startDelayMs = 0;
    expect(logOf(test, 'shop', body.name)).toEqual([]);
    await untilLogged(test, 'shop', body.name, 'complete');
  });

  it('may be of another type, whose name it takes', async () => {
    const { body } = await post({ command: 'echo $DYNO', type: 'scheduler' });
    expect(body).toMatchObject({ type: 'scheduler', name: expect.stringMatching(/^scheduler\.\d{4}$/) });
    await untilLogged(test, 'shop', body.name, `${body.name}`);
  });
});

describe('the first word of a command', () => {
  it('stands for the process type of that name, with what follows it', async () => {
    const client = await runAttached(test, 'shop', 'console echo "and more"');
    expect(client.output).toMatch(/^console bash of run\.\d{4}\nand more\n$/);
  });

  it('is left alone where it names none', async () => {
    const client = await runAttached(test, 'shop', 'echo console; constructor || echo no such command');
    expect(client.output).toMatch(/^console\n.*constructor.*not found\nno such command\n$/);
  });
});

describe('what cannot be run is refused', () => {
  it.each([
    ['without a command', {}, 422, /command/],
    ['with an empty command', { command: '  ' }, 422, /command/],
    ['with a command that is none', { command: 7 }, 422, /command/],
    ['with an unknown size', { command: 'true', size: 'enormous' }, 422, /enormous/],
    ['with an unusable type', { command: 'true', type: 'a b' }, 422, /type/],
    ['for no time', { command: 'true', time_to_live: 0 }, 422, /time_to_live/],
    ['for more than a day', { command: 'true', time_to_live: 86_401 }, 422, /time_to_live/],
    ['for a time that is none', { command: 'true', time_to_live: '60' }, 422, /time_to_live/],
    ['with variables that are none', { command: 'true', env: { 'A B': '1' } }, 422, /env/],
    ['with values that are none', { command: 'true', env: { A: true } }, 422, /env\.A/],
    ['with attach that is none', { command: 'true', attach: 'yes' }, 422, /attach/],
  ])('%s', async (_what, body, status, message) => {
    const before = test.heroku.platform.oneOffs.of(test.app('shop')).length;
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(answer.body.message).toMatch(message);
    expect(test.heroku.platform.oneOffs.of(test.app('shop'))).toHaveLength(before);
  });

  it('where there is no release with code, with 409', async () => {
    const answer = await post({ command: 'true' }, 'empty');
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ id: 'conflict', message: expect.stringContaining('no release') });
  });

  it('where there is no such app, with 404', async () => {
    expect((await post({ command: 'true' }, 'nowhere')).status).toBe(404);
  });

  it('without the permission to deploy or to operate, with 403', async () => {
    const { control, platform } = test.heroku;
    control.createAccount({ email: 'guest@example.com', keys: [{ key: 'guest-key' }] });
    const tryIt = async (...permissions: ('view' | 'deploy' | 'operate')[]) => {
      await control.setPermissions('shop', 'guest@example.com', permissions);
      const headers = { Authorization: 'Bearer guest-key' };
      return (await test.api('POST', '/apps/shop/dynos', { command: 'true' }, headers)).status;
    };
    expect(await tryIt('view')).toBe(403);
    expect(await tryIt('view', 'deploy')).toBe(201);
    expect(await tryIt('view', 'operate')).toBe(201);
    expect(platform.oneOffs.of(test.app('shop')).at(-1)?.dyno.command).toBe('true');
  });
});
