import { PAGE } from '../../parameters/definitions/page.ts';
import type { Settings } from '../../parameters/index.ts';
import { NO_PAGE } from '../../parameters/rules-of-pages.ts';
import { waitForOthers } from '../deployment/preflight.ts';
import { confirmRelease } from '../deployment/release.ts';
import type { Ports } from '../deployment/ports.ts';
import { HerokuCdError, partsOf, Refusal, UnknownOutcome } from '../errors.ts';
import { HerokuApiError } from '../heroku/heroku-api-error.ts';
import { readJournal } from '../journal/keeper.ts';
import { messageOf } from '../output/message.ts';
import { faultsOf } from '../page/judge.ts';
import { loadPage } from '../page/load.ts';
import type { Release } from '../ports/heroku.ts';
import { waitFor } from '../time/wait.ts';
import type { Act, Done } from './act.ts';

type Changing = Act<Pick<Settings<'maintenance-page clear'>, 'app-name' | 'release-timeout' | 'git-wait'>>;
type Parameter = (typeof PAGE)[number]['name'];
/** A page as it is to be; null: Heroku's own. */
type Pages = ReadonlyMap<Parameter, string | null>;

const PARAMETERS = PAGE.map(({ name }) => name);
const nounOf = (parameter: Parameter): string => parameter.replace('-url', '').replace('-', ' ');
/** `maintenance-page-url` → `MAINTENANCE_PAGE_URL` (Dev Center: Error Pages; Maintenance Mode). */
const varOf = (parameter: Parameter): string => parameter.replaceAll('-', '_').toUpperCase();

/**
 * Has Heroku show the pages that are named, once they are known to be shown; an empty one stays as it is.
 * @throws Refusal for pages that browsers would not show there, and while a window is open: nothing was changed.
 */
export function setPages(act: Act<Settings<'maintenance-page set'>>): Promise<Done> {
  const { settings } = act;
  const named = PARAMETERS.filter((parameter) => settings[parameter] !== '');
  if (named.length === 0) {
    throw new Refusal({
      what: 'maintenance-page-url: no page is named.',
      next: 'Give `maintenance-page-url`, `error-page-url` or both; `none` goes back to Heroku’s own.',
      parameter: 'maintenance-page-url',
    });
  }
  return change(act, new Map(named.map((one) => [one, settings[one] === NO_PAGE ? null : settings[one]])));
}

/** Goes back to Heroku's own pages. @throws Refusal while a window is open. */
export function clearPages(act: Changing): Promise<Done> {
  return change(act, new Map(PARAMETERS.map((one) => [one, null])));
}

/** Looks at the pages that the app has. @throws Refusal for those that browsers do not show. */
export async function checkPages({
  ports,
  settings,
}: Act<Settings<'maintenance-page check'>>): Promise<Done> {
  const app = settings['app-name'];
  const pages = await readPages(ports, app);
  await requireShown(ports, pages);
  const own = [...pages].filter(([, address]) => address === null).map(([one]) => nounOf(one));
  const what = `Browsers can show the pages of ${app}.`;
  return {
    what: own.length === pages.size ? `${app} has no pages of its own: Heroku shows its own.` : what,
    lines: own.length === 1 ? [`The ${own[0] ?? ''} is Heroku’s own.`] : [],
    ...told(pages),
  };
}

async function change(run: Changing, wanted: Pages): Promise<Done> {
  const { ports, settings } = run;
  const { heroku, log, signal } = ports;
  const app = settings['app-name'];
  await requireNoWindow(ports, app);
  await requireShown(ports, wanted);
  const found = await readPages(ports, app);
  const changes: Pages = new Map([...wanted].filter(([one, address]) => found.get(one) !== address));
  if (changes.size === 0) {
    return {
      what: `The pages of ${app} are so already; nothing was changed.`,
      changed: false,
      ...told(found),
    };
  }
  await waitForOthers(run, app);
  const [[newest], current] = await Promise.all([
    heroku.releases(app, { max: 1 }),
    heroku.currentRelease(app),
  ]);
  // Nothing of what was read may be old: a window may have opened meanwhile.
  await requireNoWindow(ports, app);
  const names = [...changes.keys()].map(varOf);
  log.warn(
    `Setting ${names.join(' and ')} makes a release of ${app}: every dyno restarts, and a release phase runs where there is one.`,
  );
  signal.throwIfAborted();
  await send(ports, app, changes);
  const release = await judge(run, { newest, current, found, changes });
  return {
    what: `${describe(changes)} The pages of ${app} are set, and v${release.version} is current.`,
    changed: true,
    release: release.version,
    ...told(new Map([...found, ...changes])),
  };
}

/** @throws HerokuCdError where they are as they were; UnknownOutcome where that cannot be read. */
async function send(ports: Ports, app: string, changes: Pages): Promise<void> {
  try {
    await ports.heroku.setConfigVars(
      app,
      Object.fromEntries([...changes].map(([one, to]) => [varOf(one), to])),
    );
  } catch (error) {
    if (!(error instanceof HerokuApiError) || error.effect === 'none') throw error;
    const now = await readPages({ heroku: ports.closingHeroku }, app).catch((unread: unknown) => {
      throw new UnknownOutcome({
        what: `Whether the pages of ${app} are changed could not be learned.`,
        why: `${messageOf(error)} ${messageOf(unread)}`,
        next: 'Run it again: it changes only what is not so already.',
        cause: error,
      });
    });
    if ([...changes].some(([one, to]) => now.get(one) !== to)) throw error;
  }
}

/** @throws HerokuCdError of verdict `incomplete`, or `unknown`: the config vars are set in any case. */
async function judge(
  run: Changing,
  seen: { newest: Release | undefined; current: Release | undefined; found: Pages; changes: Pages },
): Promise<Release> {
  const { ports, settings, budget } = run;
  const { heroku, clock, signal } = ports;
  const app = settings['app-name'];
  const names = [...seen.changes.keys()].map(varOf);
  try {
    const made = await waitFor(
      async () => {
        const rows = await heroku.releases(app, { max: 20 });
        const since = rows.filter(({ version }) => version > (seen.newest?.version ?? 0));
        return (
          since.find(({ description }) => names.some((name) => description.includes(name))) ?? since.at(-1)
        );
      },
      {
        ...{ clock, signal, what: 'the release to appear', slowdown: () => heroku.slowdown ?? 1 },
        limit: budget.limit({ ms: settings['release-timeout'], parameter: 'release-timeout' }),
      },
    );
    const slug = made.slugId === undefined ? undefined : await heroku.slug(app, made.slugId);
    const before = {
      app: { app: await heroku.app(app), current: seen.current },
      clone: { commit: slug?.commit ?? '' },
    };
    const shipped = { release: made, slugId: made.slugId, buildId: undefined };
    const { release } = await confirmRelease(run, before, shipped);
    await requireSet(ports, app, seen.changes);
    return release;
  } catch (thrown) {
    const error: unknown = signal.aborted ? signal.reason : thrown;
    const verdict = error instanceof HerokuCdError && error.verdict === 'unknown' ? 'unknown' : 'incomplete';
    const back = [...seen.changes.keys()].map((one) => `--${one} '${seen.found.get(one) ?? NO_PAGE}'`);
    throw new HerokuCdError(verdict, {
      ...(error instanceof HerokuCdError ? partsOf(error) : { cause: error }),
      what: `The config vars ${names.join(' and ')} of ${app} are set; their release is not known to be good. ${messageOf(error)}`,
      next: `See \`heroku releases -a ${app}\`; back to what was there: heroku-cd maintenance-page set --app-name ${app} ${back.join(' ')}`,
    });
  }
}

/** @throws Refusal where the page is on or a run of ours is at work: the release would restart what stands still. */
async function requireNoWindow(ports: Ports, name: string): Promise<void> {
  const app = await ports.heroku.app(name);
  const kept = await readJournal(ports, app);
  const status = 'journal' in kept ? kept.journal.status : 'closed';
  if (!app.maintenance && status === 'closed') return;
  throw new Refusal({
    what: `${app.maintenance ? `The maintenance page of ${name} is on` : `A run was at work on ${name} and has not finished`}, so its pages are not changed.`,
    why: 'Changing them makes a release and restarts every dyno, also those that must stand still in a window.',
    next: 'Change the pages once the window is closed.',
  });
}

async function readPages({ heroku }: Pick<Ports, 'heroku'>, app: string): Promise<Pages> {
  const vars = await heroku.configValues(app, /^(?:MAINTENANCE|ERROR)_PAGE_URL$/);
  return new Map(PARAMETERS.map((one) => [one, vars.get(varOf(one))?.reveal() || null]));
}

/** @throws HerokuCdError where somebody else has set them to something else. */
async function requireSet(ports: Ports, app: string, wanted: Pages): Promise<void> {
  const now = await readPages(ports, app);
  const other = [...wanted].find(([one, address]) => now.get(one) !== address);
  if (other === undefined) return;
  throw new HerokuCdError('incomplete', { what: `Somebody has changed ${varOf(other[0])} since.` });
}

/** @throws Refusal that names everything that is wrong with any of them. */
async function requireShown({ clock, signal, log }: Ports, pages: Pages): Promise<void> {
  const wrong = await Promise.all(
    [...pages].map(async ([parameter, address]) => {
      if (address === null) return [];
      const page = await loadPage(address, { clock, signal });
      const faults = typeof page === 'string' ? [page] : faultsOf(page);
      if (faults.length === 0) log.info(`The ${nounOf(parameter)} ${address} can be shown.`);
      return faults.map((fault) => ({ parameter, fault: `${parameter}: ${address}: ${fault}.` }));
    }),
  );
  const [first, ...more] = wrong.flat();
  if (first === undefined) return;
  throw new Refusal({
    what: [first, ...more].map(({ fault }) => fault).join('\n'),
    why: 'Heroku shows the page in a frame, on each of the app’s own domains.',
    next: 'Correct the page or how it is served; nothing was changed.',
    parameter: first.parameter,
  });
}

function describe(pages: Pages): string {
  return [...pages]
    .map(([one, to]) => `The ${nounOf(one)} is ${to === null ? 'Heroku’s own' : to}.`)
    .join(' ');
}

/** For `--json`. */
function told(pages: Pages): Readonly<Record<string, string | null>> {
  return {
    maintenancePage: pages.get('maintenance-page-url') ?? null,
    errorPage: pages.get('error-page-url') ?? null,
  };
}
