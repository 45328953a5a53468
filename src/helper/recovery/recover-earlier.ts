import type { Run } from '../deployment/deploy-state.ts';
import { HerokuCdError, Refusal } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { JournalKeeper, readJournal } from '../journal/keeper.ts';
import type { App } from '../ports/heroku.ts';
import { tryPrebootBack } from '../window/preboot.ts';
import { recoverJournal } from './recover.ts';
import { isOpened } from './traces.ts';

/** What an earlier run had left. */
export interface Earlier {
  /** True: something was put back, so what was read before is stale. */
  readonly recovered: boolean;
  /** A held window, which is left as it is and can be continued. */
  readonly held: Journal | undefined;
  /** What the first half of this very deployment has written down. */
  readonly prepared: Journal | undefined;
  /** The journal of the run before this one, as that run or its recovery left it. */
  readonly last?: Journal | undefined;
  /** The workflows that the earlier runs belonged to. */
  readonly workflows?: readonly string[];
}

const NOTHING: Earlier = { recovered: false, held: undefined, prepared: undefined };

/**
 * Every run begins by putting back what an earlier one was killed in the middle of.
 * @throws HerokuCdError of verdict `unknown` where the earlier run's migration is not proven to have ended well.
 */
export async function recoverEarlier(run: Run, app: App): Promise<Earlier> {
  const found = await readJournal(run.ports, app);
  if ('none' in found) {
    if (found.none !== undefined)
      run.ports.log.warn(`A journal lies in ${run.ports.store.directory}, but ${found.none}; it is ignored.`);
    if (run.half === 'continue') throw nothingPrepared(app);
    const old = await readJournal(run.ports, app, { evenOld: true });
    // How old it is says nothing about whether its migration succeeded.
    return 'journal' in old ? { ...NOTHING, last: old.journal } : NOTHING;
  }
  const { journal } = found;
  const nothing: Earlier = { ...NOTHING, last: journal, workflows: journal.workflows ?? [] };
  if (run.half === 'continue') {
    if (journal.status !== 'prepared') throw nothingPrepared(app);
    return { ...nothing, prepared: journal };
  }
  if (journal.status === 'closed') return nothing;
  if (journal.status === 'held' && !journal.byHand && (await isOpened(run.ports.heroku, journal))) {
    run.ports.log.warn(
      `An earlier run held the window of ${app.name} (${journal.reason ?? 'no reason given'}), and somebody has opened it since: this run takes the app as it is now.`,
    );
    // Whoever opened it by hand need not know of what they could not see.
    const recovered = journal.set.prebootOff === true;
    if (recovered) await tryPrebootBack(run, new JournalKeeper(run.ports, journal));
    return { ...nothing, recovered };
  }
  if (journal.status === 'held') {
    run.ports.log.warn(
      journal.byHand
        ? `The window of ${app.name} was opened by hand: this run works in it, and leaves it open.`
        : `An earlier run holds the window of ${app.name}: ${journal.reason ?? 'no reason given'} This run continues it.`,
    );
    return { ...nothing, held: journal };
  }
  run.ports.log.info(`An earlier run was at work on ${app.name} (${journal.writtenAt}); recovering first.`);
  const keeper = new JournalKeeper(run.ports, journal);
  try {
    await recoverJournal(run, keeper, { forNewRun: true });
  } catch (error) {
    if (!(error instanceof HerokuCdError) || error.verdict === 'unknown' || error.verdict === 'held')
      throw error;
    // The app is as the earlier run left it, or in between: that is no "failed, and as it was found".
    throw new HerokuCdError('held', {
      what: `What an earlier run left on ${app.name} could not be put back: ${error.what}`,
      ...(error.why === undefined ? {} : { why: error.why }),
      next: `heroku-cd recover --app-name ${app.name}`,
      cause: error,
    });
  }
  const { current } = keeper;
  return {
    ...nothing,
    last: current,
    recovered: true,
    held: current.status === 'held' ? current : undefined,
  };
}

function nothingPrepared(app: App): Refusal {
  return new Refusal({
    what: `from: nothing is prepared for ${app.name} that this run could go on from.`,
    next: 'Run the first half before, in the same job: `heroku-cd deploy --until window`.',
    parameter: 'from',
  });
}
