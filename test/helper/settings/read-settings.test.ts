import { Refusal } from '../../../src/helper/errors.ts';
import { readSettings, type Flags } from '../../../src/helper/settings/read-settings.ts';

const base = { HEROKU_APP_NAME: 'my-app', CIRCLE_SHA1: 'a'.repeat(40) };

function refusal(flags: Flags, environment: NodeJS.ProcessEnv): Refusal {
  try {
    readSettings('deploy', flags, environment);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('defaults name the job’s own variables', () => {
  const settings = readSettings('deploy', {}, base);
  expect(settings).toMatchObject({
    'app-name': 'my-app',
    'api-key': 'HEROKU_API_KEY',
    revision: 'a'.repeat(40),
    'heroku-branch': 'main',
    force: false,
    'build-timeout': 1_200_000,
    'deploy-user': '',
  });
});

test('a flag beats its variable, which beats the default', () => {
  const environment = { ...base, HEROKU_CD_APP_NAME: 'from-step' };
  expect(readSettings('deploy', {}, environment)['app-name']).toBe('from-step');
  expect(readSettings('deploy', { 'app-name': 'from-flag' }, environment)['app-name']).toBe('from-flag');
});

test('an empty value and <nil> mean the default', () => {
  for (const value of ['', '<nil>']) {
    expect(readSettings('deploy', {}, { ...base, HEROKU_CD_APP_NAME: value })['app-name']).toBe('my-app');
    expect(readSettings('deploy', {}, { ...base, HEROKU_CD_FORCE: value }).force).toBe(false);
  }
});

test.each(['1', 'true', 'yes', 'on', 'TRUE', 'On'])('%j is true', (word) => {
  expect(readSettings('deploy', {}, { ...base, HEROKU_CD_FORCE: word }).force).toBe(true);
});

test.each(['0', 'false', 'no', 'off', 'FALSE'])('%j is false', (word) => {
  expect(readSettings('deploy', {}, { ...base, HEROKU_CD_FORCE: word }).force).toBe(false);
});

test('anything else is no boolean', () => {
  expect(refusal({}, { ...base, HEROKU_CD_FORCE: 'maybe' })).toMatchObject({
    parameter: 'force',
    what: expect.stringContaining('force: "maybe" is neither true'),
  });
});

test('both spellings of a variable are substituted, once and without a shell', () => {
  const environment = { ...base, X: 'other', HEROKU_CD_APP_NAME: '${X}-app' };
  expect(readSettings('deploy', {}, environment)['app-name']).toBe('other-app');
  const nested = refusal({}, { ...base, X: '$HEROKU_APP_NAME', HEROKU_CD_APP_NAME: '$X' });
  expect(nested.what).toContain('"$HEROKU_APP_NAME" will not do');
});

test('a variable that is not set is refused by its name', () => {
  const error = refusal({}, { CIRCLE_SHA1: 'a'.repeat(40) });
  expect(error.parameter).toBe('app-name');
  expect(error.what).toContain('$HEROKU_APP_NAME is not set in this job');
});

test('every parameter at fault is named in one message', () => {
  const error = refusal(
    {},
    {
      ...base,
      HEROKU_CD_APP_NAME: 'My-App',
      HEROKU_CD_FORCE: 'perhaps',
      HEROKU_CD_BUILD_TIMEOUT: '20',
      HEROKU_CD_HEROKU_BRANCH: 'dev',
    },
  );
  expect(error.what.split('\n').map((line) => line.split(':')[0])).toEqual([
    'app-name',
    'heroku-branch',
    'force',
    'build-timeout',
  ]);
});

test.each(['app-name', 'deploy-user', 'revision', 'heroku-branch', 'build-timeout', 'git-wait', 'deadline'])(
  'a shell-hostile value of %s is refused, and named',
  (parameter) => {
    const error = refusal({ [parameter]: `$(touch pwned) ; "'` }, base);
    expect(error.what).toMatch(new RegExp(`^${parameter}: `));
  },
);

test('a key pasted where its variable’s name belongs is not echoed', () => {
  const error = refusal({ 'api-key': 'HRKU-01234567-89ab-cdef-0123-456789abcdef' }, base);
  expect(error.parameter).toBe('api-key');
  expect(error.message).not.toContain('HRKU');
});

test.each([undefined, 'DEPLOY_KEY'])(
  'the key in another parameter is refused, and not shown (%s)',
  (name) => {
    const key = 'HRKU-0123456789abcdef';
    const environment = { [name ?? 'HEROKU_API_KEY']: key, CIRCLE_SHA1: key, HEROKU_APP_NAME: 'shop' };
    const flags: Flags = {
      ...(name === undefined ? {} : { 'api-key': name }),
      'deploy-user': `${'x'.repeat(70)}${key}`,
    };
    const { what } = refusal(flags, environment);
    expect(what).toContain('revision: it holds the API key');
    expect(what).toContain('deploy-user: it holds the API key');
    expect(what).not.toContain(key.slice(0, 8));
  },
);

test('a NUL byte is refused', () => {
  expect(refusal({ 'app-name': 'my\0app' }, base).what).toContain('NUL');
});

test('what stands behind the ? of an address that will not do is not shown', () => {
  const environment = { ...base, TOKEN: 'sesame-open' };
  const { what } = refusal({ 'health-check-url': 'shop.example.com/up?token=$TOKEN' }, environment);
  expect(what).toContain('"shop.example.com/up?…" will not do');
  expect(what).not.toContain('sesame');
});

describe('without CIRCLE_SHA1, on somebody’s own machine', () => {
  const environment = { HEROKU_APP_NAME: 'my-app' };

  it.each(['doctor', 'plan'] as const)(
    '%s, which changes nothing, looks at what is checked out',
    (command) => {
      expect(readSettings(command, {}, environment).revision).toBe('HEAD');
      expect(readSettings(command, { revision: 'v1.0' }, environment).revision).toBe('v1.0');
    },
  );

  it('deploy wants to be told', () => {
    expect(() => readSettings('deploy', {}, environment)).toThrow('revision: $CIRCLE_SHA1 is not set');
    expect(() => readSettings('doctor', { revision: '$MY_SHA' }, environment)).toThrow('$MY_SHA is not set');
  });
});
