import type { Journal } from '../journal/journal.ts';
import type { App, Heroku } from '../ports/heroku.ts';

/** The longest that a run takes from what it wrote down to the page, by itself and where it has to wait. */
const OPENING_MS = 2 * 60_000;
const WAITING_MS = 30 * 60_000;

/**
 * A journal from a cache may be older than its run's death: one that was only prepared says what would have
 * been done. Before our code is current no migration can have begun; afterwards it may have, unless page and
 * processes are as they were found, which is how a run leaves an app when it is done.
 */
export async function migrationIsOpen(heroku: Heroku, journal: Journal, ours: boolean): Promise<boolean> {
  if (journal.stage === 'restoring') return true;
  // The window that was continued is held for a migration that failed, whatever this journal's run did.
  if (journal.continues && !journal.byHand) return true;
  if (await releasePhaseFailed(heroku, journal)) return true;
  if (!journal.migrates || !ours) return false;
  if (journal.stage === 'window' || journal.stage === 'shipping') return false;
  if (journal.stage === 'migrating') return true;
  const marked = journal.set.maintenance || journal.set.stopped.length > 0;
  return !marked || !(await isUntouched(heroku, journal));
}

/** A window that is held no more: somebody switched the page off, and scaled every stopped process type up. */
export async function isOpened(heroku: Heroku, { app: { name }, set }: Journal): Promise<boolean> {
  if (!set.maintenance && set.stopped.length === 0) return false;
  const [app, formation] = await Promise.all([heroku.app(name), heroku.formation(name)]);
  const stopped = formation.some(({ type, quantity }) => quantity === 0 && set.stopped.includes(type));
  return !stopped && !(set.maintenance && app.maintenance);
}

/** Neither the page nor a process type is as the run was going to set it. */
export async function isUntouched(heroku: Heroku, journal: Journal): Promise<boolean> {
  const [app, formation] = await Promise.all([
    heroku.app(journal.app.name),
    heroku.formation(journal.app.name),
  ]);
  if (journal.set.stopped.some((type) => formation.find((one) => one.type === type)?.quantity === 0)) {
    return false;
  }
  if (journal.set.prebootOff && (await heroku.featureEnabled(app.name, 'preboot')) === false) return false;
  return (
    !journal.set.maintenance || !app.maintenance || (await whosePage(heroku, journal, app)) === 'somebody’s'
  );
}

/** Whether the page may be the run's or somebody's, on an app that nothing else was done to. */
export async function hasUnclearPage(heroku: Heroku, journal: Journal): Promise<boolean> {
  const { app, set, status } = journal;
  if (status !== 'prepared' || journal.continues || !set.maintenance) return false;
  const [now, formation] = await Promise.all([heroku.app(app.name), heroku.formation(app.name)]);
  if (!now.maintenance) return false;
  if (set.stopped.some((type) => formation.find((one) => one.type === type)?.quantity === 0)) return false;
  return (await whosePage(heroku, journal, now)) === 'unclear';
}

/**
 * Nothing on Heroku says who switched a page on. A run does it right after its journal was written, unless it had to wait
 * for somebody's build or one-off dynos, so one that came on much later, on an app that nothing else was done to, is a
 * person's.
 */
async function whosePage(
  heroku: Heroku,
  journal: Journal,
  app: App,
): Promise<'the run’s' | 'somebody’s' | 'unclear'> {
  const afterwards = Date.parse(app.updatedAt ?? '') - Date.parse(journal.writtenAt);
  if (!(afterwards > OPENING_MS) || journal.status !== 'prepared') return 'the run’s';
  if ((await heroku.currentRelease(app.name))?.id !== journal.found.release?.id) return 'the run’s';
  return afterwards > WAITING_MS ? 'somebody’s' : 'unclear';
}

/** A release phase of that run's commit that ended badly while nobody looked. */
export async function releasePhaseFailed(heroku: Heroku, journal: Journal): Promise<boolean> {
  const known = journal.found.release?.version ?? 0;
  for (const release of await heroku.releases(journal.app.name, { max: 5 })) {
    if (release.version <= known || release.status !== 'failed' || release.slugId === undefined) continue;
    const slug = await heroku.slug(journal.app.name, release.slugId);
    if (slug.commit === journal.commit && slug.processTypes['release'] !== undefined) return true;
  }
  return false;
}
