import type { Run } from '../deployment/deploy-state.ts';
import { Failure } from '../errors.ts';
import { endOf } from '../journal/by-hand.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { isPutBack, releaseEarlierCode } from '../migration/rollback.ts';
import { persistently } from '../window/persist.ts';
import { type PutBack, putProcessesBack } from '../window/put-back.ts';

/**
 * Releases the code from before again, with the process types that the new release lacked and Heroku has forgotten;
 * where Heroku cannot be reached, until the deadline. What stands at zero by now is somebody's choice: the window is
 * closed.
 * @throws Failure where that release does not succeed.
 */
export function goBack(run: Pick<Run, 'ports' | 'budget'>, journal: JournalKeeper): Promise<PutBack> {
  const { closingHeroku: heroku, clock, log } = run.ports;
  return persistently(run, async () => {
    await releaseEarlierCode(run, journal);
    const { current } = journal;
    const found = { ...current, set: { ...current.set, stopped: [] } };
    return putProcessesBack(heroku, log, found, { clock, limit: run.budget.closing() });
  });
}

/**
 * What a release that is taken back had made Heroku forget, once the code from before is current again. What a window
 * has stopped is for whoever closes it.
 * @throws Failure where Heroku refuses to scale it back.
 */
export async function putForgottenBack(
  { ports, budget }: Pick<Run, 'ports' | 'budget'>,
  { current }: JournalKeeper,
): Promise<void> {
  const { closingHeroku, clock, log } = ports;
  const { app, found, set } = current;
  const formation = found.formation.filter(({ type }) => !set.stopped.includes(type));
  const journal = { ...current, found: { ...found, formation }, set: { ...set, stopped: [] } };
  const limit = budget.closing();
  const { refused } = await putProcessesBack(closingHeroku, log, journal, { clock, limit });
  if (refused.length > 0) throw notScaledBack(app.name, refused, `heroku ps:scale -a ${app.name}`);
}

/**
 * Brings to its end what a run was killed in that had found the app unhealthy. A release of somebody else's is left.
 * @throws Failure where the code from before is not released, or a process type of it is not back.
 */
export async function finishGoingBack(
  run: Pick<Run, 'ports' | 'budget'>,
  journal: JournalKeeper,
): Promise<readonly string[]> {
  const { closingHeroku: heroku, log } = run.ports;
  const { current: found } = journal;
  const app = found.app.name;
  const release = await heroku.currentRelease(app);
  const known = release !== undefined && (found.releases.includes(release.id) || isPutBack(release, found));
  if (known) {
    const { refused } = await goBack(run, journal);
    if (refused.length > 0) throw notScaledBack(app, refused);
    log.info(`The code of v${found.found.release?.version ?? '?'} serves ${app} again (\`on-unhealthy\`).`);
  } else {
    log.warn(`v${release?.version ?? '?'} is somebody else’s release; ${app} is left as it is.`);
  }
  await journal.note({ ...endOf(found), goingBack: false });
  return [];
}

/** By itself, the app is to be recovered once more. */
export function notScaledBack(
  app: string,
  refused: readonly string[],
  next = `heroku-cd recover --app-name ${app}`,
): Failure {
  return new Failure({ what: `These could not be scaled back on ${app}: ${refused.join('; ')}.`, next });
}
