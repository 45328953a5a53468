import { Failure, Refusal } from '../errors.ts';
import type { Run } from '../deployment/deploy-state.ts';
import type { AppFacts } from '../deployment/facts.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { isOrBecomes } from '../deployment/late.ts';
import type { UndoOutcome } from '../deployment/undo-stack.ts';
import { maskEmail } from '../output/masker.ts';
import type { App, ProcessFormation, Release } from '../ports/heroku.ts';
import { WindowGuard } from './guard.ts';
import { type Seen, settleOneOffs } from './one-offs.ts';
import { seePage, switchPage } from './page.ts';
import { persistently } from './persist.ts';
import { putProcessesBack } from './put-back.ts';
import { waitForWeb } from './web.ts';
import type { Window } from './window.ts';

/**
 * Opens the window: the page goes on, then the process types stop, and their dynos are seen gone. The
 * inverse of each is registered before the act.
 * @throws Refusal where the app is no longer as preflight has found it; Failure.
 */
export async function openWindow(run: Run, facts: AppFacts, journal: JournalKeeper): Promise<Window> {
  const { ports, settings, budget } = run;
  const window: Window = { ports, settings, budget, journal };
  const guard = new WindowGuard(window);
  try {
    await guard.open();
    await requireAsSnapshot(run, facts, window);
    const openedAt = run.phases.now();
    await stopEverything(run, window, guard);
    return { ...window, openedAt, guard };
  } catch (error) {
    guard.close();
    throw error;
  }
}

async function stopEverything(run: Run, window: Window, guard: WindowGuard): Promise<void> {
  const { ports, settings } = run;
  const { journal } = window;
  const app = settings['app-name'];
  const { set } = journal.current;
  await journal.note({ status: 'open', stage: 'window' });

  // A held window that this run continues must stay closed when this run fails, too.
  const undo = journal.current.continues ? undefined : run.undo;
  if (set.maintenance) {
    undo?.push({
      what: `switch the maintenance page of ${app} off`,
      run: () => persistently(window, () => undoPage(window)),
    });
    await ports.heroku.setMaintenance(app, true);
  }
  let seen: Seen | undefined;
  if (set.stopped.length > 0) {
    undo?.push({
      what: `scale ${set.stopped.join(', ')} back`,
      run: () => persistently(window, () => undoProcesses(window)),
    });
    seen = await guard.stop(set.stopped);
  }
  // Read back last: it is what the backup relies on as well.
  if (set.maintenance) {
    const limit = scaleLimit(window);
    await seePage(ports.heroku, app, true, { clock: ports.clock, limit, signal: ports.signal });
    ports.log.info(`The maintenance page of ${app} is on.`);
  }
  if (set.stopped.length > 0)
    ports.log.info(`Stopped: ${set.stopped.join(', ')}. None of their dynos is left.`);
  await guard.begin(set.maintenance ? seen : undefined);
}

/**
 * What was read in preflight may be minutes old by now. One-off dynos that are waited for need not be waited for
 * behind the page.
 * @throws Refusal that names what has changed, and who released; Failure where one-off dynos do not end.
 */
async function requireAsSnapshot(run: Run, facts: AppFacts, window: Window): Promise<void> {
  const { heroku } = run.ports;
  const app = run.settings['app-name'];
  const waits = run.settings['running-one-offs'] === 'wait';
  const read = (): Promise<readonly [App, readonly ProcessFormation[], Release | undefined]> =>
    Promise.all([heroku.app(app), heroku.formation(app), heroku.currentRelease(app)]);
  const [first, dynos] = await Promise.all([read(), waits ? heroku.dynos(app) : []]);
  const { waited } = waits ? await settleOneOffs(window, { formation: first[1], dynos }) : { waited: false };
  const [now, formation, current] = waited ? await read() : first;
  const changed = [
    now.maintenance === facts.app.maintenance ? undefined : 'the maintenance page',
    current?.id === facts.current?.id
      ? undefined
      : `the release (v${current?.version ?? '?'} of ${maskEmail(current?.userEmail ?? '')} is current now)`,
    ...facts.formation.map((before) => {
      const live = formation.find(({ type }) => type === before.type);
      return live?.quantity === before.quantity && live.size === before.size
        ? undefined
        : `the process type ${before.type}`;
    }),
  ].filter((one) => one !== undefined);
  if (changed.length === 0) return;
  throw new Refusal({
    what: `Somebody changed ${changed.join(', ')} on ${app} since this run looked.`,
    why: 'The window would be closed again the way it was found, and that is no longer how the app is.',
    next: 'Run the job again; nothing was changed by this one.',
  });
}

function scaleLimit(window: Window): { ms: number; parameter: string } {
  return window.budget.limit({ ms: window.settings['scale-timeout'], parameter: 'scale-timeout' });
}

/**
 * The window may be undone only around the code from before: new code without its migration, or a
 * stranger's, stays behind the page, and so does what is about to become current.
 * @throws Failure
 */
async function requireEarlierCode(window: Window): Promise<void> {
  const { found, commit } = window.journal.current;
  const { closingHeroku: heroku } = window.ports;
  const app = window.settings['app-name'];
  const [builds, releases] = await Promise.all([heroku.builds(app), heroku.releases(app, { max: 5 })]);
  const release = releases.find(({ status }) => status === 'pending');
  if (release !== undefined || builds.some((one) => one.version === commit && one.status === 'pending')) {
    const what =
      release === undefined ? 'A build of this run' : `v${release.version} ("${release.description}")`;
    throw new Failure({
      what: `${what} is pending on ${app}, and may migrate or become current, so the app stays behind the page.`,
    });
  }
  const current = await heroku.currentRelease(app);
  if (current?.id === found.release?.id) return;
  if (current?.slugId !== undefined && current.slugId === found.slugId) return;
  throw new Failure({
    what: `v${current?.version ?? '?'} ("${current?.description ?? 'none'}") is current on ${app}, not the code from before, so it stays behind the page.`,
  });
}

async function undoPage(window: Window): Promise<UndoOutcome> {
  const { closingHeroku: heroku, clock } = window.ports;
  const app = window.settings['app-name'];
  const isOn = async (): Promise<boolean> => (await heroku.app(app)).maintenance;
  if (!(await isOrBecomes(window, isOn))) return 'nothing-to-do';
  await requireEarlierCode(window);
  const stopped = (await heroku.formation(app)).filter(
    (one) => window.journal.current.set.stopped.includes(one.type) && one.quantity === 0,
  );
  if (stopped.length > 0) {
    throw new Failure({
      what: `The page of ${app} stays on, because ${stopped.map(({ type }) => type).join(', ')} could not be brought back.`,
    });
  }
  await waitForWeb(heroku, app, {
    clock,
    limit: {
      ms: Math.min(window.settings['boot-timeout'], window.budget.closing().ms),
      parameter: 'boot-timeout',
    },
  });
  await switchPage(heroku, app, false, { clock, limit: window.budget.closing() });
  return 'undone';
}

async function undoProcesses(window: Window): Promise<UndoOutcome> {
  const { closingHeroku: heroku, log, clock } = window.ports;
  const app = window.settings['app-name'];
  const { found, set } = window.journal.current;
  const isStopped = async (): Promise<boolean> =>
    (await heroku.formation(app)).some(
      ({ type, quantity }) =>
        quantity === 0 &&
        set.stopped.includes(type) &&
        found.formation.some((one) => one.type === type && one.quantity > 0),
    );
  await isOrBecomes(window, isStopped);
  await requireEarlierCode(window);
  const back = await putProcessesBack(heroku, log, window.journal.current, {
    clock,
    limit: window.budget.closing(),
  });
  if (back.refused.length > 0) {
    throw new Failure({ what: `These could not be scaled back: ${back.refused.join('; ')}.` });
  }
  return back.restored.length > 0 ? 'undone' : 'nothing-to-do';
}
