import { Failure, HerokuCdError } from '../errors.ts';
import { switchPage } from './page.ts';
import { putProcessesBack, waitForWeb } from './processes.ts';
import type { Window } from './window.ts';

/** What closing a window came to. */
export interface Closed {
  /** Process types that are neither as found nor somebody else's choice. */
  readonly notBack: readonly string[];
}

/**
 * Closes the window forward: processes first, the page last, and only onto web dynos that are up on the
 * current release. Goes on whatever signal arrives.
 * @throws HerokuCdError of verdict `held` when another actor released; Failure when web does not come up.
 */
export async function closeWindow(
  window: Window,
  ours: { readonly id: string } | undefined,
): Promise<Closed> {
  const { closingHeroku: heroku, clock, log } = window.ports;
  const app = window.settings['app-name'];
  await requireOurs(window, ours);
  const back = await putProcessesBack(heroku, log, window.journal.current, {
    clock,
    limit: window.budget.closing(),
  });
  const closed = { notBack: [...back.missing, ...back.refused] };
  if (!window.journal.current.set.maintenance) return closed;
  if (
    window.journal.current.set.stopped.includes('web') &&
    !back.restored.includes('web') &&
    !back.left.some((one) => one.startsWith('web '))
  ) {
    throw new Failure({
      what: `web could not be brought back on ${app}, and nobody would be served without it.`,
    });
  }
  await waitForWeb(heroku, app, {
    clock,
    limit: {
      ms: Math.min(window.settings['boot-timeout'], window.budget.closing().ms),
      parameter: 'boot-timeout',
    },
  });
  await requireOurs(window, ours);
  await switchPage(heroku, app, false, { clock, limit: window.budget.closing() });
  log.info(`The maintenance page of ${app} is off.`);
  return closed;
}

/**
 * Right before the page changes, the release that is current must still be the one that was judged.
 * @throws HerokuCdError of verdict `held`: whether a stranger's release fits the database is not known.
 */
async function requireOurs(window: Window, ours: { readonly id: string } | undefined): Promise<void> {
  if (ours === undefined) return;
  const app = window.settings['app-name'];
  const current = await window.ports.closingHeroku.currentRelease(app);
  if (current?.id === ours.id) return;
  throw new HerokuCdError('held', {
    what: `Somebody else released v${current?.version ?? '?'} on ${app} while the window was open: "${current?.description ?? ''}".`,
    why: `Whether it fits the database is not known here, so the page of ${app} stays on.`,
    next: `heroku-cd recover --app-name ${app} --release-hold`,
  });
}
