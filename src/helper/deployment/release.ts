import { Failure, HerokuCdError, UnknownOutcome } from '../errors.ts';
import type { Verdict } from '../exit-codes.ts';
import type { Journal } from '../journal/journal.ts';
import { maskEmail } from '../output/masker.ts';
import type { Release, Slug } from '../ports/heroku.ts';
import { TimedOut, waitFor } from '../time/wait.ts';
import type { Preflight, Run, Shipped } from './deploy-state.ts';
import { short } from './facts.ts';

/** A `release` process ended badly: what it did to the database until then stays. */
export class ReleasePhaseFailed extends HerokuCdError {
  readonly database = 'unknown';
}

/** What judging a release needs of a run, and of the app and commit. */
type Judge = Pick<Run, 'ports' | 'budget'> & {
  readonly settings: Pick<Run['settings'], 'release-timeout'>;
};
interface Judged {
  readonly app: Pick<Preflight['app'], 'app' | 'current'>;
  readonly clone: { readonly commit: string };
}

/** The release that was asked for, read back as current. */
export interface Released {
  readonly release: Release;
  /** Whether there is a `release` process, which ran with this release if the release is new. */
  readonly releasePhase: boolean;
  /** Of its slug; undefined where that names none. */
  readonly commit: string | undefined;
  /** The process types of its slug; undefined for an image. */
  readonly types?: readonly string[];
}

/**
 * Waits until the release of our commit has succeeded and is current, and streams its release phase.
 * @throws HerokuCdError of verdict `incomplete` when a release phase failed: the old code serves, and the
 * database may have changed under it. Failure when the release failed without one.
 */
export async function confirmRelease(run: Judge, before: Judged, shipped: Shipped): Promise<Released> {
  const { heroku, log, clock, signal } = run.ports;
  const name = before.app.app.name;
  const limit = run.budget.limit({ ms: run.settings['release-timeout'], parameter: 'release-timeout' });
  const started = clock.now();
  const first = shipped.release ?? (await findRelease(run, before, shipped, limit));
  // What shipping hands on is an answer to a change, or minutes old; what was found was read a moment ago.
  let justRead = shipped.release === undefined ? first : undefined;
  const slug = first.slugId === undefined ? undefined : await heroku.slug(name, first.slugId);
  requireCommit(before, slug);
  // An image (Fir, the stack container) has no slug that tells; output has a release that runs a command (Platform API).
  const releasePhase =
    slug === undefined ? first.outputStreamUrl !== undefined : slug.processTypes['release'] !== undefined;

  const streaming = new AbortController();
  const stream =
    first.status === 'pending' && first.outputStreamUrl !== undefined
      ? heroku
          .streamOutput(first.outputStreamUrl, (line) => log.output('release', line), {
            signal: AbortSignal.any([signal, streaming.signal]),
          })
          .catch(() => false)
      : Promise.resolve(false);
  try {
    const remaining = { ...limit, ms: Math.max(0, limit.ms - (clock.now() - started)) };
    const ended = await waitFor(
      async () => {
        const now = justRead ?? (await heroku.release(name, first.id));
        justRead = undefined;
        if (now.status === 'succeeded' && !now.current) await requireNotOvertaken(run, name, now);
        return now.status === 'pending' || (now.status === 'succeeded' && !now.current) ? undefined : now;
      },
      {
        clock,
        signal,
        limit: remaining,
        what: `v${first.version} to be released`,
        slowdown: () => heroku.slowdown ?? 1,
      },
    );
    await Promise.race([stream, clock.sleep(3_000)]);
    if (ended.status !== 'succeeded') throw failedRelease(name, ended, releasePhase);
    log.info(`v${ended.version} is current on ${name}: ${short(before.clone.commit)}.`);
    const types = slug && { types: Object.keys(slug.processTypes) };
    return { release: ended, releasePhase, commit: slug?.commit, ...types };
  } catch (error) {
    if (error instanceof TimedOut && (await overtaken(run, name, first))) {
      throw new Failure({
        what: `v${first.version} succeeded on ${name}, but another release is current.`,
        why: 'Somebody else released in the meantime.',
        next: `See \`heroku releases -a ${name}\`; a \`serial-group\` keeps deployments apart.`,
      });
    }
    if (error instanceof TimedOut && releasePhase) throw stillPending(name, first, error);
    throw error;
  } finally {
    streaming.abort();
    await stream;
  }
}

/**
 * A typing error in the Procfile must not take an app off the net.
 * @throws Failure where web dynos ran before, and the release has no such process type.
 */
export async function requireWeb(
  { ports }: Pick<Run, 'ports'>,
  { app: { name }, found }: Pick<Journal, 'app' | 'found'>,
  { release, types = [] }: Released,
): Promise<void> {
  const served = found.formation.some(({ type, quantity }) => type === 'web' && quantity > 0);
  if (!served || types.length === 0 || types.includes('web')) return;
  if ((await ports.heroku.formation(name)).some(({ type }) => type === 'web')) return;
  throw new Failure({
    what: `v${release.version} has no process type web, and nobody would be served by ${name}.`,
    why: `Its process types are ${types.join(', ')}, and web dynos ran before.`,
    next: `Look at the Procfile of the commit, mend it and push; where the app is to serve nobody, run \`heroku ps:scale web=0 -a ${name}\` before.`,
  });
}

/** What came after our release; config vars that somebody has set since leave its code where it is. */
export function overtakenBy(
  app: string,
  ours: Release | undefined,
  now: Release | undefined,
  verdict: Verdict,
): HerokuCdError | undefined {
  if (ours === undefined || now === undefined) return undefined;
  if (now.version <= ours.version || now.slugId === ours.slugId) return undefined;
  return new HerokuCdError(verdict, {
    what: `v${ours.version} was released on ${app}, and v${now.version} of ${maskEmail(now.userEmail)} is current: "${now.description}".`,
    why: 'Somebody else released in the meantime.',
    next: `See \`heroku releases -a ${app}\`; a \`serial-group\` keeps deployments apart.`,
  });
}

/** The build's own release, else the newest one with its slug. */
async function findRelease(
  run: Judge,
  before: Judged,
  shipped: Shipped,
  limit: { ms: number; parameter: string },
): Promise<Release> {
  const { heroku, clock, signal } = run.ports;
  const name = before.app.app.name;
  const known = before.app.current?.version ?? 0;
  if (shipped.releaseId !== undefined) return heroku.release(name, shipped.releaseId);
  return waitFor(
    async () => {
      const build = shipped.buildId === undefined ? undefined : await heroku.build(name, shipped.buildId);
      if (build?.releaseId !== undefined) return heroku.release(name, build.releaseId);
      const slugId = build?.slugId ?? shipped.slugId;
      if (slugId === undefined) return undefined;
      const releases = await heroku.releases(name, { max: 20 });
      return releases.find((one) => one.slugId === slugId && one.version > known);
    },
    { clock, signal, limit, what: 'the build’s release to appear', slowdown: () => heroku.slowdown ?? 1 },
  );
}

function requireCommit(before: Judged, slug: Slug | undefined): void {
  const commit = slug?.commit;
  if (commit === undefined || commit === '' || commit === before.clone.commit) return;
  throw new UnknownOutcome({
    what: `The release’s slug was built from ${short(commit)}, not from ${short(before.clone.commit)}.`,
    why: 'Somebody else pushed at the same moment.',
    next: `See \`heroku releases -a ${before.app.app.name}\` and run the job again.`,
  });
}

/**
 * A release that has ended becomes current at once or never: a newer one that is current stays so. While its release
 * phase runs, its own end counts, whatever is current.
 * @throws Failure that says whose release it is.
 */
async function requireNotOvertaken({ ports }: Judge, app: string, ours: Release): Promise<void> {
  const current = await ports.heroku.currentRelease(app);
  if (current === undefined || current.version <= ours.version) return;
  throw new Failure({
    what: `v${ours.version} succeeded on ${app}, but v${current.version} of ${maskEmail(current.userEmail)} is current: "${current.description}".`,
    why: 'Somebody else released in the meantime.',
    next: `See \`heroku releases -a ${app}\`; a \`serial-group\` keeps deployments apart.`,
  });
}

async function overtaken(run: Judge, app: string, release: Release): Promise<boolean> {
  const now = await run.ports.heroku.release(app, release.id);
  return now.status === 'succeeded' && !now.current;
}

function failedRelease(app: string, release: Release, releasePhase: boolean): HerokuCdError {
  const next = `Read \`heroku releases:output v${release.version} -a ${app}\`, mend the cause and push; or, where the code needs no change, run the job again: it releases the same slug without building.`;
  if (!releasePhase) {
    return new Failure({ what: `v${release.version} on ${app} ended ${release.status}.`, next });
  }
  return new ReleasePhaseFailed('incomplete', {
    what: `The release phase of v${release.version} on ${app} ${release.status === 'expired' ? 'expired' : 'failed'}.`,
    why: 'Heroku keeps serving the release from before; what the release phase did to the database until then stays.',
    next,
  });
}

/**
 * Nobody can stop a release phase (Dev Center: Release Phase), so after the limit its end, and what it does to
 * the database, is open.
 */
function stillPending(app: string, release: Release, timedOut: TimedOut): UnknownOutcome {
  return new UnknownOutcome({
    what: `The release phase of v${release.version} on ${app} is still running. ${timedOut.what}`,
    why: `${timedOut.why ?? ''} Heroku gives a release phase one hour, and offers no way to stop it.`.trim(),
    next: `Follow it with \`heroku releases:output v${release.version} -a ${app}\`; when it has ended, run the job again.`,
    parameter: 'release-timeout',
    cause: timedOut,
  });
}
