import { goesNowhere } from '../../../src/helper/settings/goes-nowhere.ts';

const on = (deployments: string, more: NodeJS.ProcessEnv = {}): string | undefined =>
  goesNowhere({ CIRCLE_BRANCH: 'main', HEROKU_CD_DEPLOYMENTS: deployments, ...more });

test('a branch or tag that no line has goes nowhere, and is named', () => {
  const nothing = 'Nothing is done here: no line of `deployments` matches branch main.';
  expect(on('production: acme-shop')).toBe(nothing);
  expect(on('tag main: acme-shop\n/mai/: acme-shop')).toBe(nothing);
  expect(on('main: acme-shop', { CIRCLE_BRANCH: undefined, CIRCLE_TAG: 'v1' })).toContain('tag v1');
});

test.each([
  ['a line that matches', 'production: acme-shop\n/ma.n/: other-shop', {}],
  ['no lines, as where `app-name` is given', '', {}],
  ['an empty pipeline value', '<nil>', {}],
  ['an app in a variable that is not set yet', 'production: $SHOP', {}],
  ['a line that will not do', 'production: Acme-Shop', {}],
  ['neither a branch nor a tag', 'production: acme-shop', { CIRCLE_BRANCH: undefined }],
  ['an expression without an end', '/(a+)+b/: acme-shop', { CIRCLE_BRANCH: 'a'.repeat(64) }],
])('the deployment has the last word about %s', (_what, deployments, more) => {
  expect(on(deployments, more)).toBeUndefined();
});
