import type { Run } from '../deployment/deploy-state.ts';
import { isOrBecomes } from '../deployment/late.ts';
import type { UndoOutcome } from '../deployment/undo-stack.ts';
import { Failure, HerokuCdError } from '../errors.ts';
import { HerokuApiError } from '../heroku/index.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { messageOf } from '../output/message.ts';

const PREBOOT = 'preboot';

/**
 * Switches preboot off, where the journal says that this run will: with it, web dynos of the release from
 * before go on serving for some minutes beside the new ones (Dev Center: Preboot). Where Heroku refuses the
 * switch, that is said, and the run goes on.
 * @throws Failure where it is on still.
 */
export async function switchPrebootOff(run: Run, journal: JournalKeeper): Promise<void> {
  const { heroku, log } = run.ports;
  const { app, set, continues } = journal.current;
  if (!set.prebootOff || (await heroku.featureEnabled(app.name, PREBOOT)) !== true) return;
  if (!continues) {
    run.undo.push({
      what: `switch preboot of ${app.name} on again`,
      // The end of the run tries once more, and says so where it stays off.
      run: async () => ((await tryPrebootBack(run, journal)) === undefined ? 'undone' : 'nothing-to-do'),
    });
  }
  try {
    await heroku.setFeature(app.name, PREBOOT, false);
  } catch (error) {
    const { status = 0 } = error instanceof HerokuApiError ? error : {};
    if (status < 400 || status >= 500 || status === 429) throw error;
    log.warn(`Preboot of ${app.name} cannot be switched off here: ${messageOf(error)}`);
    return journal.note({ set: { ...set, prebootOff: false } });
  }
  await requirePreboot(run, app.name, false);
  log.info(`Preboot of ${app.name} is off (\`breaking-migration\`).`);
}

/** Switches preboot on again where this run has switched it off and nobody has touched it since. @throws Failure */
export async function putPrebootBack(
  { ports, budget }: Pick<Run, 'ports' | 'budget'>,
  journal: JournalKeeper,
): Promise<UndoOutcome> {
  const { app, set } = journal.current;
  if (!set.prebootOff) return 'nothing-to-do';
  const isOff = await isOrBecomes(
    { ports, budget },
    async () => (await ports.closingHeroku.featureEnabled(app.name, PREBOOT)) === false,
  );
  if (isOff) {
    await ports.closingHeroku.setFeature(app.name, PREBOOT, true);
    await requirePreboot({ ports }, app.name, true);
    ports.log.info(`Preboot of ${app.name} is on again.`);
  }
  await journal.note({ set: { ...set, prebootOff: false } });
  return isOff ? 'undone' : 'nothing-to-do';
}

/** The same for the end of a run, where all else must go on: gives what kept it off. */
export async function tryPrebootBack(
  run: Pick<Run, 'ports' | 'budget'>,
  journal: JournalKeeper,
): Promise<HerokuCdError | undefined> {
  try {
    await putPrebootBack(run, journal);
    return undefined;
  } catch (error) {
    const app = journal.current.app.name;
    const failure = new HerokuCdError('incomplete', {
      what: `Preboot of ${app}, which was on, could not be switched on again.`,
      why: messageOf(error),
      next: `heroku features:enable preboot -a ${app}`,
      cause: error,
    });
    run.ports.log.warn(`${failure.message} Next: ${failure.next ?? ''}`);
    return failure;
  }
}

async function requirePreboot({ ports }: Pick<Run, 'ports'>, app: string, wanted: boolean): Promise<void> {
  if ((await ports.closingHeroku.featureEnabled(app, PREBOOT)) === wanted) return;
  throw new Failure({ what: `Heroku took the switch of preboot, and it is ${wanted ? 'off' : 'on'} still.` });
}
