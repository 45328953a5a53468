import { cancelBackup } from '../database/capture.ts';
import { HerokuCdError, UnknownOutcome } from '../errors.ts';
import type { Settings } from '../../parameters/index.ts';
import type { Run } from '../deployment/deploy-state.ts';
import { restartDynos } from '../deployment/restart.ts';
import { releaseHold } from '../journal/release-hold.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { finishGoingBack, notScaledBack } from '../health/go-back.ts';
import { endOf } from '../journal/by-hand.ts';
import { isPutBack, releaseEarlierCode } from '../migration/rollback.ts';
import type { Heroku, Release } from '../ports/heroku.ts';
import { switchPage } from '../window/page.ts';
import { putPrebootBack } from '../window/preboot.ts';
import { putProcessesBack } from '../window/put-back.ts';
import { waitForWeb } from '../window/web.ts';
import { settleBuilds, settleDynos } from './settle-run.ts';
import { hasUnclearPage, isUntouched, migrationIsOpen, releasePhaseFailed } from './traces.ts';

/** What recovering needs of a run. */
export interface Recovery extends Pick<Run, 'ports' | 'budget'> {
  readonly settings: Pick<Settings<'recover'>, 'boot-timeout' | 'migrate-timeout'>;
}

export interface RecoverOptions {
  /** Open a held window too, and one that would have to be held, around whatever code is current. */
  readonly evenHeld?: boolean;
  /**
   * A new deployment recovers before it starts. The earlier run may be alive in another job, so its build is
   * awaited and not cancelled, and its code is left for the new deployment to replace, unless it lacks its migration
   * and a window is to be opened around it.
   */
  readonly forNewRun?: boolean;
}

/**
 * Puts back what the journal's run had set, field by field: only where the live value is the one that it set
 * and the live release is one that it knew. Builds and one-off dynos of that run are settled first.
 * Gives the process types that it had stopped and that the app does not have any more.
 * @throws UnknownOutcome where its migration may have begun and is not proven to have succeeded: then the
 * window stays as it is. Failure where something could not be put back.
 */
export async function recoverJournal(
  run: Recovery,
  journal: JournalKeeper,
  options: RecoverOptions = {},
): Promise<readonly string[]> {
  const { closingHeroku: heroku, log } = run.ports;
  const { current: found } = journal;
  const app = found.app.name;
  await settleBuilds(run, found, options.forNewRun === true);
  await settleDynos(run, found);
  const { addOn, pending } = found.database ?? {};
  if (addOn !== undefined && pending !== undefined) {
    await cancelBackup(heroku, log, addOn.billingApp, pending);
  }
  if (found.goingBack === true) {
    const missing = await finishGoingBack(run, journal);
    tellUnflushed(run, found);
    return missing;
  }
  const release = await heroku.currentRelease(app);
  const slug = release?.slugId === undefined ? undefined : await heroku.slug(app, release.slugId);
  const ours = slug !== undefined && slug.commit === found.commit;
  const isNew = release?.id !== found.found.release?.id;
  // A release phase is the migration of an app that has one; that the release is current proves its success. Of code
  // that was current before, it proves nothing of what `migrate-command` did, and neither once that has begun.
  const migrated =
    found.stage === 'migrated' ||
    (ours &&
      isNew &&
      found.stage !== 'restoring' &&
      found.stage !== 'migrating' &&
      slug.processTypes['release'] !== undefined);
  const open = !migrated && (await migrationIsOpen(heroku, found, ours));
  const hasWindow = found.continues || found.set.maintenance || found.set.stopped.length > 0;
  if (open && !options.evenHeld && !hasWindow) {
    await leaveOpenApp(run, journal, options);
    return [];
  }
  if (open && options.forNewRun === true && (await wasNeverBegun(heroku, found, release, ours))) {
    await journal.note({ status: 'held' });
    return [];
  }
  if (open && !options.evenHeld) {
    const reason = 'A migration of it may have begun, and that it succeeded is not proven.';
    const isOfPhase = await releasePhaseFailed(heroku, found);
    await journal.note({
      ...{ status: 'held', byHand: false, reason },
      ...(isOfPhase ? { phaseUnproven: true } : {}),
    });
    throw new UnknownOutcome({
      what: `The window of ${app} stays as it is.`,
      why: reason,
      next: `Look at the database; then mend what it needs and push, or run the job again with the same commit: either continues the window; or \`${releaseHold(found)}\`.`,
    });
  }
  if (!open && found.status === 'prepared' && (await isUntouched(heroku, found))) {
    await journal.note(endOf(found));
    if (ours) tellWhatStays(run, found, release);
    log.info(`${app} is as that run found it, or left it; there is nothing to put back.`);
    return [];
  }
  if (!options.evenHeld && (await hasUnclearPage(heroku, found))) {
    throw new HerokuCdError('held', {
      what: `The maintenance page of ${app} stays on.`,
      why: 'It came on some minutes after the earlier run had written down how it found the app: whether by that run or by somebody else is not known here.',
      next: `${releaseHold(found)}; or, where the page is somebody’s, wait for them to switch it off`,
    });
  }
  const known =
    release === undefined || found.releases.includes(release.id) || ours || isPutBack(release, found);
  if (!known && !options.evenHeld) {
    const reason = `v${release.version} ("${release.description}") is somebody else’s release.`;
    await journal.note({ status: 'held', byHand: false, reason });
    throw new HerokuCdError('held', {
      what: `The window of ${app} stays as it is.`,
      why: `${reason} Whether the page and the processes are theirs by now is not known here.`,
      next: releaseHold(found),
    });
  }
  const asItIs = options.evenHeld === true && (open || !known || found.status === 'held');
  const behind =
    ours &&
    !migrated &&
    !asItIs &&
    !found.byHand &&
    (!options.forNewRun || (found.migrates && hasWindow)) &&
    isNew &&
    found.commit !== found.found.commit;
  if (behind && found.found.slugId === null && found.migrates && hasWindow) {
    return holdFirst(journal, release, options);
  }
  const served = behind && found.found.slugId !== null ? await releaseEarlierCode(run, journal) : release;
  // Killed between the migration and the restart, or held since, web dynos would know the schema from before.
  if (ours && (migrated || open)) await restartDynos(run, journal);
  if (found.byHand && !options.evenHeld) {
    await putPrebootBack(run, journal);
    // Code that stays without its migration is not proven to have had it, once the window is closed.
    await journal.note({
      ...endOf(found),
      ...(ours && !migrated && found.migrates ? { stillPending: true } : {}),
    });
    // What was current when the window was opened may have been replaced in it since, and on purpose.
    if (ours && !migrated) tellWhatStays(run, found, release);
    log.info(`What the earlier run had begun on ${app} is put back; the window, opened by hand, stays open.`);
    return [];
  }
  const missing = await putFieldsBack(run, found, served);
  await putPrebootBack(run, journal);
  await journal.note({ status: 'closed' });
  if (ours) tellUnflushed(run, found);
  if (missing.length === 0) log.info(`${app} is as it was found, and the journal is closed.`);
  return missing;
}

/**
 * The first deployment of an app has no code from before: behind its page stands code that lacks its migration.
 * @throws HerokuCdError of verdict `held` where no new run goes on with the window.
 */
async function holdFirst(
  journal: JournalKeeper,
  release: Release | undefined,
  { forNewRun }: RecoverOptions,
): Promise<readonly string[]> {
  const { name } = journal.current.app;
  const reason = `v${release?.version ?? '?'} is the first code of ${name}, and its migration has not begun.`;
  await journal.note({ status: 'held', byHand: false, reason });
  if (forNewRun) return [];
  throw new HerokuCdError('held', {
    what: `The window of ${name} stays as it is.`,
    why: `${reason} There is no code from before to put back.`,
    next: `Run the deployment again: it migrates; or open the app as it is: ${releaseHold(journal.current)}`,
  });
}

/**
 * A run that continues a held window and was lost between its two halves, or before it had released: the window is
 * held as before. Where its commit was current already, its migration may have begun.
 */
async function wasNeverBegun(
  heroku: Heroku,
  journal: Journal,
  release: Release | undefined,
  ours: boolean,
): Promise<boolean> {
  if (journal.status !== 'prepared' || !journal.continues || journal.byHand || ours) return false;
  if (release === undefined || !journal.releases.includes(release.id)) return false;
  return !(await releasePhaseFailed(heroku, journal));
}

/** Flushing is for somebody who knows the cache: its parameters are not in the journal. */
function tellUnflushed({ ports }: Recovery, { app, unflushed }: Journal): void {
  if (unflushed !== true) return;
  ports.log.warn(
    `That run was to flush caches, and they were not all flushed: heroku-cd flush-cache --app-name ${app.name}`,
  );
}

function tellWhatStays({ ports }: Recovery, { app, commit, found }: Journal, release?: Release): void {
  if (release === undefined || release.id === found.release?.id) return;
  ports.log.warn(
    `v${release.version} (${commit.slice(0, 8)}), which that run released, is current on ${app.name} and stays; whether that run was done with it is not known here.`,
  );
}

/**
 * Without a window there is none to hold: a new deployment migrates again, and a person is told.
 * @throws UnknownOutcome where nobody migrates again.
 */
async function leaveOpenApp(
  run: Recovery,
  journal: JournalKeeper,
  { forNewRun }: RecoverOptions,
): Promise<void> {
  const app = journal.current.app.name;
  await putPrebootBack(run, journal);
  await journal.note({ status: 'closed' });
  const what = `A migration of ${app} without a window may have begun, and that it succeeded is not proven.`;
  if (forNewRun) return run.ports.log.warn(what);
  throw new UnknownOutcome({
    what,
    next: 'Look at the database, and run the deployment again: it migrates again.',
  });
}

async function putFieldsBack(
  run: Recovery,
  journal: Journal,
  served: Release | undefined,
): Promise<readonly string[]> {
  const { closingHeroku: heroku, log, clock } = run.ports;
  const app = journal.app.name;
  const limit = run.budget.closing();
  const back = await putProcessesBack(heroku, log, journal, { clock, limit });
  if (back.refused.length > 0) {
    throw notScaledBack(app, back.refused);
  }
  if (!journal.set.maintenance || !(await heroku.app(app)).maintenance) return back.missing;
  await waitForWeb(heroku, app, {
    clock,
    limit: { ms: Math.min(run.settings['boot-timeout'], limit.ms), parameter: 'boot-timeout' },
  });
  const now = await heroku.currentRelease(app);
  if (now?.id !== served?.id) {
    throw new HerokuCdError('held', {
      what: `Somebody else released v${now?.version ?? '?'} ("${now?.description ?? ''}") on ${app} meanwhile, so its page stays on.`,
      next: releaseHold(journal),
    });
  }
  await switchPage(heroku, app, false, { clock, limit });
  log.info(`The maintenance page of ${app} is off.`);
  return back.missing;
}
