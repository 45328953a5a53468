import { Refusal } from '../../../src/helper/errors.ts';
import { chooseApp } from '../../../src/helper/settings/choose-app.ts';
import { readSettings } from '../../../src/helper/settings/read-settings.ts';

const LINES =
  'main: staging\nproduction: shop\n/release-.*/: next\n/rel.*/: never\ntag v0: old\ntag /v.*/: shop';

test.each([
  [{ CIRCLE_BRANCH: 'main' }, 'staging'],
  [{ CIRCLE_BRANCH: 'production', CIRCLE_TAG: '' }, 'shop'],
  [{ CIRCLE_BRANCH: 'release-2' }, 'next'],
  [{ CIRCLE_TAG: 'v0' }, 'old'],
  [{ CIRCLE_TAG: 'v1.2.3' }, 'shop'],
  // The whole name, and nothing but the name.
  [{ CIRCLE_BRANCH: 'main2' }, undefined],
  [{ CIRCLE_BRANCH: 'a-release-2' }, undefined],
  [{ CIRCLE_BRANCH: 'v1.2.3' }, undefined],
  [{ CIRCLE_TAG: 'main' }, undefined],
  [{ CIRCLE_BRANCH: 'Main' }, undefined],
])('%j goes to %s', (environment, app) => {
  expect(chooseApp(LINES, environment).app).toBe(app);
});

test('says in one sentence what goes where, or that nothing does', () => {
  expect(chooseApp(LINES, { CIRCLE_TAG: 'v9' }).what).toBe(
    'The tag v9 goes to shop (line 6 of `deployments`).',
  );
  expect(chooseApp(LINES, { CIRCLE_BRANCH: 'topic' }).what).toBe(
    'Nothing is done here: no line of `deployments` matches branch topic.',
  );
});

test('refuses a run that belongs to no branch', () => {
  expect(() => chooseApp(LINES, {})).toThrow(/no branch and to no tag/);
});

test('an expression that would take for ever is refused', () => {
  const run = (): unknown => chooseApp('/(a+)+b/: shop', { CIRCLE_BRANCH: 'a'.repeat(200) });
  expect(run).toThrow(Refusal);
  expect(run).toThrow(/line 1: whether \/\(a\+\)\+b\/ matches could not be told/);
});

describe('among the settings of a command', () => {
  const BUILT = { CIRCLE_BRANCH: 'main' };
  const read = (flags: Record<string, string>, environment: NodeJS.ProcessEnv): string =>
    readSettings('doctor', flags, { CIRCLE_SHA1: 'abc', ...environment })['app-name'];

  test('it takes the place of an app name that nobody gave, with variables in it', () => {
    const environment = { ...BUILT, HEROKU_APP_NAME: 'other', STAGING: 'staging-1' };
    expect(read({ deployments: 'main: $STAGING' }, environment)).toBe('staging-1');
    const byOrb = { HEROKU_CD_APP_NAME: '$HEROKU_APP_NAME', HEROKU_CD_DEPLOYMENTS: 'main: ${STAGING}' };
    expect(read({}, { ...environment, ...byOrb })).toBe('staging-1');
    expect(read({}, { ...BUILT, HEROKU_CD_APP_NAME: '<nil>', HEROKU_CD_DEPLOYMENTS: 'main: shop' })).toBe(
      'shop',
    );
  });

  test('without it, and with an empty one, the app name is what it was', () => {
    expect(read({}, { ...BUILT, HEROKU_APP_NAME: 'other', HEROKU_CD_DEPLOYMENTS: '<nil>' })).toBe('other');
    expect(() => read({ deployments: '' }, BUILT)).toThrow(/HEROKU_APP_NAME is not set/);
  });

  test('no app is none', () => {
    expect(read({ deployments: 'production: shop' }, BUILT)).toBe('');
  });

  test('an app name beside it is refused, with all else that is wrong', () => {
    const wrong = { 'app-name': 'shop', deployments: 'main: Shop\nmaster shop', 'deploy-user': 'nobody' };
    expect(() => read(wrong, BUILT)).toThrow(
      /app-name: it cannot be given together with `deployments`\.\ndeployments: line 1: .*"shop"\?;\n {2}line 2: .*\ndeploy-user: /s,
    );
    expect(() => read({ deployments: 'main: $STAGING' }, BUILT)).toThrow(/\$STAGING is not set/);
  });

  test('it is nothing to a command that is about no app', () => {
    const settings = readSettings('ssh-key list', {}, { HEROKU_CD_DEPLOYMENTS: 'main: shop' });
    expect(settings).not.toHaveProperty('app-name');
  });
});
