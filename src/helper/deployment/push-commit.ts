import { Failure, Refusal } from '../errors.ts';
import type { PushOutcome } from '../ports/git.ts';
import type { Build } from '../ports/heroku.ts';
import { formatDuration } from '../time/format.ts';
import { requireKnownDescent } from './check-clone.ts';
import type { Preflight, Run } from './deploy-state.ts';
import { short } from './facts.ts';
import { activityOf, followBuild, rejected } from './follow-build.ts';
import type { OurBuild } from './our-build.ts';

/** `no-build`: Heroku holds the commit, or does not let the branch move to it, and built nothing. */
export type PushResult = { readonly kind: 'built'; readonly build: Build } | { readonly kind: 'no-build' };

const MAX_PUSHES = 4;
/** How long a build may take to appear after a push whose answer was lost. */
const APPEARANCE_MS = 15_000;
const RATE_LIMIT_PAUSE_MS = 30_000;
const UNREACHABLE_PAUSE_MS = 2_000;
/** Remote lines by which Heroku says that it cannot build now, though nothing is wrong with the code. */
const BUSY = /concurrent builds limit|build (?:is )?(?:already )?(?:in progress|running)|another build/i;

/**
 * Pushes until Heroku has a build of the commit or refuses it for good. A second push is harmless: where
 * the first one landed, git finds nothing to do.
 */
export async function pushCommit(
  run: Run,
  before: Preflight,
  ours: OurBuild,
  lease: string | undefined,
): Promise<PushResult> {
  const { clock, log, signal } = run.ports;
  const waitEnd = clock.now() + run.budget.limit({ ms: run.settings['git-wait'], parameter: 'git-wait' }).ms;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const outcome = await pushOnce(run, before, lease);
    if (signal.aborted && outcome.kind === 'lost' && !outcome.unsent) ours.mayAppear();
    signal.throwIfAborted();
    switch (outcome.kind) {
      case 'pushed':
        return { kind: 'built', build: await requireBuild(run, before, ours) };
      case 'up-to-date':
        return adopt(run, before, ours);
      case 'non-fast-forward':
        requireKnownDescent(before.app, before.clone.commit, run.settings.force);
        // Descent from the deployed commit was checked; only Heroku's branch is elsewhere, as after a rollback.
        return { kind: 'no-build' };
      case 'stale-lease':
        return { kind: 'no-build' };
      case 'declined':
        if (!outcome.lines.some((line) => BUSY.test(line))) {
          const { name } = before.app.app;
          throw rejected(
            `Heroku refused the push of ${short(before.clone.commit)} to ${name}.`,
            name,
            outcome.lines,
            log,
          );
        }
        await pause(run, waitEnd, RATE_LIMIT_PAUSE_MS, 'Heroku is busy building for this account');
        break;
      case 'rate-limited':
        await pause(
          run,
          waitEnd,
          outcome.retryAfterMs ?? RATE_LIMIT_PAUSE_MS,
          'Heroku’s limit of git requests is used up',
        );
        break;
      case 'lost': {
        log.warn(`The push broke off (${outcome.message}); looking for what became of it.`);
        const build = await appearing(run, ours);
        if (build !== undefined) {
          return {
            kind: 'built',
            build: await followBuild(run, before.app.app.name, build, { stream: true }),
          };
        }
        if (attempt >= MAX_PUSHES) throw unsent(before, outcome.message);
        log.info('Heroku has no build of it: pushing again.');
        break;
      }
      case 'unreachable':
        if (attempt >= MAX_PUSHES) throw unsent(before, outcome.message);
        log.warn(`Heroku’s git server cannot be reached (${outcome.message}); trying again.`);
        await clock.sleep(UNREACHABLE_PAUSE_MS * attempt, signal);
        break;
      default:
        throw refusedPush(before, outcome);
    }
  }
}

async function pushOnce(run: Run, before: Preflight, lease: string | undefined): Promise<PushOutcome> {
  const { git, log, apiKey, gitBase, signal } = run.ports;
  const limit = run.budget.limit({ ms: run.settings['build-timeout'], parameter: 'build-timeout' });
  return git.push({
    url: `${gitBase}/${before.app.app.name}.git`,
    apiKey,
    commit: before.clone.commit,
    branch: run.settings['heroku-branch'],
    ...(lease === undefined ? {} : { lease }),
    onLine: (line) => log.output('heroku', line),
    timeoutMs: limit.ms,
    signal,
  });
}

/** After an accepted push: the build must be in Heroku's list, and have succeeded. */
async function requireBuild(run: Run, before: Preflight, ours: OurBuild): Promise<Build> {
  const build = await appearing(run, ours);
  if (build !== undefined)
    return followBuild(run, before.app.app.name, build, { stream: false, justRead: true });
  throw new Failure({
    what: `Heroku took the push of ${short(before.clone.commit)} and lists no build of it.`,
    why: 'A push that builds nothing deploys nothing.',
    next: `See ${activityOf(before.app.app.name)} and run the job again.`,
  });
}

/** The branch on Heroku is at the commit already: perhaps by an earlier attempt of this very run. */
async function adopt(run: Run, before: Preflight, ours: OurBuild): Promise<PushResult> {
  const build = await ours.find();
  return build === undefined
    ? { kind: 'no-build' }
    : { kind: 'built', build: await followBuild(run, before.app.app.name, build, { stream: true }) };
}

async function appearing(run: Run, ours: OurBuild): Promise<Build | undefined> {
  const { clock, signal } = run.ports;
  const end = clock.now() + APPEARANCE_MS;
  for (;;) {
    const build = await ours.find();
    if (build !== undefined || clock.now() >= end) return build;
    await clock.sleep(1_000, signal);
  }
}

async function pause(run: Run, end: number, wantedMs: number, why: string): Promise<void> {
  const { clock, log, signal } = run.ports;
  const left = end - clock.now();
  if (left <= 0) {
    throw new Failure({
      what: `${why}, and \`git-wait\` (${formatDuration(run.settings['git-wait'])}) is over. Nothing was changed.`,
      why: 'Heroku counts 75 git requests an hour for each app and user (Dev Center: Limits).',
      next: 'Run the job again later, or raise `git-wait`.',
      parameter: 'git-wait',
    });
  }
  const ms = Math.min(wantedMs, left);
  log.info(`${why}; trying again in ${formatDuration(ms)}.`);
  await clock.sleep(ms, signal);
}

function unsent(before: Preflight, message: string): Failure {
  return new Failure({
    what: `${short(before.clone.commit)} could not be pushed to ${before.app.app.name}: ${message}.`,
    why: `Tried ${MAX_PUSHES} times; Heroku has no build of it.`,
    next: 'See https://status.heroku.com and run the job again.',
  });
}

function refusedPush(
  before: Preflight,
  outcome: Extract<
    PushOutcome,
    { kind: 'unauthorized' | 'not-found' | 'shallow-refused' | 'objects-missing' }
  >,
): Failure | Refusal {
  const name = before.app.app.name;
  switch (outcome.kind) {
    case 'unauthorized':
      return new Refusal({
        what: `Heroku’s git server does not accept the key that its API accepted, for ${name}.`,
        why: 'The key may have been revoked a moment ago, or its scope may not allow pushing.',
        next: 'Set `transport: build`, which needs no git, or make a key that may do everything: `heroku authorizations:create -d "CircleCI deploys" -e 31536000`.',
        parameter: 'api-key',
      });
    case 'not-found':
      return new Refusal({
        what: `Heroku’s git server knows no app ${name} for this key.`,
        next: `Let an owner run \`heroku access:add ADDRESS -a ${name} --permissions deploy\`.`,
        parameter: 'app-name',
      });
    case 'shallow-refused':
      return new Failure({
        what: 'Heroku refused the push because this clone is shallow.',
        next: 'Check out with `checkout: {method: full}`, as the orb’s job does.',
      });
    case 'objects-missing':
      return new Failure({
        what: `This clone lacks objects of ${short(before.clone.commit)}, and its origin does not give them.`,
        why: outcome.message,
        next: 'Check out with `checkout: {method: full}`, as the orb’s job does.',
      });
  }
}
