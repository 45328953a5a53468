import { Failure } from '../errors.ts';
import { HerokuApiError } from '../heroku/heroku-api-error.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import type { Build } from '../ports/heroku.ts';
import type { Preflight, Run, Shipped } from './deploy-state.ts';
import { short } from './facts.ts';
import { OurBuild } from './our-build.ts';
import { pushCommit } from './push-commit.ts';
import { describeShipping } from './shipping.ts';
import { buildFromTarball } from './tarball.ts';
import { undoOfShipping } from './undo-shipping.ts';

/**
 * Brings the commit to the app. What it gives back is a release to judge: that a push or a build has
 * ended proves nothing.
 */
export async function ship(run: Run, before: Preflight, journal: JournalKeeper): Promise<Shipped> {
  const { log, heroku } = run.ports;
  const { app, clone, shipping } = before;
  const name = app.app.name;
  if (shipping.kind === 'nothing') {
    log.info(
      `${short(clone.commit)} is deployed already, as v${shipping.release.version}: nothing is pushed.`,
    );
    return { release: shipping.release, slugId: shipping.release.slugId, buildId: undefined };
  }
  await requireUnchanged(run, before);
  const ours = new OurBuild({ heroku, app: name, commit: clone.commit, before: app.builds });
  for (const act of describeShipping(shipping, app, clone.commit, run.settings['heroku-branch'])) {
    log.info(`On ${name}: ${act.what}.`);
    if (act.harmless) continue;
    run.undo.push(undoOfShipping(run, before, ours, { what: act.undo, journal }));
  }
  try {
    return await send(run, before, ours);
  } catch (error) {
    const isCutOff =
      run.ports.signal.aborted && error instanceof HerokuApiError && error.effect === 'unknown';
    if (isCutOff) ours.mayAppear();
    throw error;
  }
}

async function send(run: Run, before: Preflight, ours: OurBuild): Promise<Shipped> {
  const { clone, shipping } = before;
  if (shipping.kind === 'slug') return releaseSlug(run, before, shipping.slugId);
  if (shipping.kind === 'push') {
    const pushed = await pushCommit(run, before, ours, shipping.lease);
    if (pushed.kind === 'built') return fromBuild(pushed.build);
    run.ports.log.info(
      'Heroku has this commit without a build of it to release: building it through the Builds API.',
    );
  }
  const unchanged = (): Promise<void> => requireUnchanged(run, before);
  return fromBuild(await buildFromTarball(run, before.app.app.name, clone.commit, unchanged));
}

/**
 * The last look before an act that git cannot guard by a lease of its own.
 * @throws Failure when somebody else released in between.
 */
async function requireUnchanged(run: Run, before: Preflight): Promise<void> {
  const now = await run.ports.heroku.currentRelease(before.app.app.name);
  if (now?.id === before.app.current?.id) return;
  throw new Failure({
    what: `Somebody else released v${now?.version ?? '?'} on ${before.app.app.name} while this run was preparing.`,
    why: now === undefined ? 'The release that was current is gone.' : `It is "${now.description}".`,
    next: 'Run the job again; a `serial-group` keeps deployments of one app apart.',
  });
}

async function releaseSlug(run: Run, before: Preflight, slugId: string): Promise<Shipped> {
  const release = await run.ports.heroku.createRelease(before.app.app.name, {
    slugId,
    description: `Deploy ${short(before.clone.commit)}`,
  });
  return { release, slugId, buildId: undefined };
}

function fromBuild(build: Build): Shipped {
  return { release: undefined, slugId: build.slugId, buildId: build.id, releaseId: build.releaseId };
}
