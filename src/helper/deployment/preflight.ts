import { folderElsewhere, planBuild } from '../build-app/build.ts';
import { planBackup } from '../database/backup-plan.ts';
import { HerokuCdError, Refusal } from '../errors.ts';
import { planHealth } from '../health/target.ts';
import type { Journal } from '../journal/journal.ts';
import { releaseHold } from '../journal/release-hold.ts';
import type { App } from '../ports/heroku.ts';
import { askPending } from '../migration/pending.ts';
import { describeKey } from '../settings/api-key.ts';
import { formatDuration } from '../time/format.ts';
import { waitFor } from '../time/wait.ts';
import { checkAccount, checkApp } from './check-app.ts';
import {
  checkClone,
  completeHistory,
  completeObjects,
  haveCommit,
  readDescent,
  requireDescent,
  requireKnownDescent,
  requireNotOlder,
} from './check-clone.ts';
import type { Preflight, Run } from './deploy-state.ts';
import { short, type AppFacts } from './facts.ts';
import { Findings } from './findings.ts';
import { planFlush } from './flush.ts';
import { recoverEarlier } from '../recovery/recover-earlier.ts';
import { decideWindow } from './decide-window.ts';
import { chooseShipping } from './shipping.ts';
import { completeFiles, transportOf } from './transport.ts';

/**
 * Finds everything that can be refused before anything is touched. The app is only read; the clone is
 * completed where a push would need it.
 * @throws Refusal, or a Failure where Heroku or the origin does not answer.
 */
export async function preflight(run: Run): Promise<Preflight> {
  const { ports, settings } = run;
  const { heroku, git, log, signal } = ports;
  const findings = new Findings();
  findings.ok('API key', `${describeKey(ports.apiKey)}, from $${settings['api-key']}`);

  const found = run.push ? await checkClone(git, settings, findings) : undefined;
  const account = await checkAccount(heroku, settings, findings);
  await ports.store.prepare();
  let app = await checkApp(heroku, settings, account, findings);
  for (const finding of findings.rows) {
    const text = `${finding.subject}: ${finding.what}`;
    if (finding.level === 'ok') log.info(text);
    else log.warn(finding.remedy === undefined ? text : `${text}. ${finding.remedy}`);
  }

  const health = await planHealth(run, app, found?.commit);
  const earlier = await recoverEarlier(run, app.app);
  if (run.openOnly) requireOwnWindow(app.app, earlier.held);
  const waited = await waitForOthers(run, app.app.name, earlier.recovered ? undefined : app);
  if (waited || earlier.recovered) app = await checkApp(heroku, settings, account, new Findings());
  const question = {
    ports,
    settings,
    has: (commit: string) => haveCommit(git, commit, { mayFetch: true, signal }),
    folderElsewhere: (slugId: string) => folderElsewhere(run, slugId),
    ask: () => askPending(run),
  };
  const window = await decideWindow(question, app, found?.commit, earlier);
  const flush = await planFlush(run);
  const needs = { ...window, backup: await planBackup(run, app, window, continued(earlier)), health, flush };
  if (found === undefined) return { app, ...whatIsDeployed(app, run.openOnly), ...needs, ...earlier };

  const transport = transportOf(settings);
  const clone = transport.tarball ? found : await completeHistory(git, found, signal);
  const descent = await readDescent(git, clone, app.deployedCommit, { mayFetch: true, signal });
  requireDescent(descent, settings['app-name'], clone.commit, app.deployedCommit, settings.force);
  await requireNotOlder(git, clone, app, { force: settings.force, mayFetch: true, signal });
  if (descent === 'untold' && !settings.force) warnOfUnknownDescent(run, app, clone.commit);
  const chosen = await chooseShipping(heroku, app, clone.commit, { ...transport, force: settings.force });
  if (chosen.kind === 'slug') requireKnownDescent(app, clone.commit, settings.force);
  const isBuilt = chosen.kind === 'push' || chosen.kind === 'tarball';
  if (settings['build-app'] !== '' && isBuilt) await waitForOthers(run, settings['build-app']);
  const { shipping, buildThere } = await planBuild(run, clone.commit, chosen, {
    prepared: earlier.prepared,
    current: app.current,
  });
  if (shipping.kind === 'push' && buildThere === undefined) {
    const fetched = await completeObjects(git, clone, app.deployedCommit, signal);
    if (fetched > 0) log.info(`Fetched ${fetched} objects that this blobless clone lacked.`);
  } else if (shipping.kind === 'tarball' || buildThere !== undefined) {
    await completeFiles(ports, clone.commit, transport);
  }
  warnOfTightDeadline(run);
  return { app, clone, shipping, buildThere, ...needs, ...earlier };
}

/** The held window whose journal is this run's, also where its first half has taken that journal over. */
function continued({ held, prepared }: Pick<Preflight, 'held' | 'prepared'>): Journal | undefined {
  return held ?? (prepared?.continues ? prepared : undefined);
}

/** A window that a run holds is not for working in by hand unasked. @throws HerokuCdError of verdict `held`. */
function requireOwnWindow({ name }: App, window: Journal | undefined): void {
  if (window === undefined || window.byHand) return;
  throw new HerokuCdError('held', {
    what: `The window of ${name} is open already: a run holds it.`,
    why: window.reason ?? 'No reason was noted.',
    next: `mend the cause and push, or run that job again: either continues the window; or open the app as it is: ${releaseHold(window)}`,
  });
}

/**
 * For a migration of what is deployed already, or for work by hand.
 * @throws Refusal where nothing is deployed that a migration could be of.
 */
function whatIsDeployed(app: AppFacts, openOnly: boolean): Pick<Preflight, 'clone' | 'shipping'> {
  if (openOnly && app.current !== undefined) {
    return {
      clone: { commit: app.deployedCommit ?? 'none', kind: 'full' },
      shipping: { kind: 'nothing', release: app.current },
    };
  }
  if (app.current?.slugId === undefined || app.deployedCommit === undefined) {
    throw new Refusal({
      what: `push: nothing is deployed on ${app.app.name} that could be migrated.`,
      next: 'Leave `push` true, so that the commit is deployed first.',
      parameter: 'push',
    });
  }
  return {
    clone: { commit: app.deployedCommit, kind: 'full' },
    shipping: { kind: 'nothing', release: app.current },
  };
}

/** What waiting for somebody else's builds needs of a run. */
interface Waiting extends Pick<Run, 'ports' | 'budget'> {
  readonly settings: Pick<Run['settings'], 'git-wait'>;
}

/**
 * Builds and releases of somebody else are waited for: Heroku builds one at a time for an app. True when
 * there was something to wait for, so that what was read before is stale. `seen`: what was read a moment ago.
 */
export async function waitForOthers(run: Waiting, name: string, seen?: UnderWay): Promise<boolean> {
  const { heroku, log, clock, signal } = run.ports;
  const pending = async (): Promise<string | undefined> => {
    const builds = await heroku.builds(name);
    const build = describePending({ builds, releases: [] });
    return build ?? describePending({ builds, releases: await heroku.releases(name, { max: 5 }) });
  };
  let what = seen === undefined ? await pending() : describePending(seen);
  if (what === undefined) return false;
  log.info(`On ${name}, ${what} is pending; waiting for its end.`);
  await waitFor(
    async () => {
      what = await pending();
      return what === undefined ? true : undefined;
    },
    {
      clock,
      signal,
      limit: run.budget.limit({ ms: run.settings['git-wait'], parameter: 'git-wait' }),
      what: 'another build or release of the app to end',
      slowdown: () => heroku.slowdown ?? 1,
    },
  ).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Refusal({
      what: `${what ?? 'Another build'} is still pending on ${name}.`,
      why: `Waited ${formatDuration(run.settings['git-wait'])} (\`git-wait\`) for its end. Nothing was changed.`,
      next: 'Give deploying jobs a `serial-group`, so that they wait for each other, and run this job again.',
      parameter: 'git-wait',
      cause: error,
    });
  });
  return true;
}

type UnderWay = Pick<AppFacts, 'builds' | 'releases'>;

function describePending({ builds, releases }: UnderWay): string | undefined {
  const build = builds.find((one) => one.status === 'pending');
  if (build !== undefined)
    return `a build of ${build.version === undefined ? 'somebody else' : short(build.version)}`;
  const release = releases.find((one) => one.status === 'pending');
  return release === undefined ? undefined : `release v${release.version} (${release.description})`;
}

/** A tarball is built all the same: it is for clones that have no history. */
function warnOfUnknownDescent(
  { ports, settings }: Run,
  { deployedCommit = '' }: AppFacts,
  commit: string,
): void {
  ports.log.warn(
    `Whether ${short(commit)} descends from ${short(deployedCommit)}, which is deployed on ${settings['app-name']}, is not known: this clone is shallow, and its origin does not tell. It is deployed, even if it should be older. A checkout with \`method: full\` tells.`,
  );
}

function warnOfTightDeadline(run: Run): void {
  const { settings } = run;
  const needed = settings['build-timeout'] + settings['release-timeout'];
  const left = run.budget.limit({ ms: needed, parameter: 'release-timeout' });
  if (left.parameter === 'deadline') {
    run.ports.log.warn(
      `build-timeout and release-timeout add up to ${formatDuration(needed)}, and \`deadline\` leaves ${formatDuration(left.ms)}: the deadline ends what takes longer.`,
    );
  }
}
