import { HerokuCdError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { messageOf } from '../output/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Heroku, ProcessFormation, Release, ScaleUpdate } from '../ports/heroku.ts';
import type { Log } from '../ports/log.ts';
import type { Limit } from '../time/budget.ts';
import { waitFor } from '../time/wait.ts';
import { isPassing } from './persist.ts';

/** What became of the process types that a window had stopped. */
export interface PutBack {
  readonly restored: readonly string[];
  /** Somebody gave them another quantity since; it is theirs. */
  readonly left: readonly string[];
  /** The app has no such type any more. */
  readonly missing: readonly string[];
  /** Heroku refused them, each with its reason. */
  readonly refused: readonly string[];
  /** As it was read in the end. */
  readonly formation: readonly ProcessFormation[];
}

/** What was read a moment ago: releases newest first, at least {@link RECENT} where there are so many. */
export interface SeenBefore {
  readonly formation: readonly ProcessFormation[];
  readonly releases: readonly Release[];
}

/** How many releases of a window are looked through for types that Heroku has forgotten. */
export const RECENT = 20;

/** Under preboot Heroku refuses to scale while old and new dynos overlap, so a refusal may pass. */
const SECOND_ROUND_MS = 15_000;
const PROOF_MS = 60_000;

/**
 * Brings stopped process types back as they were found. A type whose quantity is not the zero that we set,
 * or whose size is another one, is somebody else's business by now; only what Heroku itself has forgotten,
 * because a release lacked the type, is set whole. A batch that Heroku refuses is sent again type by type.
 * @throws HerokuApiError where Heroku cannot be reached: nothing is known then, and it may be done again.
 */
export async function putProcessesBack(
  heroku: Heroku,
  log: Log,
  journal: Journal,
  options: { clock: Clock; limit: Limit; seen?: SeenBefore },
): Promise<PutBack> {
  const app = journal.app.name;
  const { formation: live, releases } = options.seen ?? (await readSeen(heroku, app));
  const { forgotten, cameBack } = await forgottenTypes(heroku, journal, releases);
  const updates: ScaleUpdate[] = [];
  const left: string[] = [];
  const missing: string[] = [];
  for (const found of journal.found.formation) {
    const { type, quantity, size } = found;
    const now = live.find((one) => one.type === type);
    const stopped = journal.set.stopped.includes(type);
    if (now === undefined) {
      if (stopped || (type === 'web' && quantity > 0)) missing.push(type);
    } else if (forgotten.has(type)) {
      if (now.quantity !== quantity || now.size !== size) updates.push({ type, quantity, size });
    } else if (cameBack.has(type) && now.quantity === 0) {
      if (quantity > 0) updates.push({ type, quantity, size });
    } else if (stopped) {
      if (now.quantity === 0) updates.push({ type, quantity });
      else if (now.quantity !== quantity) left.push(`${type} (${now.quantity})`);
      if (now.size !== size) left.push(`${type} (${now.size})`);
    }
  }
  const refused = await scaleBack(heroku, log, app, updates, options.clock);
  const restored = updates.filter(({ type }) => !refused.has(type));
  const after = restored.length === 0 ? live : await proveBack(heroku, app, restored, options);
  const reasons = [...refused].map(([type, why]) => `${type}: ${why}`);
  if (restored.length > 0) log.info(`Processes are back: ${describe(after, restored)}.`);
  if (left.length > 0)
    log.warn(`Somebody scaled these in the meantime; they are left as they are: ${left.join(', ')}.`);
  if (refused.size > 0) log.warn(`Heroku refused to scale back: ${reasons.join('; ')}.`);
  if (missing.length > 0)
    log.warn(`The app has no process type ${missing.join(', ')} any more; nothing is scaled there.`);
  return { restored: restored.map(({ type }) => type), left, missing, refused: reasons, formation: after };
}

/** Reads what {@link putProcessesBack} begins with. */
export async function readSeen(heroku: Heroku, app: string): Promise<SeenBefore> {
  const [formation, releases] = await Promise.all([
    heroku.formation(app),
    heroku.releases(app, { max: RECENT }),
  ]);
  return { formation, releases };
}

/**
 * The found types that a release in between lacked, so that Heroku forgot their quantity and size with them (Dev Center:
 * Process Model): `forgotten` where the code from before is current again, `cameBack` where yet another one is.
 */
async function forgottenTypes(
  heroku: Heroku,
  { app, found }: Journal,
  releases: readonly Release[],
): Promise<Readonly<Record<'forgotten' | 'cameBack', ReadonlySet<string>>>> {
  const lacked = new Set<string>();
  const none = new Set<string>();
  if (found.release === null || found.slugId === null) return { forgotten: none, cameBack: none };
  const { version } = found.release;
  const since = releases.filter((one) => one.version > version);
  const now = since.find(({ current }) => current)?.slugId;
  // What the code of today has is in the formation.
  const looked = new Set([undefined, found.slugId, now]);
  for (const { slugId, status } of since) {
    if (slugId === undefined || looked.has(slugId) || status !== 'succeeded') continue;
    looked.add(slugId);
    const { processTypes } = await heroku.slug(app.name, slugId);
    for (const { type } of found.formation) if (!(type in processTypes)) lacked.add(type);
  }
  return now === found.slugId
    ? { forgotten: lacked, cameBack: none }
    : { forgotten: none, cameBack: now === undefined ? none : lacked };
}

/** Scales all at once, else each for itself, and what is refused even so once more after a while. */
async function scaleBack(
  heroku: Heroku,
  log: Log,
  app: string,
  updates: readonly ScaleUpdate[],
  clock: Clock,
): Promise<ReadonlyMap<string, string>> {
  const refused = new Map<string, string>();
  const attempt = async (batch: readonly ScaleUpdate[]): Promise<string | undefined> => {
    try {
      await heroku.scale(app, batch);
      return undefined;
    } catch (error) {
      if (!(error instanceof HerokuCdError) || isPassing(error)) throw error;
      return messageOf(error);
    }
  };
  if (updates.length === 0) return refused;
  const why = await attempt(updates);
  if (why === undefined) return refused;
  log.warn(`Scaling back was refused (${why}); now one process type after the other.`);
  let rest = updates;
  for (const pause of [0, SECOND_ROUND_MS]) {
    if (rest.length === 0) break;
    await clock.sleep(pause);
    for (const update of rest) {
      const reason = await attempt([update]);
      if (reason === undefined) refused.delete(update.type);
      else refused.set(update.type, reason);
    }
    rest = rest.filter(({ type }) => refused.has(type));
  }
  return refused;
}

/** An answer is no proof: the formation is read back, and none of the types may be at our zero any more. */
async function proveBack(
  heroku: Heroku,
  app: string,
  restored: readonly ScaleUpdate[],
  { clock, limit }: { clock: Clock; limit: Limit },
): Promise<readonly ProcessFormation[]> {
  return waitFor(
    async () => {
      const now = await heroku.formation(app);
      const back = restored.every(
        (one) => one.quantity === 0 || now.some(({ type, quantity }) => type === one.type && quantity > 0),
      );
      return back ? now : undefined;
    },
    {
      clock,
      limit: { ...limit, ms: Math.min(limit.ms, PROOF_MS) },
      what: `${restored.map(({ type }) => type).join(', ')} to be scaled as before`,
    },
  );
}

function describe(formation: readonly ProcessFormation[], updates: readonly ScaleUpdate[]): string {
  return formation
    .filter(({ type }) => updates.some((one) => one.type === type))
    .map(({ type, quantity, size }) => `${type}=${quantity}:${size}`)
    .join(' ');
}
