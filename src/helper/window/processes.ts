import { Failure } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import type { Journal } from '../journal/journal.ts';
import type { Heroku, ProcessFormation, ScaleUpdate } from '../ports/heroku.ts';
import type { Log } from '../ports/log.ts';
import type { Limit } from '../time/budget.ts';
import { waitFor } from '../time/wait.ts';
import type { Window } from './window.ts';

/** What became of the process types that a window had stopped. */
export interface PutBack {
  readonly restored: readonly string[];
  /** Somebody gave them another quantity since; it is theirs. */
  readonly left: readonly string[];
  /** The app has no such type any more. */
  readonly missing: readonly string[];
  /** Heroku refused them, each with its reason. */
  readonly refused: readonly string[];
}

/** Sets process types to zero and waits until none of their dynos is left. */
export async function stopProcesses(window: Window, types: readonly string[]): Promise<void> {
  if (types.length === 0) return;
  const { heroku } = window.ports;
  await heroku.scale(
    window.settings['app-name'],
    types.map((type) => ({ type, quantity: 0 })),
  );
  await waitUntilGone(window, types);
}

/** @throws Failure that names `scale-timeout` and the dynos that are left. */
export async function waitUntilGone(window: Window, types: readonly string[]): Promise<void> {
  const { heroku, clock, signal } = window.ports;
  await waitFor(
    async () => {
      const left = (await heroku.dynos(window.settings['app-name'])).filter((dyno) =>
        types.includes(dyno.type),
      );
      return left.length === 0 ? true : undefined;
    },
    {
      clock,
      signal,
      limit: window.budget.limit({ ms: window.settings['scale-timeout'], parameter: 'scale-timeout' }),
      what: `the dynos of ${types.join(', ')} to be gone`,
      slowdown: () => heroku.slowdown ?? 1,
    },
  );
}

/**
 * Brings stopped process types back as they were found, quantity and size. A type whose quantity is not the
 * zero that we set is somebody else's business by now. A batch that Heroku refuses is sent again type by type.
 */
export async function putProcessesBack(
  heroku: Heroku,
  log: Log,
  journal: Journal,
  options: { clock: Window['ports']['clock']; limit: Limit },
): Promise<PutBack> {
  const app = journal.app.name;
  const live = await heroku.formation(app);
  const updates: ScaleUpdate[] = [];
  const left: string[] = [];
  const missing: string[] = [];
  for (const type of journal.set.stopped) {
    const found = journal.found.formation.find((one) => one.type === type);
    const now = live.find((one) => one.type === type);
    if (found === undefined || now === undefined) missing.push(type);
    else if (now.quantity === 0) updates.push({ type, quantity: found.quantity, size: found.size });
    else if (now.quantity !== found.quantity) left.push(`${type} (${now.quantity})`);
  }
  const refused = await scaleOneByOneIfRefused(heroku, log, app, updates);
  const restored = updates.map(({ type }) => type).filter((type) => !refused.has(type));
  await proveRestored(heroku, journal, restored, options);
  if (restored.length > 0) log.info(`Processes are back: ${describe(journal, restored)}.`);
  if (left.length > 0)
    log.warn(`Somebody scaled these in the meantime; they are left as they are: ${left.join(', ')}.`);
  if (refused.size > 0) {
    log.warn(
      `Heroku refused to scale back: ${[...refused].map(([type, why]) => `${type} (${why})`).join('; ')}.`,
    );
  }
  if (missing.length > 0)
    log.warn(`The app has no process type ${missing.join(', ')} any more; nothing is scaled there.`);
  return { restored, left, missing, refused: [...refused].map(([type, why]) => `${type}: ${why}`) };
}

async function scaleOneByOneIfRefused(
  heroku: Heroku,
  log: Log,
  app: string,
  updates: readonly ScaleUpdate[],
): Promise<Map<string, string>> {
  const refused = new Map<string, string>();
  if (updates.length === 0) return refused;
  try {
    await heroku.scale(app, updates);
  } catch (error) {
    if (updates.length > 1)
      log.warn(
        `Scaling ${updates.length} process types at once failed (${messageOf(error)}); one by one now.`,
      );
    for (const update of updates) {
      try {
        await heroku.scale(app, [update]);
      } catch (single) {
        refused.set(update.type, messageOf(single));
      }
    }
  }
  return refused;
}

/** An answer is no proof: the formation is read back. */
async function proveRestored(
  heroku: Heroku,
  journal: Journal,
  types: readonly string[],
  options: { clock: Window['ports']['clock']; limit: Limit },
): Promise<void> {
  if (types.length === 0) return;
  const wanted = (formation: readonly ProcessFormation[]): boolean =>
    types.every((type) => {
      const found = journal.found.formation.find((one) => one.type === type);
      const now = formation.find((one) => one.type === type);
      return now !== undefined && now.quantity === found?.quantity;
    });
  await waitFor(async () => (wanted(await heroku.formation(journal.app.name)) ? true : undefined), {
    clock: options.clock,
    limit: options.limit,
    what: `${types.join(', ')} to be scaled as before`,
  });
}

function describe(journal: Journal, types: readonly string[]): string {
  return journal.found.formation
    .filter(({ type }) => types.includes(type))
    .map(({ type, quantity, size }) => `${type}=${quantity}:${size}`)
    .join(' ');
}

/**
 * Waits until every web dyno is up and of the current release. An app whose web is scaled to zero has none to wait for.
 * @throws Failure that names `boot-timeout` and the state of the dynos.
 */
export async function waitForWeb(
  heroku: Heroku,
  app: string,
  options: { clock: Window['ports']['clock']; limit: Limit; signal?: AbortSignal },
): Promise<void> {
  let seen = 'none';
  try {
    await waitFor(
      async () => {
        const [formation, current, dynos] = await Promise.all([
          heroku.formation(app),
          heroku.currentRelease(app),
          heroku.dynos(app),
        ]);
        const quantity = formation.find(({ type }) => type === 'web')?.quantity ?? 0;
        const web = dynos.filter(({ type }) => type === 'web');
        seen = web.map((dyno) => `${dyno.name} ${dyno.state} (v${dyno.releaseVersion})`).join(', ') || 'none';
        const up = web.filter((dyno) => dyno.state === 'up' && dyno.releaseVersion === current?.version);
        return up.length >= quantity && up.length === web.length ? true : undefined;
      },
      {
        clock: options.clock,
        limit: options.limit,
        what: 'every web dyno to be up on the current release',
        ...(options.signal ? { signal: options.signal } : {}),
        slowdown: () => heroku.slowdown ?? 1,
      },
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure({
      what: error.what,
      why: `${error.why ?? ''} Web dynos now: ${seen}.`.trim(),
      next: `Read \`heroku logs -a ${app}\`.`,
      ...(error.parameter === undefined ? {} : { parameter: error.parameter }),
      cause: error,
    });
  }
}
