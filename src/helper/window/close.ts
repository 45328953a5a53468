import { Failure, HerokuCdError } from '../errors.ts';
import { maskEmail } from '../output/masker.ts';
import { switchPage } from './page.ts';
import { persistently } from './persist.ts';
import { putProcessesBack } from './put-back.ts';
import { waitForWeb } from './web.ts';
import type { Window } from './window.ts';

/** What closing a window came to. */
export interface Closed {
  /** Process types that are neither as found nor somebody else's choice. */
  readonly notBack: readonly string[];
}

/**
 * Closes the window forward: processes first, the page last, and only onto web dynos that are up on the
 * current release. Goes on whatever signal arrives, and until the deadline where Heroku cannot be reached.
 * @throws HerokuCdError of verdict `held` when another actor released; Failure when web does not come up.
 */
export async function closeWindow(
  window: Window,
  ours: { readonly id: string } | undefined,
): Promise<Closed> {
  window.guard?.close();
  return persistently(window, () => close(window, ours));
}

async function close(window: Window, ours: { readonly id: string } | undefined): Promise<Closed> {
  const { closingHeroku: heroku, clock, log } = window.ports;
  const { current: journal } = window.journal;
  const app = window.settings['app-name'];
  await requireOurs(window, ours);
  const limit = window.budget.closing();
  const back = await putProcessesBack(heroku, log, journal, { clock, limit });
  const fresh = await newcomers(window);
  const renamed = fresh.length === 0 ? '' : `; new, and without a dyno: ${fresh.join(', ')}`;
  const closed = {
    notBack: [...back.missing.map((type) => `${type}: no such type any more${renamed}`), ...back.refused],
  };
  if (!journal.set.maintenance) return closed;
  if (back.refused.some((one) => one.startsWith('web:'))) {
    throw new Failure({
      what: `web could not be brought back on ${app}, and nobody would be served without it.`,
    });
  }
  await waitForWeb(heroku, app, {
    clock,
    limit: { ms: Math.min(window.settings['boot-timeout'], limit.ms), parameter: 'boot-timeout' },
  });
  await requireOurs(window, ours);
  await switchPage(heroku, app, false, { clock, limit: window.budget.closing() });
  log.info(`The maintenance page of ${app} is off.`);
  return closed;
}

/** Process types that came with the release: Heroku runs no dyno of them until somebody scales them. */
async function newcomers({ ports, settings, journal }: Window): Promise<readonly string[]> {
  const app = settings['app-name'];
  const { found } = journal.current;
  // Before the first deployment there was no type at all.
  if (found.formation.length === 0) return [];
  const fresh = (await ports.closingHeroku.formation(app))
    .filter(({ type, quantity }) => quantity === 0 && !found.formation.some((one) => one.type === type))
    .map(({ type }) => type);
  if (fresh.length > 0) {
    const command = `heroku ps:scale ${fresh.map((type) => `${type}=1`).join(' ')} -a ${app}`;
    ports.log.warn(`New process types without a dyno: ${fresh.join(', ')}. To start them: \`${command}\`.`);
  }
  return fresh;
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
    what: `Somebody else (${maskEmail(current?.userEmail ?? '')}) released v${current?.version ?? '?'} on ${app} while the window was open: "${current?.description ?? ''}".`,
    why: `Whether it fits the database is not known here, so the page of ${app} stays on.`,
    next: `heroku-cd recover --app-name ${app} --release-hold`,
  });
}
