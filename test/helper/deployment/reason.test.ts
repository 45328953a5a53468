import { rejected } from '../../../src/helper/deployment/follow-build.ts';
import { reasonOf } from '../../../src/helper/deployment/reason.ts';

const BUILT_BEFORE = [
  ' !     Push failed',
  ' !',
  ' ! ## Warning - The same version of this code has already been built: 70cb55908888267c2bc0bce05f520d51c6ce4f8a',
  ' !',
  ' ! We have detected that you have triggered a build from source code with version 70cb5590',
  ' ! at least twice. One common cause of this behavior is attempting to deploy code from a different branch.',
  ' !     git push heroku <branchname>:main',
  '',
  'Verifying deploy...',
  '',
  '!\tPush rejected to acme-shop.',
];

test.each([
  [
    'the build’s own reason, not the words that every refusal ends with',
    [
      '-----> Building on the Heroku-24 stack',
      ' !     No default language could be detected for this app.',
      '\t\t\tHINT: This occurs when Heroku cannot detect the buildpack to use.',
      '',
      ' !     Push failed',
      'Verifying deploy...',
      '',
      '!\tPush rejected to acme-shop.',
    ],
    'No default language could be detected for this app.',
  ],
  [
    'the buildpack’s, without what Heroku makes of it',
    [
      ' !',
      ' !     Failed to install gems via Bundler.',
      ' !',
      ' !     Push rejected, failed to compile Ruby app.',
      ' !     Push failed',
    ],
    'Failed to install gems via Bundler.',
  ],
  [
    'what Heroku makes of it, where no other line is marked',
    ['npm error code E404', ' !     Push rejected, failed to compile Node.js app.', '', ' !     Push failed'],
    'Push rejected, failed to compile Node.js app.',
  ],
  [
    'at most the last three lines',
    ['one', 'two', 'three', 'four'].map((line) => ` !     ${line}`),
    'two three four',
  ],
  [
    'at most three lines from the last one that begins with “Error”, where advice follows',
    [
      ' !     Warning: The lock file is old.',
      ' !     Error: Unable to install dependencies using pip.',
      ' !     ',
      ' !     See the log output above for more information.',
      ' !     Hint one.',
      ' !     Hint two.',
      ' !     Hint three.',
    ],
    'Error: Unable to install dependencies using pip. Hint one. Hint two.',
  ],
  [
    'not the advice that Heroku gives when it has built a commit before',
    [
      ' !     Two different lockfiles found: package-lock.json and yarn.lock',
      '       Both npm and yarn have created lockfiles for this application',
      ' !     Push rejected, failed to compile Node.js app.',
      ...BUILT_BEFORE,
    ],
    'Two different lockfiles found: package-lock.json and yarn.lock',
  ],
  ['what there is, where nothing is marked', ['one', '', 'two', 'three', 'four'], 'two three four'],
  [
    'what there is, where nothing that tells is marked',
    [
      '-----> App not compatible with buildpack: https://example.com/python.tgz',
      '       More info: https://devcenter.heroku.com/articles/buildpacks#detection-failure',
      ...BUILT_BEFORE,
    ],
    '-----> App not compatible with buildpack: https://example.com/python.tgz More info: https://devcenter.heroku.com/articles/buildpacks#detection-failure',
  ],
  [
    'no more than Heroku says',
    [' !     Push failed', '!\tPush rejected to acme-shop.'],
    'Push failed Push rejected to acme-shop.',
  ],
  ['nothing that only begins like a mark', [' !     Broken.', '!important', '  !!'], 'Broken.'],
  ['nothing of nothing', ['', ' ! '], ''],
])('the reason is %s', (_what, lines, reason) => {
  expect(reasonOf(lines)).toBe(reason);
});

test('a line without an end is cut', () => {
  const reason = reasonOf([` !     ${'x'.repeat(64_000)}`]);
  expect(reason.length).toBeLessThanOrEqual(400);
  expect(reason).toMatch(/…$/);
});

test('colours and secrets are gone before lines are judged and cut', () => {
  const clean = (text: string): string =>
    // eslint-disable-next-line no-control-regex
    text.replace(/\u001b\[[0-9;]*m/g, '').replaceAll('s3cret', '***');
  const lines = ['\u001b[1;31m !     Error: no s3cret\u001b[0m', ' !     Push failed'];
  expect(rejected('It failed.', 'acme-shop', lines, { clean })).toMatchObject({
    what: 'It failed.',
    why: 'Error: no ***',
    next: expect.stringContaining('https://dashboard.heroku.com/apps/acme-shop/activity') as string,
  });
  expect(rejected('It failed.', 'acme-shop', [], { clean }).why).toBe('Only its output says why.');
});
