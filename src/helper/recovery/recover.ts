import { Failure, UnknownOutcome } from '../errors.ts';
import type { Settings } from '../../parameters/index.ts';
import type { Run } from '../deployment/deploy-state.ts';
import { restartDynos } from '../deployment/restart.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { releaseEarlierCode } from '../migration/rollback.ts';
import type { Heroku, Release } from '../ports/heroku.ts';
import { waitFor } from '../time/wait.ts';
import { switchPage } from '../window/page.ts';
import { putProcessesBack, waitForWeb } from '../window/processes.ts';

/** What recovering needs of a run. */
export interface Recovery extends Pick<Run, 'ports' | 'budget'> {
  readonly settings: Pick<Settings<'recover'>, 'boot-timeout' | 'migrate-timeout'>;
}

/**
 * Puts back what the journal's run had set, field by field: only where the live value is the one that it set
 * and the live release is one that it knew. Builds and one-off dynos of that run are settled first.
 * @throws UnknownOutcome where its migration may have begun and is not proven to have succeeded: then the
 * window stays as it is. Failure where something could not be put back.
 */
export async function recoverJournal(
  run: Recovery,
  journal: JournalKeeper,
  options: { evenHeld?: boolean } = {},
): Promise<void> {
  const { closingHeroku: heroku, log } = run.ports;
  const { current: found } = journal;
  const app = found.app.name;
  await settleBuilds(run, found);
  await settleDynos(run, found);
  const release = await heroku.currentRelease(app);
  const ours = await isCommitOf(heroku, found, release);
  if (!options.evenHeld && (await migrationIsOpen(heroku, found, ours))) {
    const reason = 'A migration of it may have begun, and that it succeeded is not proven.';
    await journal.note({ status: 'held', reason });
    throw new UnknownOutcome({
      what: `The window of ${app} stays as it is.`,
      why: reason,
      next: `Look at the database; then run the job again, or \`heroku-cd recover --app-name ${app} --release-hold\`.`,
    });
  }
  const known = release === undefined || found.releases.includes(release.id) || ours;
  if (!known) {
    log.warn(
      `v${release?.version ?? '?'} ("${release?.description ?? ''}") on ${app} is of somebody else; the page and the processes are left to them.`,
    );
    await journal.note({ status: 'closed' });
    return;
  }
  const behind =
    ours &&
    found.stage !== 'migrated' &&
    !options.evenHeld &&
    release?.id !== found.found.release?.id &&
    found.commit !== found.found.commit;
  if (behind && found.found.slugId !== null) await releaseEarlierCode(run, journal);
  // Killed between the migration and the restart, web dynos would know the schema from before.
  if (ours && found.stage === 'migrated') await restartDynos(run, journal);
  await putFieldsBack(run, found);
  await journal.note({ status: 'closed' });
  log.info(`${app} is as it was found, and the journal is closed.`);
}

async function putFieldsBack(run: Recovery, journal: Journal): Promise<void> {
  const { closingHeroku: heroku, log, clock } = run.ports;
  const app = journal.app.name;
  const limit = run.budget.closing();
  const back = await putProcessesBack(heroku, log, journal, { clock, limit });
  if (back.refused.length > 0) {
    throw new Failure({
      what: `These could not be scaled back on ${app}: ${back.refused.join('; ')}.`,
      next: `heroku-cd recover --app-name ${app}`,
    });
  }
  if (!journal.set.maintenance || !(await heroku.app(app)).maintenance) return;
  await waitForWeb(heroku, app, {
    clock,
    limit: { ms: Math.min(run.settings['boot-timeout'], limit.ms), parameter: 'boot-timeout' },
  });
  await switchPage(heroku, app, false, { clock, limit });
  log.info(`The maintenance page of ${app} is off.`);
}

/** A pending build of that commit is cancelled and its end awaited; a pending release can only be awaited. */
async function settleBuilds(run: Recovery, journal: Journal): Promise<void> {
  const { closingHeroku: heroku, clock, log } = run.ports;
  const app = journal.app.name;
  const build = (await heroku.builds(app)).find(
    (one) => one.version === journal.commit && one.status === 'pending',
  );
  if (build !== undefined) {
    log.info(`Cancelling the pending build of ${journal.commit.slice(0, 8)}.`);
    await heroku.cancelBuild(app, build.id);
  }
  await waitFor(
    async () => {
      const [builds, releases] = await Promise.all([heroku.builds(app), heroku.releases(app, { max: 5 })]);
      const pending = builds.some((one) => one.id === build?.id && one.status === 'pending');
      return pending || releases.some((one) => one.status === 'pending') ? undefined : true;
    },
    {
      clock,
      limit: run.budget.closing(),
      what: 'the builds and releases of the earlier run to end',
      slowdown: () => heroku.slowdown ?? 1,
    },
  );
}

/** A one-off dyno of the migration is awaited for as long as a migration may take. */
async function settleDynos(run: Recovery, journal: Journal): Promise<void> {
  const { closingHeroku: heroku, clock, log } = run.ports;
  const app = journal.app.name;
  if (!journal.migrates) return;
  const ours = async (): Promise<readonly string[]> =>
    (await heroku.dynos(app))
      .filter((dyno) => dyno.type === 'run' && isOurs(dyno.command))
      .map((dyno) => dyno.name);
  const names = await ours();
  if (names.length === 0) return;
  log.info(`Waiting for ${names.join(', ')}, the migration of the earlier run, to end.`);
  await waitFor(async () => ((await ours()).length === 0 ? true : undefined), {
    clock,
    limit: run.budget.limit({ ms: run.settings['migrate-timeout'], parameter: 'migrate-timeout' }),
    what: 'the earlier run’s migration to end',
    slowdown: () => heroku.slowdown ?? 1,
  });
}

/** The marker that this program puts behind the commands of its dynos. */
function isOurs(command: string): boolean {
  return command.includes('heroku-cd');
}

async function isCommitOf(heroku: Heroku, journal: Journal, release: Release | undefined): Promise<boolean> {
  if (release?.slugId === undefined) return false;
  return (await heroku.slug(journal.app.name, release.slugId)).commit === journal.commit;
}

/**
 * A journal from a cache may be older than its run's death: one that was only prepared says what would have
 * been done. Before our code is current no migration can have begun; afterwards it may have, unless page and
 * processes are as they were found, which is how a run leaves an app when it is done.
 */
async function migrationIsOpen(heroku: Heroku, journal: Journal, ours: boolean): Promise<boolean> {
  if (!journal.migrates || journal.stage === 'migrated' || !ours) return false;
  if (journal.stage === 'window' || journal.stage === 'shipping') return false;
  if (journal.stage === 'migrating') return true;
  const [app, formation] = await Promise.all([
    heroku.app(journal.app.name),
    heroku.formation(journal.app.name),
  ]);
  const untouched =
    !(journal.set.maintenance && app.maintenance) &&
    journal.set.stopped.every((type) => (formation.find((one) => one.type === type)?.quantity ?? 1) > 0);
  return !untouched;
}
