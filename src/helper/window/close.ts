import { releaseHold } from '../journal/release-hold.ts';
import { Failure, HerokuCdError } from '../errors.ts';
import { maskEmail } from '../output/masker.ts';
import type { StateNow } from '../deployment/state-now.ts';
import type { Heroku, ProcessFormation, Release } from '../ports/heroku.ts';
import { switchPage } from './page.ts';
import { persistently } from './persist.ts';
import { putProcessesBack, readSeen, RECENT } from './put-back.ts';
import { waitForWeb } from './web.ts';
import type { Window } from './window.ts';

/** What closing a window came to. */
export interface Closed {
  /** Process types that are neither as found nor somebody else's choice. */
  readonly notBack: readonly string[];
  /** The app as it was read once the page was off; absent where the page was none of ours. */
  readonly state?: Pick<StateNow, 'app' | 'formation' | 'release'>;
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
  const seen = await readSeen(heroku, app);
  const current = await currentOf(heroku, app, seen.releases);
  requireOurs(window, ours, current);
  const limit = window.budget.closing();
  const back = await putProcessesBack(heroku, log, journal, { clock, limit, seen });
  const fresh = newcomers(window, back.formation);
  const renamed = fresh.length === 0 ? '' : `; new, and without a dyno: ${fresh.join(', ')}`;
  const closed = {
    notBack: [...back.missing.map((type) => `${type}: no such type any more${renamed}`), ...back.refused],
  };
  if (!journal.set.maintenance) return closed;
  const isMissing = back.missing.includes('web');
  const refused = back.refused.find((one) => one.startsWith('web:'));
  if (isMissing || refused !== undefined) {
    throw new Failure({
      what: `web could not be brought back on ${app}, and nobody would be served without it.`,
      why: refused ?? 'The release has no such process type.',
      next: isMissing
        ? 'Look at the Procfile of the commit; where the app is to serve nobody, scale web to zero before the window.'
        : 'Mend what Heroku names, and do it again.',
    });
  }
  const web = await waitForWeb(heroku, app, {
    clock,
    limit: { ms: Math.min(window.settings['boot-timeout'], limit.ms), parameter: 'boot-timeout' },
    seen: { formation: back.formation, current },
  });
  requireOurs(window, ours, web.current);
  const now = await switchPage(heroku, app, false, { clock, limit: window.budget.closing() });
  log.info(`The maintenance page of ${app} is off.`);
  return { ...closed, state: { app: now, formation: web.formation, release: web.current } };
}

async function currentOf(
  heroku: Heroku,
  app: string,
  newest: readonly Release[],
): Promise<Release | undefined> {
  const isOlder = newest.length === RECENT && !newest.some((one) => one.current);
  return isOlder ? heroku.currentRelease(app) : newest.find((one) => one.current);
}

/** Process types that came with the release: Heroku runs no dyno of them until somebody scales them. */
function newcomers(
  { ports, settings, journal }: Window,
  formation: readonly ProcessFormation[],
): readonly string[] {
  const app = settings['app-name'];
  const { found } = journal.current;
  // Before the first deployment there was no type at all.
  if (found.formation.length === 0) return [];
  const fresh = formation
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
function requireOurs(
  window: Window,
  ours: { readonly id: string } | undefined,
  current: Release | undefined,
): void {
  if (ours === undefined) return;
  const app = window.settings['app-name'];
  if (current?.id === ours.id) return;
  throw new HerokuCdError('held', {
    what: `Somebody else (${maskEmail(current?.userEmail ?? '')}) released v${current?.version ?? '?'} on ${app} while the window was open: "${current?.description ?? ''}".`,
    why: `Whether it fits the database is not known here, so the page of ${app} stays on.`,
    next: releaseHold(window.journal.current),
  });
}
