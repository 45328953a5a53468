import {
  checkAppName,
  checkDuration,
  checkEmail,
  checkHerokuBranch,
  checkMigrationPaths,
  checkRevision,
  parseDuration,
} from '../../src/parameters/rules.ts';

test.each(['abc', 'my-app', 'a1b', 'a-b-c-1', `a${'b'.repeat(29)}`])('app name %j is taken', (name) => {
  expect(checkAppName(name)).toBeUndefined();
});

test.each([
  'ab',
  '1abc',
  'abc-',
  '-abc',
  'my_app',
  'my.app',
  `a${'b'.repeat(30)}`,
  'my app',
  'my-app\n',
  'ä-app',
  'a/b',
])('app name %j is refused', (name) => {
  expect(checkAppName(name)).toMatch(/3 to 30 characters/);
});

test('an app name in capitals gets its own sentence', () => {
  expect(checkAppName('My-App')).toBe('app names are lower case at Heroku; did you mean "my-app"?');
});

test.each(['main', 'v1.2.3', 'feature/x-1', 'HEAD', '0123456789abcdef0123456789abcdef01234567', 'release@2'])(
  'revision %j is taken',
  (revision) => {
    expect(checkRevision(revision)).toBeUndefined();
  },
);

test.each([
  '--upload-pack=touch pwned',
  '-x',
  'a b',
  'a\nb',
  'main..other',
  'HEAD~1',
  'HEAD^',
  'main:file',
  'HEAD@{1}',
  'x?',
  'x*',
  '$(touch pwned) ; "\'',
  'a;b',
  'x.lock',
  '/etc',
])('revision %j is refused', (revision) => {
  expect(checkRevision(revision)).toEqual(expect.any(String));
});

test('only main and master can be pushed to', () => {
  expect(checkHerokuBranch('main')).toBeUndefined();
  expect(checkHerokuBranch('master')).toBeUndefined();
  expect(checkHerokuBranch('develop')).toMatch(/main or master/);
});

test('an e-mail address is told from a slip', () => {
  expect(checkEmail('deploy@example.com')).toBeUndefined();
  expect(checkEmail('deploy')).toMatch(/e-mail/);
  expect(checkEmail('a b@example.com')).toMatch(/e-mail/);
});

test.each([
  ['90s', 90_000],
  ['20m', 1_200_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['500ms', 500],
])('%s lasts %d ms', (text, ms) => {
  expect(checkDuration(text)).toBeUndefined();
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', 'm', '5 m', '-5m', '5d', '0s', '25h', '1e3s', '5m!'])('%j is no duration', (text) => {
  expect(checkDuration(text)).toEqual(expect.any(String));
});

test.each(['db/migrate/**', 'db/migrate, **/migrations/*.py', 'a\nb\n', './db/[0-9]*.sql'])(
  'migration paths %j are taken',
  (text) => {
    expect(checkMigrationPaths(text)).toBeUndefined();
  },
);

// Each of these would match nothing, and call every commit harmless.
test.each([' , ', '/db/migrate/**', '!db/skip/**', ':(icase)db', '../db/**', 'db/../x', 'db/**,/x'])(
  'migration paths %j are refused',
  (text) => {
    expect(checkMigrationPaths(text)).toMatch(/patterns from the top of the repository are wanted/);
  },
);
