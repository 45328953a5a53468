import { ReleasePhaseFailed } from '../deployment/release.ts';
import { settleReleases } from '../deployment/undo-shipping.ts';
import { Failure, HerokuCdError, partsOf } from '../errors.ts';
import { releaseAgain } from '../migration/rollback.ts';
import { messageOf } from '../output/message.ts';
import type { App, ProcessFormation, Release } from '../ports/heroku.ts';
import type { Rolling } from './rollback.ts';
import type { Target } from './target.ts';

/** What the app looked like before, and where it was to go. */
export interface Seen {
  readonly releases: readonly Release[];
  readonly current: Release;
  readonly target: Target;
  /** Process types that the target lacks: Heroku forgets their quantity and size (Dev Center: Process Model). */
  readonly lost: readonly ProcessFormation[];
}

/**
 * Takes a rollback back that failed or was interrupted, where that can be done. Gives the error that tells
 * what it all came to.
 */
export async function undoRollback(run: Rolling, app: App, seen: Seen, error: unknown): Promise<unknown> {
  const { signal } = run.ports;
  const told: unknown = signal.aborted ? signal.reason : error;
  const verdict = told instanceof HerokuCdError ? told.verdict : 'failed';
  // What a release phase did stays, and what could not be learned must not be overruled.
  if (verdict === 'incomplete' || verdict === 'unknown') return told;
  try {
    return await takeBack(run, app, seen, told);
  } catch (failure) {
    return new HerokuCdError('incomplete', {
      what: `${messageOf(told)} What was there before could not be put back: ${messageOf(failure)}`,
      next: `heroku-cd rollback v${seen.current.version} --app-name ${app.name}`,
      cause: failure,
    });
  }
}

async function takeBack(run: Rolling, { name }: App, seen: Seen, told: unknown): Promise<unknown> {
  const { closingHeroku: heroku, log, signal } = run.ports;
  const { current, target } = seen;
  await settleReleases(run, heroku, name);
  const newest = seen.releases[0]?.version ?? current.version;
  const since = (await heroku.releases(name, { max: 20 })).filter((one) => one.version > newest);
  const ours = since.find((one) => one.slugId === target.slug.id);
  const phase = target.slug.processTypes['release'] !== undefined;
  if (ours === undefined || ours.status !== 'succeeded') {
    if (ours === undefined || !phase) return told;
    return new ReleasePhaseFailed('incomplete', {
      what: `${messageOf(told)} The release phase of v${ours.version} on ${name} ended ${ours.status}.`,
      why: 'Heroku keeps serving the release from before; what the release phase did to the database stays.',
      next: `heroku releases:output v${ours.version} -a ${name}`,
    });
  }
  if (!ours.current) {
    log.warn(`Another release than v${ours.version} is current on ${name}; it is left as it is.`);
    return told;
  }
  if (phase) {
    return new ReleasePhaseFailed('incomplete', {
      what: `${messageOf(told)} v${ours.version} is current on ${name}, and its release phase has run, so it stays.`,
      next: `heroku ps -a ${name}`,
    });
  }
  if (!signal.aborted) {
    // The release before was given up for a reason: going back to it unasked would be no better.
    return new HerokuCdError('incomplete', {
      ...(told instanceof HerokuCdError ? partsOf(told) : { cause: told }),
      what: `v${ours.version} is current on ${name}, and does not come up: ${messageOf(told)}`,
      next: `heroku logs -a ${name}; back to where it was: heroku-cd rollback v${current.version} --app-name ${name}`,
    });
  }
  if (current.slugId === undefined) throw new Failure({ what: `v${current.version} has no slug.` });
  await releaseAgain(run, name, {
    slugId: current.slugId,
    version: current.version,
    // With the config vars that were today's before.
    ...(run.settings['keep-config'] ? {} : { rollbackTo: current.id }),
  });
  if (seen.lost.length > 0) {
    await heroku.scale(
      name,
      seen.lost.map(({ type, quantity, size }) => ({ type, quantity, size })),
    );
  }
  log.info(`v${current.version} runs again, as it was found.`);
  return told;
}
