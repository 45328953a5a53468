import type { Preflight, Progress, Run } from '../deployment/deploy-state.ts';
import { flushAgain } from '../deployment/flush.ts';
import type { PhaseName } from '../deployment/phases.ts';
import { noteEnd, type Settled } from '../deployment/settle.ts';
import { endOf } from '../journal/by-hand.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { HerokuCdError } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import type { Release } from '../ports/heroku.ts';
import type { PutBack } from '../window/put-back.ts';
import { waitForWeb } from '../window/web.ts';
import { checkHealth, Unhealthy } from './check.ts';
import { goBack } from './go-back.ts';
import type { HealthCheck } from './target.ts';

/** The code from before was healthy not long ago, and its dynos are up by then. */
const SECOND_CHECK_MS = 60_000;

/**
 * Whether the deployed app is well. Behind a page that somebody else had put on, which stays, nobody can ask.
 * @throws Unhealthy
 */
export async function lookAtHealth(
  run: Run,
  before: Preflight,
  check: HealthCheck,
  { version }: Release,
): Promise<void> {
  const { log, heroku } = run.ports;
  const { app } = before.app;
  if (app.maintenance && (await heroku.app(app.name)).maintenance) {
    log.warn(
      `The maintenance page of ${app.name} was on before and stays on: nobody can ask how the app is.`,
    );
    return;
  }
  const limit = { ms: run.settings['health-timeout'], parameter: 'health-timeout' };
  await checkHealth(run, check, run.budget.limit(limit), version);
}

/**
 * What follows where the app is deployed and not healthy: it is kept, or the code from before is released
 * again, once.
 */
export async function settleUnhealthy(run: Run, progress: Progress, error: unknown): Promise<Settled> {
  const { journal, before } = progress;
  const { log } = run.ports;
  const app = run.settings['app-name'];
  if (!(error instanceof Unhealthy) || error.interrupted) return { verdict: 'incomplete' };
  const deployed = before !== undefined && before.shipping.kind !== 'nothing';
  const kept: Settled = {
    verdict: 'incomplete',
    next:
      deployed && progress.database === 'untouched'
        ? `heroku-cd rollback --app-name ${app}`
        : `heroku logs -a ${app}`,
  };
  if (run.settings['on-unhealthy'] === 'keep' || !before?.health || !journal) return kept;
  const reason = deployed ? await reasonToKeep(run, progress, journal) : 'this run deployed nothing.';
  if (reason !== undefined) {
    log.warn(`on-unhealthy: nothing is rolled back, because ${reason}`);
    return kept;
  }
  try {
    // A run that is killed from here on leaves something to bring to its end.
    const unflushed = before.flush === undefined ? {} : { unflushed: true };
    await noteEnd(journal, { status: 'open', goingBack: true, ...unflushed });
    return await settleBack(run, progress, journal, before.health);
  } catch (failure) {
    log.warn(`on-unhealthy: the rollback failed: ${messageOf(failure)}`);
    const version = journal.current.found.release?.version ?? '';
    return { verdict: 'incomplete', next: `heroku-cd rollback v${version} --app-name ${app}` };
  } finally {
    await noteEnd(journal, { ...endOf(journal.current), goingBack: false });
  }
}

/** Why the code from before is not released again, in words that follow "because". */
async function reasonToKeep(
  { ports, settings }: Run,
  { database }: Progress,
  journal: JournalKeeper,
): Promise<string | undefined> {
  const { found, releases, continues } = journal.current;
  if (found.slugId === null) return 'there is no code from before.';
  // A run that held this window may have migrated.
  const migrated = database !== 'untouched' || continues;
  if (migrated && !settings['migration-is-backward-compatible']) {
    return 'the database was migrated, and `migration-is-backward-compatible` is not set.';
  }
  try {
    const current = await ports.closingHeroku.currentRelease(settings['app-name']);
    if (current !== undefined && releases.includes(current.id)) return undefined;
    return `v${current?.version ?? '?'} is somebody else’s release: "${current?.description ?? ''}".`;
  } catch (error) {
    return `which release is current cannot be read: ${messageOf(error)}`;
  }
}

/** The code from before is released again: whether it serves, and is well, decides the verdict. */
async function settleBack(
  run: Run,
  progress: Progress,
  journal: JournalKeeper,
  check: HealthCheck,
): Promise<Settled> {
  const { ports, settings, budget, phases } = run;
  const { closingHeroku: heroku, log, clock } = ports;
  const app = settings['app-name'];
  const code = `The code of v${journal.current.found.release?.version ?? '?'}`;
  const next = `heroku logs -a ${app}`;
  const limitOf = (ms: number): number => Math.min(ms, budget.closing().ms);
  let back: PutBack | undefined;
  const comeUp = async (): Promise<void> => {
    back = await goBack(run, journal);
    const boot = { ms: limitOf(settings['boot-timeout']), parameter: 'boot-timeout' };
    await waitForWeb(heroku, app, { clock, limit: boot });
  };
  let wrong: HerokuCdError | undefined;
  const attempt = async (name: PhaseName, work: () => Promise<void>): Promise<void> => {
    try {
      await phases.run(name, work);
    } catch (error) {
      if (back === undefined || !(error instanceof HerokuCdError)) throw error;
      wrong = error;
    }
  };
  await attempt('rollback', comeUp);
  const unflushed = await flushAgain(run, progress);
  if (wrong === undefined) {
    const ms = limitOf(Math.min(settings['health-timeout'], SECOND_CHECK_MS));
    const limit = { ms, parameter: 'health-timeout' };
    await attempt('health', () => checkHealth({ ports, settings }, check, limit));
  }
  if (wrong !== undefined) {
    const isUp = wrong instanceof Unhealthy;
    const what =
      wrong instanceof Unhealthy && wrong.interrupted
        ? 'A signal came: whether it is healthy was not learned.'
        : wrong.what;
    log.warn(`${code} ${isUp ? 'serves' : 'is released'} again. ${what}`);
    return { verdict: 'incomplete', next };
  }
  log.warn(`${code} serves again, and is healthy.`);
  const migrated = progress.database !== 'untouched';
  if (migrated) log.warn('What the migration did to the database stays.');
  const refused = back?.refused ?? [];
  const asFound = !migrated && refused.length === 0 && unflushed === undefined;
  return { verdict: asFound ? 'failed' : 'incomplete', next: unflushed?.next ?? next };
}
