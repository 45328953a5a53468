import type { Settings } from '../../parameters/index.ts';
import { HerokuCdError, Refusal } from '../errors.ts';
import { maskEmail } from '../output/masker.ts';
import type { Account, Collaborator, Heroku } from '../ports/heroku.ts';
import type { AppFacts } from './facts.ts';
import type { Findings } from './findings.ts';
import { folderOfSlug } from './transport.ts';

type AppSettings = Pick<Settings<'doctor'>, 'app-name' | 'deploy-user'>;

/**
 * Whose key it is.
 * @throws Refusal for an invalid key, and for one that is not the `deploy-user`'s.
 */
export async function checkAccount(
  heroku: Heroku,
  settings: Pick<AppSettings, 'deploy-user'>,
  findings: Findings,
): Promise<Account | undefined> {
  const account = await heroku.account();
  judgeAccount(account, settings['deploy-user'], findings);
  return account;
}

/** @throws Refusal for an account that is not the `deploy-user`, where one is `wanted`. */
export function judgeAccount(account: Account | undefined, wanted: string, findings: Findings): void {
  if (account === undefined) {
    if (wanted !== '') {
      throw new Refusal({
        what: 'deploy-user: the key does not tell whose it is.',
        why: 'Heroku accepts it but answers 403 to the question, as it does for a key of limited scope.',
        next: 'Use a key of scope `global` or `identity`, or leave `deploy-user` empty.',
        parameter: 'deploy-user',
      });
    }
    findings.note('Account', 'the key is valid but may not read whose it is (limited scope)');
    return;
  }
  if (wanted !== '' && wanted.toLowerCase() !== account.email.toLowerCase()) {
    throw new Refusal({
      what: `deploy-user: the key belongs to ${maskEmail(account.email)}, not to ${maskEmail(wanted)}.`,
      why: 'A deployment by somebody else than the deploy user is refused.',
      next: 'Let the deploy user make a key with `heroku authorizations:create -d "CircleCI deploys"` and put it into the context, or change `deploy-user`.',
      parameter: 'deploy-user',
    });
  }
  findings.ok('Account', maskEmail(account.email));
}

/**
 * What the app is and does at this moment: reads only.
 * @throws Refusal when the app is not visible to the key, or the key may not deploy it.
 */
export async function checkApp(
  heroku: Heroku,
  settings: AppSettings,
  account: Account | undefined,
  findings: Findings,
): Promise<AppFacts> {
  const name = settings['app-name'];
  const app = await heroku.app(name);
  findings.ok(
    'App',
    `${app.name}: ${app.generation}, stack ${app.stack}${app.space ? `, space ${app.space}` : ''}`,
  );
  const [collaborators, formation, preboot, { builds, releases }] = await Promise.all([
    readCollaborators(heroku, name),
    heroku.formation(name),
    heroku.featureEnabled(name, 'preboot'),
    readUnderWay(heroku, name),
  ]);
  // Behind so many failed ones that it is not among the newest.
  const isOlder = releases.length === RECENT && !releases.some((one) => one.current);
  const current = isOlder ? await heroku.currentRelease(name) : releases.find((one) => one.current);
  checkPermission(name, account, collaborators, findings);
  if (app.maintenance) {
    findings.note(
      'Maintenance',
      'the page is on; a deployment takes off only a page that heroku-cd put on, when its window closes',
    );
  }
  const slug = current?.slugId === undefined ? undefined : await heroku.slug(name, current.slugId);
  const deployedCommit = slug?.commit === '' ? undefined : slug?.commit;
  findings.ok(
    'Release',
    current === undefined
      ? 'none yet'
      : `v${current.version}${deployedCommit ? `, commit ${deployedCommit.slice(0, 8)}` : ''}`,
  );
  if (slug?.processTypes['release'] !== undefined) {
    findings.ok('Release phase', slug.processTypes['release']);
  }
  if (preboot === true) findings.ok('Preboot', 'on: old and new web dynos run side by side for some minutes');
  const deployedFolder = folderOfSlug(builds, current?.slugId);
  return { account, app, formation, preboot, current, deployedCommit, deployedFolder, builds, releases };
}

/** More releases than fail in a row, or are pending at once. */
const RECENT = 20;

/** Builds, and the newest releases: in this order, because what a build that ends comes to is a release. */
async function readUnderWay(heroku: Heroku, app: string): Promise<Pick<AppFacts, 'builds' | 'releases'>> {
  const builds = await heroku.builds(app);
  return { builds, releases: await heroku.releases(app, { max: RECENT }) };
}

/** The list of collaborators is not readable with every key; then the platform's own refusal must do. */
export async function readCollaborators(
  heroku: Heroku,
  app: string,
): Promise<readonly Collaborator[] | undefined> {
  try {
    return await heroku.collaborators(app);
  } catch (error) {
    if (error instanceof HerokuCdError && error.verdict === 'refused') return undefined;
    throw error;
  }
}

/** @throws Refusal where the account may not deploy the app. */
export function checkPermission(
  app: string,
  account: Account | undefined,
  collaborators: readonly Collaborator[] | undefined,
  findings: Findings,
): void {
  const me = collaborators?.find((one) => one.email === account?.email);
  if (me?.permissions === undefined || me.permissions.length === 0) return;
  if (me.role !== 'owner' && me.role !== 'admin' && !me.permissions.includes('deploy')) {
    throw new Refusal({
      what: `The key’s account may see the app ${app} but not deploy it (${me.permissions.join(', ')}).`,
      next: `Let an owner run \`heroku access:update ADDRESS -a ${app} --permissions ${[...me.permissions, 'deploy'].join(',')}\`, ADDRESS being the key’s account (${maskEmail(me.email)}).`,
      parameter: 'app-name',
    });
  }
  findings.ok('Permissions', me.permissions.join(', '));
}
