import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../../src/helper/deployment/findings.ts';
import { doctor } from '../../../src/helper/doctor/doctor.ts';
import { checkGit } from '../../../src/helper/doctor/job.ts';
import { look } from '../../../src/helper/doctor/look.ts';
import { createGit } from '../../../src/helper/git/create-git.ts';
import { createHeroku } from '../../../src/helper/heroku/index.ts';
import type { Git } from '../../../src/helper/ports/git.ts';
import { readApiKey } from '../../../src/helper/settings/api-key.ts';
import { defaultSettings } from '../../../src/helper/settings/read-settings.ts';
import { systemClock } from '../../../src/helper/time/system-clock.ts';
import { startLocalHeroku, type LocalHeroku } from '../../../src/simulator/index.ts';
import { APP_FILES, createRepository, type Repository } from '../../e2e/support/repository.ts';
import { InstantClock } from '../../support/instant-clock.ts';
import { RecordingLog } from '../../support/recording-log.ts';

const DAY_S = 86_400;
let local: LocalHeroku;
let folder: string;
let repository: Repository;
let commit: string;
let apps = 0;
let people = 0;
let app: string;
/** Of an account that owns the app, with a second factor and a key without an end. */
let key: string;
let email: string;
let log: RecordingLog;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  repository = await createRepository(join(folder, 'repository'));
  commit = await repository.commit(APP_FILES);
  local = await startLocalHeroku();
});
afterAll(async () => {
  await local.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  app = `shop-${(apps += 1)}`;
  ({ key, email } = person());
  await local.control.createApp({ name: app, owner: email });
  local.control.clearRequests();
  log = new RecordingLog();
});
afterEach(() => local.control.clearFaults());

function person(options: { expiresIn?: number; scopes?: ['read']; session?: boolean } = {}) {
  const name = `person-${(people += 1)}@example.com`;
  const made = `HRKU-${String(people).padStart(8, '0')}-0000-4000-8000-000000000000`;
  local.control.createAccount({ email: name, keys: [{ key: made, ...options }] });
  return { key: made, email: name };
}

interface Given {
  readonly environment?: NodeJS.ProcessEnv;
  readonly settings?: { readonly 'app-name'?: string; readonly revision?: string };
  readonly directory?: string;
}

function examine({ environment: more = {}, settings = {}, directory }: Given = {}): Promise<
  readonly Finding[]
> {
  const environment = { PATH: process.env['PATH'], ...local.environment(), HEROKU_API_KEY: key, ...more };
  const git = createGit({ directory: directory ?? repository.directory, environment, log });
  const connect = () => {
    const apiKey = readApiKey('HEROKU_API_KEY', environment);
    const options = { baseUrl: local.urls.api, apiKey, userAgent: 'test', clock: new InstantClock(), log };
    return { apiKey, heroku: createHeroku(options) };
  };
  const whole = { ...defaultSettings('doctor'), 'app-name': app, revision: commit, ...settings };
  return doctor({ git, clock: systemClock, environment, connect }, whole);
}

/** What was found, and not as it should be, each with its remedy. */
const wrong = (rows: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(
    rows
      .filter(({ level }) => level !== 'ok')
      .map(({ level, subject, what, remedy }) => [`${level} ${subject}`, `${what} -> ${remedy ?? ''}`]),
  );

test('with nothing wrong there is advice alone, and only reading', async () => {
  await local.control.act(app, {
    action: 'config',
    vars: { MAINTENANCE_PAGE_URL: 'https://page.example.com/' },
  });
  local.control.clearRequests();
  const rows = await examine();
  expect(Object.keys(wrong(rows))).toEqual(['note Rights', 'note Host']);
  expect(rows.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(['Key’s end', 'Second factor', 'Stack']),
  );
  expect(new Set(local.control.requests().map(({ method }) => method))).toEqual(new Set(['GET']));
  expect(JSON.stringify(rows)).not.toContain(email);
});

test('what is wrong with the app and its add-ons, each with its remedy', async () => {
  const act = local.control.act.bind(local.control, app);
  await act({ action: 'describe', buildStack: 'heroku-20' });
  await act({ action: 'maintenance', enabled: true });
  await act({ action: 'feature', name: 'preboot', enabled: true });
  await act({ action: 'add-add-on', plan: 'scheduler:standard', name: 'scheduler-clear-1' });
  await act({ action: 'add-add-on', plan: 'judoscale:white', name: 'judoscale-round-2' });
  await act({
    action: 'add-add-on',
    plan: 'memcachier:dev',
    name: 'memcachier-cubic-3',
    attachment: 'CACHE',
  });
  await act({ action: 'add-postgres' });
  const other = `${app}-other`;
  await local.control.createApp({ name: other, owner: email });
  const database = (await local.control.app(app)).addOns.find(({ plan }) =>
    plan.startsWith('heroku-postgresql'),
  );
  await local.control.act(other, { action: 'attach', addOn: database?.name ?? '', name: 'SHARED' });
  local.control.clearRequests();

  const rows = await examine();
  const found = wrong(rows);
  expect(found).toMatchObject({
    'problem Stack': expect.stringContaining(`\`heroku stack:set heroku-24 -a ${app}\``),
    'note Maintenance': expect.stringContaining(`\`heroku maintenance:off -a ${app}\``),
    'note Page': expect.stringContaining(`\`heroku config:set MAINTENANCE_PAGE_URL=https://… -a ${app}\``),
    'note Preboot': expect.stringContaining(`\`heroku features:disable preboot -a ${app}\``),
    'note Scheduler': expect.stringContaining(`\`heroku addons:open scheduler-clear-1 -a ${app}\``),
    'note Autoscaler': expect.stringContaining(`\`heroku addons:open judoscale-round-2 -a ${app}\``),
    'note Shared database': expect.stringContaining(`\`heroku addons:info ${database?.name}\``),
    'note Way back': expect.stringContaining(
      `no backup, and the plan has no continuous protection -> \`heroku pg:backups:schedule DATABASE_URL --at "02:00 UTC" -a ${app}\``,
    ),
  });
  expect(rows.find(({ subject }) => subject === 'Cache')?.what).toBe(
    'memcachier-cubic-3, config vars CACHE_*',
  );
  expect(new Set(local.control.requests().map(({ method }) => method))).toEqual(new Set(['GET']));
});

test('an app of Fir, and a stack whose end is known', async () => {
  await local.control.act(app, { action: 'describe', generation: 'fir', buildStack: 'heroku-22' });
  const found = wrong(await examine());
  expect(found['note Generation']).toContain('release:');
  expect(found['note Stack']).toContain('April 2027');
});

test('an app of images', async () => {
  await local.control.act(app, { action: 'describe', stack: 'container', buildStack: 'container' });
  expect(wrong(await examine())['note Stack']).toContain('heroku.yml');
});

describe('the key', () => {
  test('that is not accepted ends the asking, but the clone is looked at', async () => {
    key = 'HRKU-00000000-0000-4000-8000-0000000wrong';
    const rows = await examine();
    expect(wrong(rows)['problem Account']).toContain('heroku authorizations:create');
    expect(rows.find(({ subject }) => subject === 'Revision')?.what).toBe(commit);
    expect(local.control.requests()).toHaveLength(1);
  });

  test.each([
    ['with a line break', (good: string) => `${good}\n`, 'line break'],
    ['with a blank', (good: string) => ` ${good}`, 'space'],
    ['that is empty', () => '', 'empty'],
  ])('%s is never sent', async (_name, spoil, says) => {
    const rows = await examine({ environment: { HEROKU_API_KEY: spoil(key) } });
    expect(wrong(rows)['problem API key']).toContain(says);
    expect(wrong(rows)['problem API key']).toContain('heroku authorizations:create');
    expect(rows.find(({ subject }) => subject === 'Clone')?.what).toBe('full');
    expect(JSON.stringify(rows)).not.toContain(key);
    expect(local.control.requests()).toEqual([]);
  });

  test('that ends soon, or was made by a login, is told', async () => {
    ({ key, email } = person({ expiresIn: 3 * DAY_S + 60, session: true }));
    await local.control.setPermissions(app, email, ['view', 'deploy']);
    const found = wrong(await examine());
    expect(found['note Key’s end']).toMatch(/expires in 3 days -> .*heroku authorizations:revoke [\w-]{36}`/);
    expect(found['note Key’s kind']).toContain('heroku authorizations:create');
    expect(found['note Rights']).toContain(
      `\`heroku access:update ADDRESS -a ${app} -p view,deploy,operate\``,
    );
  });

  test('of a scope that reads alone cannot list keys: its end is not told', async () => {
    ({ key, email } = person({ scopes: ['read'] }));
    await local.control.setPermissions(app, email, ['view', 'deploy', 'operate']);
    const rows = await examine();
    expect(rows.find(({ subject }) => subject === 'Key’s end')?.level).toBe('ok');
    expect(wrong(rows)['note Account']).toContain('limited scope');
  });

  test.each(['garbage', 'truncate'] as const)(
    'is not shown, nor another, when the list of keys is %s',
    async (kind) => {
      const second = 'HRKU-0ther000-0000-4000-8000-00000000five';
      local.control.changeAccount(email, { addKeys: [{ key: second }] });
      local.control.addFault({ match: { path: '^/oauth/authorizations' }, effect: { kind } });
      const rows = await examine();
      const said = JSON.stringify(rows) + log.all;
      expect(said).not.toContain(second.slice(0, 13));
      expect(said).not.toContain(key);
    },
  );

  test('of an account without a second factor, whose requests are nearly used up', async () => {
    local.control.changeAccount(email, { twoFactor: false, requestsLeft: 60 });
    const found = wrong(await examine());
    expect(found['note Second factor']).toContain('heroku auth:2fa');
    expect(found['note API limit']).toContain('of 4500');
  });
});

test('an app that the key does not see is one problem, and what is elsewhere is looked at', async () => {
  const rows = await examine({ settings: { 'app-name': 'somebody-elses' } });
  expect(Object.keys(wrong(rows))).toEqual(['problem App', 'note Host']);
  expect(rows.map(({ subject }) => subject)).toContain('Clone');
});

test('one read that fails keeps no other from looking', async () => {
  local.control.addFault({
    match: { path: '/formation' },
    effect: { kind: 'status', status: 422, message: 'No formation today' },
  });
  const rows = await examine();
  expect(wrong(rows)['problem Processes']).toContain('No formation today');
  expect(rows.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(['Release', 'Git limit', 'Database']),
  );
});

test('a folder without a repository, and a job that leaks and trusts anybody', async () => {
  const environment = {
    HEROKU_CD_UNSET: ' DEBUG GIT_TRACE_CURL',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    CIRCLE_NODE_TOTAL: '4',
    CIRCLE_NODE_INDEX: '0',
  };
  const found = wrong(await examine({ environment, directory: folder }));
  expect(found['problem Clone']).toContain('not inside a git repository');
  expect(found['note Variables']).toMatch(/^DEBUG GIT_TRACE_CURL: .*`unset DEBUG GIT_TRACE_CURL`/);
  expect(found['note Certificates']).toContain('`unset NODE_TLS_REJECT_UNAUTHORIZED`');
  expect(found['note Parallelism']).toContain('parallelism: 1');
});

test.each([
  ['1.8.3', 1],
  ['2.30.2', 1],
  ['2.31.0', 0],
  ['3.0', 0],
])('git %s', async (version, problems) => {
  const git = { version: () => Promise.resolve(version) } as Git;
  expect((await look('git', (findings) => checkGit(git, findings))).rows).toHaveLength(problems);
});
