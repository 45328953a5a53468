import type { Settings } from '../../parameters/index.ts';
import { describeState, readStateNow } from '../deployment/state-now.ts';
import { exitCodeOf, type Verdict } from '../exit-codes.ts';
import { HerokuCdError } from '../errors.ts';
import { describeError } from '../deployment/describe-error.ts';
import type { DatabaseOutcome } from '../deployment/result.ts';
import type { Journal } from '../journal/journal.ts';
import { JournalKeeper, readJournal } from '../journal/keeper.ts';
import { recoverJournal, type Recovery } from './recover.ts';

/** What `heroku-cd recover` came to. */
export interface Recovered {
  readonly verdict: Verdict;
  readonly exitCode: number;
  /** What was done, or why nothing was. */
  readonly what: string;
}

/**
 * Puts back what an earlier run left. Safe at any time and any number of times: a closed window is left
 * alone, a held one is opened only with `release-hold`.
 */
export async function recover(run: Recovery, settings: Settings<'recover'>): Promise<Recovered> {
  const { closingHeroku: heroku, log } = run.ports;
  const name = settings['app-name'];
  const app = await heroku.app(name);
  const found = await readJournal(run.ports, app.id);
  if ('none' in found) {
    return done(
      'succeeded',
      `There is no journal to act on${found.none === undefined ? '' : ` (${found.none})`}; nothing was changed.`,
    );
  }
  const { journal } = found;
  if (journal.status === 'closed')
    return done('succeeded', 'The last run closed its window; nothing was changed.');
  const keeper = new JournalKeeper(run.ports, journal);
  if (journal.status === 'held' && !settings['release-hold']) {
    log.info(`The window is held: ${journal.reason ?? 'no reason was noted'}`);
    await tellState(run, name, databaseOf(journal));
    return done('held', 'The window is held on purpose; nothing was changed.');
  }
  try {
    await recoverJournal(run, keeper, { evenHeld: journal.status === 'held' });
    return done('succeeded', 'What the earlier run had left was put back.');
  } catch (error) {
    describeError(log, error);
    const verdict = error instanceof HerokuCdError && error.verdict === 'unknown' ? 'unknown' : 'held';
    await tellState(run, name, databaseOf(keeper.current));
    return done(verdict, error instanceof Error ? error.message : 'It failed.');
  }
}

/** What is known of the database from how far that run had come. */
function databaseOf(journal: Journal): DatabaseOutcome {
  if (journal.stage === 'migrated') return 'migrated';
  return (journal.stage === 'before' || journal.stage === 'window') && !journal.continues
    ? 'untouched'
    : 'unknown';
}

async function tellState(run: Recovery, name: string, database: DatabaseOutcome): Promise<void> {
  const state = await readStateNow(run.ports.closingHeroku, name);
  const next = `heroku-cd recover --app-name ${name} --release-hold`;
  for (const line of describeState(name, state, database, next)) run.ports.log.info(line);
}

function done(verdict: Verdict, what: string): Recovered {
  return { verdict, exitCode: exitCodeOf(verdict), what };
}
