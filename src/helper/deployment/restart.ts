import { HerokuCdError } from '../errors.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { messageOf } from '../output/message.ts';
import { hasOneOffNumber } from '../window/one-offs.ts';
import { persistently } from '../window/persist.ts';
import type { Run } from './deploy-state.ts';

/**
 * Restarts the app's dynos after a migration: they booted before it and know the schema from before. A
 * restart whose answer was lost is proven by the dynos that are listed afterwards. Goes on until the deadline
 * where Heroku cannot be reached, because the app is behind its page until then.
 */
export function restartDynos(run: Pick<Run, 'ports' | 'budget'>, journal: JournalKeeper): Promise<void> {
  return persistently(run, () => restart(run, journal));
}

async function restart(run: Pick<Run, 'ports'>, journal: JournalKeeper): Promise<void> {
  const { closingHeroku: heroku, log } = run.ports;
  const app = journal.current.app.name;
  // A one-off dyno is not restarted, whatever its type, and the release phase's neither.
  const before = (await heroku.dynos(app)).filter(
    ({ name, type }) => type !== 'run' && type !== 'release' && !hasOneOffNumber(name),
  );
  if (before.length === 0) return;
  try {
    await heroku.restartDynos(app);
  } catch (error) {
    if (!(error instanceof HerokuCdError)) throw error;
    const now = await heroku.dynos(app);
    const old = before.filter((dyno) =>
      now.some((one) => one.id === dyno.id && one.createdAt === dyno.createdAt),
    );
    if (old.length === 0) return;
    log.warn(
      `The restart was not answered (${messageOf(error)}), and ${old.map((dyno) => dyno.name).join(', ')} did not restart; once more.`,
    );
    await heroku.restartDynos(app);
  }
  log.info(`Restarted ${before.length} ${before.length === 1 ? 'dyno' : 'dynos'}.`);
}
