import { checkDeployments, deploymentLines } from '../../src/parameters/deployments.ts';

test('reads branches, expressions and tags, in their order and whatever stands around them', () => {
  const text =
    '\n  main: foo-bar-staging\r\n\nproduction :foo-bar-123\n/release-(?:a|b):?.*/: foo-next\ntag   /v\\d+/: foo\ntag v1: foo\n';
  expect(checkDeployments(text)).toBeUndefined();
  expect(deploymentLines(text).map(({ line, kind, pattern, app }) => [line, kind, pattern, app])).toEqual([
    [2, 'branch', 'main', 'foo-bar-staging'],
    [4, 'branch', 'production', 'foo-bar-123'],
    [5, 'branch', '/release-(?:a|b):?.*/', 'foo-next'],
    [6, 'tag', '/v\\d+/', 'foo'],
    [7, 'tag', 'v1', 'foo'],
  ]);
});

test.each([
  ['main foo-bar', 'line 1: "main foo-bar" names no app'],
  ['/release-(?:a|b)/', 'line 1: "/release-(?:a|b)/" names no app'],
  ['main:', 'line 1: no app stands behind the colon'],
  [': foo-bar', 'line 1: no branch stands before the colon'],
  ['main: Foo-Bar', 'line 1: "Foo-Bar": app names are lower case at Heroku; did you mean "foo-bar"?'],
  ['main: x', 'line 1: "x": an app name has 3 to 30 characters'],
  ['/(/: foo-bar', 'line 1: "/(/" is no regular expression: Unterminated group'],
  ['/(?i)main/: foo-bar', 'is no regular expression'],
  // Around it stands a group of ours, which its own parentheses must not close.
  ['/main)|(?:dev/: foo-bar', 'is no regular expression: Unmatched'],
  ['//: foo-bar', 'is no name of a branch'],
  [
    'release-.*: foo-bar',
    'line 1: "release-.*" is no name of a branch; a regular expression stands between slashes',
  ],
  ['tag v.*: foo-bar', 'line 1: "v.*" is no name of a tag'],
  ['feature|fix: foo-bar', 'between slashes'],
  ['"main": foo-bar', 'is no name of a branch'],
  ['refs/heads/main: foo-bar', 'is no name of a branch'],
  ['main: foo-bar production: foo', 'each pattern on a line of its own'],
  ['main: foo-bar\nmain: foo', 'line 2: the branch main is on line 1 already'],
  ['tag /v.*/: foo-bar\n\ntag /v.*/: foo-bar', 'line 3: the tag /v.*/ is on line 1 already'],
  ['\n \n', 'lines are wanted, such as `main: acme-shop-staging`'],
])('refuses %j', (text, why) => {
  expect(checkDeployments(text)).toContain(why);
});

test('a branch and a tag of one name are two things, and two branches may go to one app', () => {
  expect(checkDeployments('v1: foo\ntag v1: foo\nc++: foo\nfeature/x_y#1: foo')).toBeUndefined();
});

test('says what is wrong with every line at once', () => {
  expect(checkDeployments('main: Foo\nok: foo\nproduction\n/[/: foo\nok: bar')).toMatch(
    /line 1: .*;\n {2}line 3: .*;\n {2}line 4: .*;\n {2}line 5: /s,
  );
});
