import { ScriptedServer, stall, text, type Reply } from '../support/scripted-server.ts';
import { HelperProgram } from './support/helper-program.ts';
import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type Deployment, type World } from './support/world.ts';

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const PAGE = '<!doctype html><title>Back soon</title><p>Back soon</p>';
const SECRET = 'postgres://user:5ca1ab1e@db.example.com/shop';

let world: World;
let helper: HelperProgram;
let host: ScriptedServer;
let page: string;

beforeAll(async () => {
  host = await new ScriptedServer().listen();
  host.on('GET /down.html', text(200, PAGE, HTML)).on('GET /error.html', text(200, PAGE, HTML));
  page = `${host.url}/down.html`;
  world = await createWorld();
  helper = await HelperProgram.create(world, await world.pushByHand(APP_FILES));
});

afterAll(async () => {
  await helper.remove();
  await world.close();
  await host.close();
});

beforeEach(async () => {
  await world.heroku.control.clearFaults();
  await world.heroku.control.act(APP, { action: 'maintenance', enabled: false });
  await world.heroku.control.act(APP, {
    action: 'config',
    vars: { MAINTENANCE_PAGE_URL: null, ERROR_PAGE_URL: null, STORE: SECRET },
  });
  // Each change has restarted the one dyno.
  await world.heroku.control.until(APP, ({ dynos }) => dynos.length === 1 && dynos[0]?.state === 'up');
  await world.heroku.control.clearRequests();
});

function byOrb(given: Readonly<Record<string, unknown>>): Promise<Deployment> {
  return world.deploy({ steps: [{ 'heroku-cd/set-maintenance-page': { 'app-name': APP, ...given } }] });
}

function changes(): readonly string[] {
  return world.heroku.control
    .requests()
    .filter(({ surface, method }) => surface === 'api' && method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
}

async function pages(): Promise<readonly (string | undefined)[]> {
  const { configVars, releases } = await world.heroku.control.app(APP);
  expect(releases.at(-1)?.status).toBe('succeeded');
  expect(configVars['STORE']).toBe(SECRET);
  return [configVars['MAINTENANCE_PAGE_URL'], configVars['ERROR_PAGE_URL']];
}

const PATCH = `PATCH /apps/${APP}/config-vars`;

test('both pages are set in one request, whose release is judged; what is so already is left alone', async () => {
  const error = `${host.url}/error.html`;
  const set = await byOrb({ 'maintenance-page-url': page, 'error-page-url': error });
  expect({ exitCode: set.exitCode, log: set.log }).toMatchObject({ exitCode: 0 });
  expect(set.log).toContain('every dyno restarts');
  expect(set.log).toContain('is current');
  expect(set.log).not.toContain('5ca1ab1e');
  expect(await pages()).toEqual([page, error]);

  const again = await byOrb({ 'maintenance-page-url': page });
  expect(again.exitCode).toBe(0);
  expect(again.log).toContain('are so already; nothing was changed');
  expect(changes()).toEqual([PATCH]);

  await world.heroku.control.act(APP, { action: 'maintenance', enabled: true });
  expect(await world.visit()).toContain(`<iframe src="${page}">`);
});

test('one page is taken away by its name, or all of them; the check tells which there are', async () => {
  await helper.run(['maintenance-page', 'set', page, '--error-page-url', `${host.url}/error.html`]);
  const none = await helper.run(['maintenance-page', 'set', 'none', '--json']);
  expect(JSON.parse(none.stdout)).toMatchObject({ changed: true, maintenancePage: null });
  expect(await pages()).toEqual([undefined, `${host.url}/error.html`]);

  const checked = await helper.run(['maintenance-page', 'check']);
  expect({ code: checked.code, stdout: checked.stdout }).toMatchObject({ code: 0 });
  expect(checked.stdout).toContain('The maintenance page is Heroku’s own.');

  expect((await helper.run(['maintenance-page', 'clear'])).code).toBe(0);
  expect(await pages()).toEqual([undefined, undefined]);
  const cleared = await helper.run(['maintenance-page', 'check']);
  expect(cleared.stdout).toContain(`${APP} has no pages of its own`);
  expect(changes()).toEqual([PATCH, PATCH, PATCH]);
});

describe('a page that browsers would not show is refused, and nothing is changed:', () => {
  const relative = '<title>Back soon</title><img src="logo.png">';
  const wrong = (path: string, reply: Reply): string => {
    host.on(`GET ${path}`, reply);
    return `${host.url}${path}`;
  };
  test.each<readonly [string, () => readonly [string, string], readonly string[]]>([
    [
      'http, and one behind a password',
      () => ['http://pages.example.com/down.html', 'https://me:secret@pages.example.com/'],
      ['browsers show no http page inside an https page', 'without a password'],
    ],
    [
      'one that refuses frames, by either header',
      () => [
        wrong('/a', text(200, PAGE, { ...HTML, 'x-frame-options': 'SAMEORIGIN' })),
        wrong('/b', text(200, PAGE, { ...HTML, 'content-security-policy': "frame-ancestors 'self'" })),
      ],
      ['maintenance-page-url: ', '`X-Frame-Options: SAMEORIGIN`', 'error-page-url: ', 'frames of others'],
    ],
    [
      'one that is not there, and one with something relative in it',
      () => [wrong('/a', text(404, PAGE, HTML)), wrong('/b', text(200, relative, HTML))],
      ['it answers 404, and 200 is wanted', '<img src> "logo.png" is relative'],
    ],
    [
      'one that is too slow, and one that is no HTML',
      () => [wrong('/a', stall), wrong('/b', text(200, PAGE, { 'content-type': 'text/plain' }))],
      ['it was not there within 15 s', 'its content type is text/plain'],
    ],
  ])('%s', async (_what, addresses, says) => {
    const [maintenance, error] = addresses();
    await helper.expectRefusal(
      { args: ['maintenance-page', 'set', maintenance, '--error-page-url', error] },
      { exitCode: 2, says, hides: ['secret'] },
    );
    expect(changes()).toEqual([]);
  });

  test('also where it was good once, and by the orb', async () => {
    host.on('GET /wrong.html', text(404, PAGE, HTML));
    const vars = { ERROR_PAGE_URL: `${host.url}/wrong.html` };
    await world.heroku.control.act(APP, { action: 'config', vars });
    await helper.expectRefusal(
      { args: ['maintenance-page', 'check'] },
      { exitCode: 2, says: ['error-page-url: ', 'it answers 404'] },
    );
    const refused = await byOrb({ 'maintenance-page-url': page, 'error-page-url': vars.ERROR_PAGE_URL });
    expect(refused.exitCode).toBe(2);
    expect(refused.log).toContain('it answers 404, and 200 is wanted');
    expect(changes()).toEqual([]);
  });

  test('and so is none', async () => {
    await helper.expectRefusal(
      { args: ['maintenance-page', 'set'] },
      { exitCode: 2, says: ['no page is named'] },
    );
  });
});

describe('in a window nothing is changed', () => {
  test('while the page is on', async () => {
    await world.heroku.control.act(APP, { action: 'maintenance', enabled: true });
    const { exitCode, log } = await byOrb({ 'maintenance-page-url': page });
    expect(exitCode).toBe(2);
    expect(log).toContain(`The maintenance page of ${APP} is on, so its pages are not changed.`);
    expect(changes()).toEqual([]);
  });

  test('while a run has not finished, although the page is not on yet', async () => {
    await world.repository.commit({ 'greeting.txt': 'two' });
    const args = ['deploy', '--until', 'window', '--revision', 'HEAD'];
    expect((await helper.run(args)).code).toBe(0);
    const { code, stdout } = await helper.run(['maintenance-page', 'clear']);
    expect({ code, stdout }).toMatchObject({ code: 2 });
    expect(stdout).toContain('A run was at work');
    expect((await helper.run(['recover'])).code).toBe(0);
    expect(changes()).toEqual([]);
  });
});

describe('an answer that gets lost', () => {
  test.each([
    ['after-effect', [PATCH]],
    ['before-effect', [PATCH, PATCH]],
  ] as const)('%s makes one release', async (when, sent) => {
    const before = (await world.heroku.control.app(APP)).releases.length;
    await world.heroku.control.addFault({
      match: { method: 'PATCH', path: `/apps/${APP}/config-vars`, times: 1 },
      effect: { kind: 'reset', when },
    });
    const { code, stdout } = await helper.run(['maintenance-page', 'set', page]);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(await pages()).toEqual([page, undefined]);
    expect((await world.heroku.control.app(APP)).releases).toHaveLength(before + 1);
    expect(changes()).toEqual(sent);
  });
});

test('a change whose end nobody tells is unknown; one that did not happen has failed', async () => {
  await world.heroku.control.addFault({
    match: { method: 'PATCH', path: `/apps/${APP}/config-vars`, times: 99 },
    effect: { kind: 'status', status: 503 },
  });
  expect((await helper.run(['maintenance-page', 'set', page])).code).toBe(1);
  await world.heroku.control.addFault({
    match: { method: 'GET', path: `/apps/${APP}/config-vars`, nth: 2, times: 99 },
    effect: { kind: 'status', status: 503 },
  });
  const { code, stderr } = await helper.run(['maintenance-page', 'set', page, '--json']);
  expect({ code, stderr }).toMatchObject({ code: 4 });
  expect(stderr).toContain('State now:');
});

test('a release that fails is told, with the way back', async () => {
  await world.pushByHand({ Procfile: `${APP_FILES.Procfile ?? ''}\nrelease: true\n` });
  await world.heroku.control.changeSettings(APP, { releaseResult: 'fail' });
  const { code, stdout } = await helper.run(['maintenance-page', 'set', page]);
  await world.heroku.control.changeSettings(APP, { releaseResult: 'as-command' });
  expect({ code, stdout }).toMatchObject({ code: 5 });
  expect(stdout).toContain('their release is not known to be good');
  expect(stdout).toContain('State now:');
  expect(stdout).toContain(`heroku-cd maintenance-page set --app-name ${APP} --maintenance-page-url 'none'`);
  expect(stdout).not.toContain('5ca1ab1e');
});
