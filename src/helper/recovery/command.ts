import type { Settings } from '../../parameters/index.ts';
import { describeBackups } from '../database/backup.ts';
import { checkAccount } from '../deployment/check-app.ts';
import { describeError } from '../deployment/describe-error.ts';
import { Findings } from '../deployment/findings.ts';
import type { DatabaseOutcome } from '../deployment/result.ts';
import { describeState, readStateNow } from '../deployment/state-now.ts';
import { HerokuCdError } from '../errors.ts';
import { exitCodeOf, type Verdict } from '../exit-codes.ts';
import type { Journal } from '../journal/journal.ts';
import { releaseHold } from '../journal/release-hold.ts';
import { JournalKeeper, readJournal } from '../journal/keeper.ts';
import type { App } from '../ports/heroku.ts';
import { keeperFromFormation } from './from-formation.ts';
import { recoverJournal, type Recovery, type RecoverOptions } from './recover.ts';

/** What `heroku-cd recover` came to. */
export interface Recovered {
  readonly verdict: Verdict;
  readonly exitCode: number;
  /** What was done, or why nothing was. */
  readonly what: string;
  /** What else people were told, where somebody has to look. */
  readonly told: Partial<Told>;
}

interface Told {
  readonly database: DatabaseOutcome;
  /** The block `State now:`. */
  readonly stateNow: readonly string[];
  /** The command that goes on from here. */
  readonly next: string;
  readonly error?: unknown;
}

/** What recovering by hand needs. */
interface Command extends Recovery {
  readonly settings: Settings<'recover'>;
}

/**
 * Puts back what an earlier run left. Safe at any time and any number of times: a closed window is left
 * alone, a held one is opened only with `release-hold`, and one of a newer run is that run's own. Without a
 * journal the parameter `formation` says how the process types were.
 * @throws Refusal for a key that is not the `deploy-user`'s, and that names process types or sizes of `formation`
 * that the app does not have.
 */
export async function recover(run: Command): Promise<Recovered> {
  const { ports, settings } = run;
  if (settings['deploy-user'] !== '') await checkAccount(ports.closingHeroku, settings, new Findings());
  const app = await ports.closingHeroku.app(settings['app-name']);
  const found = await readJournal(ports, app);
  if ('none' in found) {
    const why = found.none === undefined ? '' : ` (${found.none})`;
    return withoutJournal(run, app, `There is no journal to act on${why}`);
  }
  const { journal } = found;
  if (journal.status === 'closed' && !settings['release-hold']) {
    if (app.maintenance && !journal.found.maintenance && isOfOtherRun(run, journal)) {
      return withoutJournal(run, app, 'The newest journal is of another run, which closed its window');
    }
    return done('succeeded', 'The last run closed its window; nothing was changed.', {
      database: databaseOf(journal),
    });
  }
  if (journal.status === 'closed') return withoutJournal(run, app, 'The last run closed its window');
  if (isOfNewerRun(run, journal)) {
    return done(
      'succeeded',
      `A newer run took ${app.name} over from this workflow, and began by putting back what was left; nothing was changed.`,
    );
  }
  if (journal.status === 'held' && !settings['release-hold']) {
    ports.log.info(`The window is held: ${journal.reason ?? 'no reason was noted'}`);
    const told = await tellState(run, journal, waysOn(journal));
    return done('held', 'The window is held on purpose; nothing was changed.', told);
  }
  return putBack(run, new JournalKeeper(ports, journal), {
    evenHeld: journal.status === 'held' || settings['release-hold'],
  });
}

/**
 * A recovery may wait for long, and the next pipeline deploy meanwhile: then the window is that one's. Its
 * journal is the newest in the cache, and names the workflows that it came after.
 */
function isOfNewerRun({ ports }: Command, { workflows = [] }: Journal): boolean {
  const own = ports.environment['CIRCLE_WORKFLOW_ID'];
  return own !== undefined && workflows.includes(own) && workflows.at(-1) !== own;
}

/** The journal knows nothing of this workflow's run: that one may have been lost after this one had begun. */
function isOfOtherRun({ ports }: Command, { workflows = [] }: Journal): boolean {
  const own = ports.environment['CIRCLE_WORKFLOW_ID'];
  return own !== undefined && !workflows.includes(own);
}

async function putBack(run: Command, keeper: JournalKeeper, options: RecoverOptions): Promise<Recovered> {
  try {
    const missing = await recoverJournal(run, keeper, options);
    if (keeper.current.status === 'held') {
      const told = await tellState(run, keeper.current);
      return done(
        'held',
        'What the earlier run had begun was put back; the window was opened by hand.',
        told,
      );
    }
    if (missing.length === 0) {
      const database = databaseOf(keeper.current);
      return done('succeeded', 'What the earlier run had left was put back.', { database });
    }
    const told = await tellState(run, keeper.current, `heroku ps:scale -a ${keeper.current.app.name}`);
    return done(
      'incomplete',
      `The app has no process type ${missing.join(', ')} any more; all else was put back.`,
      told,
    );
  } catch (error) {
    describeError(run.ports.log, error);
    const verdict = error instanceof HerokuCdError && error.verdict === 'unknown' ? 'unknown' : 'held';
    const told = await tellState(
      run,
      keeper.current,
      verdict === 'unknown' ? waysOn(keeper.current) : undefined,
    );
    return done(verdict, error instanceof Error ? error.message : 'It failed.', { ...told, error });
  }
}

/** Nothing tells what a run set: then it is for a person to say how the app is to be. */
async function withoutJournal(run: Command, app: App, why: string): Promise<Recovered> {
  const { environment } = run.ports;
  const keeper = await keeperFromFormation(run, app, run.settings.formation);
  if (keeper !== undefined) {
    const commit = environment['CIRCLE_SHA1'] ?? '';
    // Builds of this workflow's commit are a lost run's, and so may be a migration's dyno.
    const journal: Journal = { ...keeper.current, byHand: false, migrates: true, commit };
    return putBack(run, new JournalKeeper(run.ports, journal), { evenHeld: true });
  }
  if (!app.maintenance) return done('succeeded', `${why}; nothing was changed.`);
  const next = `name the process types as they are to be: heroku-cd recover --app-name ${app.name} --formation "worker=1"; or, where none was stopped: heroku-cd maintenance off --app-name ${app.name}`;
  const told = await tellState(run, undefined, next);
  return done(
    'held',
    `${why}, and the page is on: whose it is, and what was stopped, nobody knows; nothing was changed.`,
    told,
  );
}

/** What the run that holds the window has said, too: opening the app as it is is the lesser way. */
function waysOn(journal: Journal): string | undefined {
  return journal.byHand || journal.stage === 'restoring'
    ? undefined
    : `mend the cause and push, or run the job that holds it again: either continues the window; or open the app as it is: ${releaseHold(journal)}`;
}

/** What is known of the database from how far that run had come. */
function databaseOf(journal: Journal | undefined): DatabaseOutcome {
  if (journal?.stage === 'migrated') return 'migrated';
  return (journal?.stage === 'before' || journal?.stage === 'window') &&
    !journal.continues &&
    !isCutOff(journal)
    ? 'untouched'
    : 'unknown';
}

/** Held on the word of what its run wrote before its first change, which is all that the cache has of a lost one. */
function isCutOff({ stage, status, migrates, phaseUnproven }: Journal): boolean {
  return stage === 'before' && status === 'held' && (migrates || phaseUnproven === true);
}

async function tellState(run: Command, journal: Journal | undefined, given?: string): Promise<Told> {
  const name = run.settings['app-name'];
  const state = await readStateNow(run.ports.closingHeroku, name);
  const next =
    given ??
    (journal === undefined || journal.byHand
      ? `heroku-cd ${journal?.byHand ? 'window close' : 'recover --release-hold'} --app-name ${name}`
      : releaseHold(journal));
  const database = databaseOf(journal);
  const backups =
    journal !== undefined && isCutOff(journal) && journal.database === undefined
      ? `not known: heroku-cd backup list --app-name ${name}`
      : describeBackups(journal);
  const stateNow = describeState(name, state, database, next, backups);
  for (const line of stateNow) run.ports.log.info(line);
  return { database, stateNow, next };
}

function done(verdict: Verdict, what: string, told: Partial<Told> = {}): Recovered {
  return { verdict, exitCode: exitCodeOf(verdict), what, told };
}
