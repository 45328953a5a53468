import { releaseHold } from '../journal/release-hold.ts';
import type { Settings } from '../../parameters/index.ts';
import { flushBeforeOpening, type FlushPlan, planFlush } from '../deployment/flush.ts';
import { waitForOthers } from '../deployment/preflight.ts';
import { restartDynos } from '../deployment/restart.ts';
import { HerokuCdError, partsOf, Refusal } from '../errors.ts';
import { JournalKeeper, readJournal } from '../journal/keeper.ts';
import type { App } from '../ports/heroku.ts';
import { keeperFromFormation } from '../recovery/from-formation.ts';
import { recoverJournal } from '../recovery/recover.ts';
import { type Closed, closeWindow as close } from '../window/close.ts';
import { settleOneOffs } from '../window/one-offs.ts';
import type { Window } from '../window/window.ts';
import type { Act, Done } from './act.ts';

type Closing = Act<Settings<'window close'>>;

/**
 * Closes a window that was opened by hand: dynos are restarted, processes come back as they were found, the
 * page comes off last. What a person changed meanwhile is left and reported. Without a journal the parameter
 * `formation` says how the process types were. Caches are flushed right before the processes are back.
 * @throws Refusal where the page is on and nothing says how the app was; HerokuCdError of verdict `held`
 * where the window stays as it is, `incomplete` where it is closed and a process type is not back.
 */
export async function closeWindow(run: Closing): Promise<Done> {
  const { ports } = run;
  const app = await ports.heroku.app(run.settings['app-name']);
  const flush = await planFlush(run);
  const found = await findWindow(run, app);
  if (!(found instanceof JournalKeeper)) return found;
  const window: Window = { ...run, journal: found };
  await beforeClosing(run, window);
  const { notBack, caches, unflushed } = await closing(run, window, flush);
  const { set, found: before } = found.current;
  await found.note({ status: 'closed' });
  const page = set.maintenance ? 'the page is off' : 'the page was on before and stays on';
  const what = `The window of ${app.name} is closed: ${page}.`;
  if (notBack.length > 0) throw notAllBack(app, what, notBack, unflushed);
  const done = { what, changed: true, formation: before.formation, caches };
  if (unflushed === undefined) return done;
  const parts = partsOf(unflushed);
  return { ...done, error: new HerokuCdError('incomplete', { ...parts, what: `${what} ${parts.what}` }) };
}

function notAllBack(
  { name }: App,
  what: string,
  types: readonly string[],
  besides?: HerokuCdError,
): HerokuCdError {
  const why = 'The release may no longer have them, or Heroku refused their quantity or size.';
  return new HerokuCdError('incomplete', {
    what: `${what} These process types could not be brought back: ${types.join('; ')}.`,
    why: besides === undefined ? why : `${why} ${besides.what} That does it: ${besides.next ?? ''}`,
    next: `heroku ps:scale -a ${name}`,
  });
}

/** The journal of the window to close; or that there is none to close, which is well. */
async function findWindow(run: Closing, app: App): Promise<JournalKeeper | Done> {
  const { ports, settings } = run;
  const found = await readJournal(ports, app);
  if ('none' in found) {
    if (found.none !== undefined) {
      ports.log.warn(`A journal lies in ${ports.store.directory}, but ${found.none}; it is ignored.`);
    }
    return withoutJournal(run, app, settings.formation);
  }
  const keeper = new JournalKeeper(ports, found.journal);
  if (found.journal.status === 'prepared' || found.journal.status === 'open') {
    ports.log.info(`A run was at work on ${app.name} (${found.journal.writtenAt}); recovering first.`);
    const missing = await recoverJournal(run, keeper).catch((error: unknown) => {
      const isTold = error instanceof HerokuCdError && error.verdict !== 'failed';
      throw isTold ? error : held(run, error);
    });
    const what = `What that run had left on ${app.name} was put back, and the window is closed.`;
    if (missing.length > 0) throw notAllBack(app, what, missing);
    if (keeper.current.status === 'closed') return { what, changed: true };
  }
  const { status, byHand, reason, found: before } = keeper.current;
  if (status === 'closed') {
    return app.maintenance && !before.maintenance
      ? withoutJournal(run, app, settings.formation)
      : nothingToDo(`The window of ${app.name} is closed.`);
  }
  if (byHand) return keeper;
  throw new HerokuCdError('held', {
    what: `The window of ${app.name} stays as it is: nobody opened it by hand, a run holds it.`,
    why: reason ?? 'No reason was noted.',
    next: `mend the cause and push, or run that job again: either continues the window; or open the app as it is: ${releaseHold(keeper.current)}`,
  });
}

async function withoutJournal(run: Closing, app: App, formation: string): Promise<JournalKeeper | Done> {
  const keeper = await keeperFromFormation(run, app, formation);
  if (keeper !== undefined) return keeper;
  if (!app.maintenance)
    return nothingToDo(`The page of ${app.name} is off, and no journal knows of a window.`);
  throw new Refusal({
    what: `formation: the page of ${app.name} is on, and no journal says how the app was before.`,
    why: 'Process types may have been stopped, and zero must not be taken for what is wanted. Nothing was changed.',
    next: `Name the process types as they are to be, such as \`heroku-cd window close --app-name ${app.name} --formation worker=1\`; or, where none was stopped, \`heroku-cd maintenance off --app-name ${app.name}\`.`,
    parameter: 'formation',
  });
}

function nothingToDo(what: string): Done {
  return { what: `${what} Nothing was changed.`, changed: false };
}

/** What still runs is waited for: behind an open door it would meet users, and workers would meet it. */
async function beforeClosing(run: Closing, window: Window): Promise<void> {
  const { signal } = run.ports;
  try {
    await waitForOthers(run, window.settings['app-name']);
    await settleOneOffs(window);
  } catch (error) {
    throw signal.aborted ? error : held(window, error);
  }
}

/** Goes on whatever signal arrives. */
async function closing(
  run: Closing,
  window: Window,
  flush: FlushPlan | undefined,
): Promise<Closed & Awaited<ReturnType<typeof flushBeforeOpening>>> {
  const { ports, settings } = run;
  const { journal } = window;
  const name = settings['app-name'];
  try {
    const current = await ports.closingHeroku.currentRelease(name);
    if (
      current !== undefined &&
      journal.current.releases.length > 0 &&
      !journal.current.releases.includes(current.id)
    ) {
      ports.log.warn(
        `v${current.version} ("${current.description}") was released while the window was open; it is left as it is.`,
      );
    }
    if (settings['restart-dynos']) await restartDynos(run, journal);
    const flushed = flush === undefined ? { caches: [] } : await flushBeforeOpening(run, flush);
    return { ...flushed, ...(await close(window, current)) };
  } catch (error) {
    throw held(window, error, journal);
  }
}

function held({ settings }: Pick<Window, 'settings'>, error: unknown, journal?: JournalKeeper): unknown {
  if (!(error instanceof HerokuCdError)) return error;
  const parts = partsOf(error);
  const app = settings['app-name'];
  return new HerokuCdError('held', {
    ...parts,
    what: `The window of ${app} is still open: ${parts.what}`,
    why: [parts.why, parts.next].filter(Boolean).join(' '),
    next: `heroku-cd window close --app-name ${app}${journal === undefined ? '' : `; or open the app as it is: ${releaseHold(journal.current)}`}`,
  });
}
