import { Failure, type ErrorParts } from '../errors.ts';
import { putForgottenBack } from '../health/go-back.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import { releaseEarlierCode } from '../migration/rollback.ts';
import type { Build, Heroku, Release } from '../ports/heroku.ts';
import { waitFor } from '../time/wait.ts';
import type { Preflight, Run } from './deploy-state.ts';
import { short } from './facts.ts';
import { lookFor } from './late.ts';
import type { OurBuild } from './our-build.ts';
import type { Undo, UndoOutcome } from './undo-stack.ts';

/** A release phase ran before the undoing could keep it from running. */
export class ReleasePhaseRan extends Failure {
  readonly database: 'migrated' | 'unknown';

  constructor(database: 'migrated' | 'unknown', parts: ErrorParts) {
    super(parts);
    this.database = database;
  }
}

/**
 * The inverse of shipping: a pending build of ours is cancelled and its end awaited, a pending release is
 * awaited, and should our code run by then, the code from before is released again. A release of anybody
 * else is left alone.
 */
export function undoOfShipping(
  run: Run,
  before: Preflight,
  ours: OurBuild,
  { what, journal }: { what: string; journal: JournalKeeper },
): Undo {
  const heroku = run.ports.closingHeroku;
  return {
    what,
    async run(): Promise<UndoOutcome> {
      if (ours.isAwaited) await awaitAppearance(run, before, ours);
      const build = await stopBuild(run, before.app.app.name, before.clone.commit, ours);
      await awaitRelease(run, before.app.app.name, build);
      await settleReleases(run, heroku, before.app.app.name);
      const current = await heroku.currentRelease(before.app.app.name);
      if (current?.id === before.app.current?.id) {
        await noticeReleasePhase(heroku, before);
        return build === undefined ? 'nothing-to-do' : 'undone';
      }
      if (!(await isOurs(heroku, before, current))) {
        await noticeReleasePhase(heroku, before);
        run.ports.log.warn(
          `v${current?.version ?? '?'} (${current?.description ?? 'no release is current'}) is somebody else’s release; it is left as it is.`,
        );
        return 'nothing-to-do';
      }
      if (current !== undefined) await journal.knowRelease(current.id);
      await refuseAfterReleasePhase(heroku, before, current);
      const { continues, byHand } = journal.current;
      // What was current when a window was held is no code to go back to by itself.
      return continues && !byHand ? 'nothing-to-do' : putBack(run, before, journal);
    },
  };
}

/**
 * A release phase is the migration of an app that has one: where it has succeeded there is no way back.
 * @throws ReleasePhaseRan
 */
async function refuseAfterReleasePhase(
  heroku: Heroku,
  before: Preflight,
  release: Release | undefined,
): Promise<void> {
  if (release?.slugId === undefined) return;
  const slug = await heroku.slug(before.app.app.name, release.slugId);
  if (slug.processTypes['release'] === undefined) return;
  throw new ReleasePhaseRan('migrated', {
    what: `The release phase of v${release.version} has succeeded, so its code stays: the code from before may not fit the database any more.`,
  });
}

/** @throws ReleasePhaseRan where one of ours ended while nobody looked, or was overtaken by another release. */
async function noticeReleasePhase(heroku: Heroku, before: Preflight): Promise<void> {
  const name = before.app.app.name;
  const known = before.app.current?.version ?? 0;
  for (const release of await heroku.releases(name, { max: 5 })) {
    const { version, status, slugId } = release;
    if (version <= known || (status !== 'failed' && status !== 'succeeded') || slugId === undefined) continue;
    const slug = await heroku.slug(name, slugId);
    if (slug.commit !== before.clone.commit || slug.processTypes['release'] === undefined) continue;
    if (status === 'succeeded') {
      throw new ReleasePhaseRan('migrated', {
        what: `The release phase of v${version} has succeeded, though v${version} is not current: the code from before may not fit the database any more.`,
      });
    }
    throw new ReleasePhaseRan('unknown', {
      what: `The release phase of v${release.version} failed: what it did to the database until then stays.`,
    });
  }
}

/** Cancels the pending build of ours, and waits for its end; gives the build, where there is one. */
export async function stopBuild(
  run: Run,
  name: string,
  commit: string,
  ours: OurBuild,
): Promise<Build | undefined> {
  const { closingHeroku: heroku, log, clock } = run.ports;
  const build = await ours.find(heroku);
  if (build?.status !== 'pending') return build;
  log.info(`Cancelling the pending build of ${short(commit)}.`);
  await heroku.cancelBuild(name, build.id);
  return waitFor(
    async () => {
      const now = await heroku.build(name, build.id);
      return now.status === 'pending' ? undefined : now;
    },
    {
      clock,
      limit: run.budget.closing(),
      what: 'the cancelled build to end',
      slowdown: () => heroku.slowdown ?? 1,
    },
  );
}

/** What was asked for without an answer may come about only after the run has been told to stop. */
async function awaitAppearance(run: Run, { app }: Preflight, ours: OurBuild): Promise<void> {
  const { closingHeroku: heroku, log } = run.ports;
  const { name } = app.app;
  const known = Math.max(app.current?.version ?? 0, ...app.releases.map(({ version }) => version));
  log.info('Looking whether Heroku began with it all the same.');
  await lookFor(run, async () => {
    if ((await ours.find(heroku)) !== undefined) return true;
    return (await heroku.releases(name, { max: 5 })).some(({ version }) => version > known);
  });
}

/** A build that could not be cancelled any more becomes a release, though perhaps not at once. */
async function awaitRelease(run: Run, name: string, build: Build | undefined): Promise<void> {
  if (build?.status !== 'succeeded' || build.releaseId !== undefined) return;
  const { closingHeroku: heroku } = run.ports;
  await lookFor(run, async () => (await heroku.build(name, build.id)).releaseId !== undefined);
}

/** Waits until no release is pending. */
export async function settleReleases(
  run: Pick<Run, 'ports' | 'budget'>,
  heroku: Heroku,
  app: string,
): Promise<void> {
  await waitFor(
    async () =>
      (await heroku.releases(app, { max: 5 })).some((one) => one.status === 'pending') ? undefined : true,
    {
      clock: run.ports.clock,
      limit: run.budget.closing(),
      what: 'the pending release to end',
      slowdown: () => heroku.slowdown ?? 1,
    },
  );
}

async function isOurs(heroku: Heroku, before: Preflight, release: Release | undefined): Promise<boolean> {
  if (release?.slugId === undefined) return false;
  const slug = await heroku.slug(before.app.app.name, release.slugId);
  return slug.commit === before.clone.commit;
}

async function putBack(run: Run, before: Preflight, journal: JournalKeeper): Promise<UndoOutcome> {
  const name = before.app.app.name;
  if (before.app.current?.slugId === undefined) {
    throw new Failure({
      what: `${short(before.clone.commit)} is released on ${name}, and there is no earlier code to put back.`,
      next: `Turn the page on with \`heroku maintenance:on -a ${name}\` if nobody should see it.`,
    });
  }
  await releaseEarlierCode(run, journal);
  await putForgottenBack(run, journal);
  return 'undone';
}
