import { checkPermission, readCollaborators } from '../deployment/check-app.ts';
import type { Findings } from '../deployment/findings.ts';
import type { Account, App, Build, Heroku, ProcessFormation, Release } from '../ports/heroku.ts';

/**
 * Stacks whose support is over or has an end (Dev Center: Stacks; Heroku-18 and Heroku-20 End-of-Life FAQ): an
 * app on one that is over runs on, and cannot be built any more.
 */
const OVER: Readonly<Record<string, string>> = {
  'cedar-14': '2020-11-02',
  'heroku-16': '2021-05-01',
  'heroku-18': '2023-04-30',
  'heroku-20': '2025-04-30',
};
const ENDS: Readonly<Record<string, string>> = { 'heroku-22': 'April 2027' };
const HOUR_MS = 3_600_000;
/** A push is two or three git requests, of 75 an hour (Dev Center: Limits). */
const MANY_BUILDS = 20;

/** The app itself: generation, stack, page. */
export function checkAppItself(app: App, findings: Findings): void {
  const { name, generation, space } = app;
  findings.ok('App', `${name}: ${generation}${space === undefined ? '' : `, space ${space}`}`);
  const stack = app.buildStack ?? app.stack;
  const set = `\`heroku stack:set heroku-24 -a ${name}\`, then deploy`;
  if (OVER[stack] !== undefined) {
    const what = `${stack} has had its end on ${OVER[stack]}: Heroku builds nothing on it any more`;
    findings.problem('Stack', what, set);
  } else if (ENDS[stack] !== undefined) {
    findings.note('Stack', `${stack} is supported until ${ENDS[stack]}`, set);
  } else if (stack === 'container') {
    findings.note(
      'Stack',
      'container: images have no slug that tells which commit is deployed, so every run pushes and migrates, and nothing can be rolled back to or built on another app',
      'Migrate in the `release` section of heroku.yml, without `migrate-command`; an image of your own goes by the official orb',
    );
  } else findings.ok('Stack', stack);
  if (generation === 'fir') {
    findings.note(
      'Generation',
      'Fir: no one-off dynos for migrations, no slugs to roll back to or to build elsewhere, no preboot',
      'Migrate in the release phase (`release:` in the Procfile), without `migrate-command` and `build-app`',
    );
  }
  if (app.maintenance) {
    findings.note(
      'Maintenance',
      'the page is on; a deployment takes off only a page that heroku-cd put on, when its window closes',
      `\`heroku maintenance:off -a ${name}\`, or \`if-in-maintenance: keep\``,
    );
  }
}

/** What the account may do with the app. */
export async function checkRights(
  heroku: Heroku,
  app: string,
  account: Account | undefined,
  findings: Findings,
): Promise<void> {
  const collaborators = await readCollaborators(heroku, app);
  checkPermission(app, account, collaborators, findings);
  const me = collaborators?.find((one) => one.email === account?.email);
  const { permissions = [] } = me ?? {};
  if (me?.role === 'owner') {
    findings.note(
      'Rights',
      'the key is the owner’s: what leaks it may delete the app and its database, too',
      `\`heroku access:add ADDRESS -a ${app}\` for an account that does nothing but deploy, and its key`,
    );
  } else if (permissions.length > 0 && me?.role !== 'admin' && !permissions.includes('operate')) {
    findings.note(
      'Rights',
      'the account may deploy, but neither scale nor switch the page: no window can be opened',
      `\`heroku access:update ADDRESS -a ${app} -p ${[...permissions, 'operate'].join(',')}\``,
    );
  }
}

/** Whether anything would serve. */
export async function checkProcesses(heroku: Heroku, app: string, findings: Findings): Promise<void> {
  const formation = await heroku.formation(app);
  const told = formation.map(({ type, quantity, size }) => `${type}=${quantity}:${size}`).join(' ');
  findings.ok('Processes', told || 'none yet');
  const web = formation.find(({ type }) => type === 'web');
  if (web?.quantity === 0) {
    findings.note(
      'Web at 0',
      'no web dyno runs, and a deployment starts none',
      `\`heroku ps:scale web=1 -a ${app}\``,
    );
  }
  checkMixed(formation, app, findings);
}

/** An Eco dyno sleeps after half an hour without a request, its workers with it (Dev Center: Eco Dyno Hours). */
function checkMixed(formation: readonly ProcessFormation[], app: string, findings: Findings): void {
  const eco = formation.filter(({ size, quantity }) => quantity > 0 && /^eco$/i.test(size));
  if (!eco.some(({ type }) => type !== 'web') || !eco.some(({ type }) => type === 'web')) return;
  findings.note(
    'Eco dynos',
    'the workers sleep with the web dyno when nobody visits',
    `\`heroku ps:type basic -a ${app}\``,
  );
}

/** Preboot goes on serving old code for minutes (Dev Center: Preboot). */
export async function checkPreboot(heroku: Heroku, app: string, findings: Findings): Promise<void> {
  if ((await heroku.featureEnabled(app, 'preboot')) !== true) return;
  findings.note(
    'Preboot',
    'on: old and new web dynos run side by side for some minutes, a migration included',
    `\`breaking-migration: true\` switches it off for such a run; for good: \`heroku features:disable preboot -a ${app}\``,
  );
}

/** What runs, and whether something newer has failed. Gives the deployed commit. */
export async function checkRelease(
  heroku: Heroku,
  app: string,
  findings: Findings,
): Promise<string | undefined> {
  const [current, [newest]] = await Promise.all([
    heroku.currentRelease(app),
    heroku.releases(app, { max: 1 }),
  ]);
  const slug = current?.slugId === undefined ? undefined : await heroku.slug(app, current.slugId);
  const commit = slug?.commit || undefined;
  const running = current === undefined ? 'none yet' : `v${current.version}`;
  findings.ok('Release', `${running}${commit ? `, commit ${commit.slice(0, 8)}` : ''}`);
  if (newest !== undefined && newest.id !== current?.id) checkNewest(newest, app, findings);
  const command = slug?.processTypes['release'];
  if (command !== undefined) findings.ok('Release phase', command);
  return commit;
}

function checkNewest({ version, status }: Release, app: string, findings: Findings): void {
  if (status === 'pending') {
    findings.note(
      'Newest release',
      `v${version} is not done: its release phase runs`,
      `\`heroku releases:output v${version} -a ${app}\` follows it`,
    );
  } else if (status !== 'succeeded') {
    findings.note(
      'Newest release',
      `v${version} ${status}: what runs is older`,
      `\`heroku releases:output v${version} -a ${app}\` tells why; \`heroku releases:retry -a ${app}\``,
    );
  }
}

/** What is built at this moment, and how many pushes the hour has seen. */
export async function checkBuilds(
  heroku: Heroku,
  app: string,
  account: Account | undefined,
  nowMs: number,
  findings: Findings,
): Promise<void> {
  const builds = await heroku.builds(app);
  const queue = 'Give deploying jobs a `serial-group`, so that one waits for the other';
  if (builds.some((build) => build.status === 'pending')) {
    findings.note('Builds', 'one is pending; a deployment waits for its end', queue);
  }
  const isRecent = ({ createdAt, userEmail }: Build): boolean =>
    userEmail === account?.email && nowMs - Date.parse(createdAt) < HOUR_MS;
  const recent = builds.filter(isRecent).length;
  const limit = '75 git requests an hour for each app and account, two or three a push';
  if (recent < MANY_BUILDS) findings.ok('Git limit', limit);
  else {
    const remedy = `Deploy less often, or with \`transport: build\`, which needs none; other apps are not affected`;
    findings.note('Git limit', `${recent} builds in the last hour; ${limit}`, remedy);
  }
}
