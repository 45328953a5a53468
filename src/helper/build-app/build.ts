import type { Settings } from '../../parameters/index.ts';
import type { Preflight, Run } from '../deployment/deploy-state.ts';
import { short } from '../deployment/facts.ts';
import { activityOf } from '../deployment/follow-build.ts';
import { OurBuild } from '../deployment/our-build.ts';
import type { Ports } from '../deployment/ports.ts';
import { findBuilt, type Act, type Shipping } from '../deployment/shipping.ts';
import { buildFromTarball, tarballActs } from '../deployment/tarball.ts';
import { folderOfSlug, readProcfile, transportOf } from '../deployment/transport.ts';
import { stopBuild } from '../deployment/undo-shipping.ts';
import { Failure, HerokuCdError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { messageOf } from '../output/message.ts';
import type { Build, Release } from '../ports/heroku.ts';
import { requireFitToBuild } from './compare.ts';

/** A build that the build app is to make. */
export interface BuildThere {
  readonly app: string;
  /** What it had built before. */
  readonly builds: readonly Build[];
  /** The folder that it is built from; empty for the top of the repository. */
  readonly directory: string;
}

/** What planning needs of a run. */
interface Question {
  readonly ports: Pick<Ports, 'heroku' | 'git'>;
  readonly settings: Pick<
    Settings<'deploy'>,
    'app-name' | 'build-app' | 'build-config-ignore' | 'transport' | 'app-directory'
  >;
}

/**
 * Where the commit has to be built and `build-app` is named: its slug where the build app has one of this
 * commit, or that it is to be built there.
 * @throws Refusal where a slug of the build app would not be the app's, or building there could do harm.
 */
export async function planBuild(
  { ports, settings }: Question,
  commit: string,
  shipping: Shipping,
  { prepared, current }: { prepared?: Journal | undefined; current: Release | undefined },
): Promise<{ readonly shipping: Shipping; readonly buildThere?: BuildThere }> {
  const app = settings['build-app'];
  const isBuilt = shipping.kind === 'push' || shipping.kind === 'tarball';
  if (app === '' || !isBuilt) return { shipping };
  const { heroku, git } = ports;
  const builder = await requireFitToBuild(heroku, {
    app: settings['app-name'],
    buildApp: app,
    ignore: settings['build-config-ignore'].split(/[\s,]+/).filter(Boolean),
    procfile: await readProcfile(git, settings, commit),
  });
  const builds = await heroku.builds(app);
  const { directory } = transportOf(settings);
  // What the first half built is what the second one releases.
  const built =
    prepared?.built?.app === app
      ? { kind: 'slug' as const, slugId: prepared.built.slugId }
      : await findBuilt(heroku, builder, builds, commit, directory);
  if (built === undefined) return { shipping, buildThere: { app, builds, directory } };
  // Only the build app knows from which folder it has built what this app runs.
  const runs = current?.slugId === built.slugId ? current : undefined;
  return { shipping: runs === undefined ? built : { kind: 'nothing', release: runs } };
}

/** The folder that the build app has built a slug from; undefined where it has not built it, or does not tell. */
export async function folderElsewhere(
  { ports: { heroku }, settings: { 'build-app': app } }: Question,
  slugId: string,
): Promise<string | undefined> {
  if (app === '') return undefined;
  try {
    return folderOfSlug(await heroku.builds(app), slugId);
  } catch (error) {
    // An app that is gone, or not for this key to see, is refused where it is needed to build.
    if (error instanceof HerokuCdError && error.verdict === 'refused') return undefined;
    throw error;
  }
}

/** What building there and releasing here will do, in the order of doing it. */
export function describeBuild(
  { app, directory }: BuildThere,
  name: string,
  commit: string,
): { readonly build: readonly Act[]; readonly release: Act } {
  return {
    build: tarballActs(app, commit, directory, {
      what: `build ${short(commit)} on ${app}, while ${name} serves`,
      undo: 'cancel the pending build',
    }),
    release: {
      call: `POST /apps/${name}/releases {"slug":"…"}`,
      what: `release the slug of that build`,
      undo: 'release the code from before again, where there is any',
    },
  };
}

/**
 * Builds the commit on the build app, and gives what the later phases need to release its slug here. When it
 * fails or is interrupted, the pending build is cancelled: nothing was changed on the app itself.
 * @throws Failure of the build; the signal's reason.
 */
export async function buildThere(run: Run, before: Preflight, there: BuildThere): Promise<Preflight> {
  const { ports } = run;
  const { commit } = before.clone;
  const name = before.app.app.name;
  ports.log.info(`On ${there.app}: build ${short(commit)}; ${name} serves meanwhile.`);
  let build: Build;
  try {
    build = await buildFromTarball(run, there.app, commit);
  } catch (error) {
    await cancel(run, there, commit);
    throw error;
  }
  await stopDynos(run, there.app);
  if (build.slugId === undefined) {
    throw new Failure({
      what: `The build on ${there.app} has no slug.`,
      next: `See ${activityOf(there.app)}.`,
    });
  }
  // The snapshot comes after the build, however long that took; all else is compared before the page goes on.
  const app = { ...before.app, formation: await ports.heroku.formation(name) };
  return { ...before, app, shipping: { kind: 'slug', slugId: build.slugId } };
}

async function cancel(run: Run, { app, builds }: BuildThere, commit: string): Promise<void> {
  const { closingHeroku: heroku, log } = run.ports;
  try {
    await stopBuild(run, app, commit, new OurBuild({ heroku, app, commit, before: builds }));
  } catch (error) {
    log.warn(`The build on ${app} may still be pending: ${messageOf(error)}`);
  }
}

/** Heroku starts a web dyno with an app's first release; preflight has seen that there was none before. */
async function stopDynos({ ports }: Run, app: string): Promise<void> {
  const { closingHeroku: heroku, log } = ports;
  const started = (await heroku.formation(app)).filter(({ quantity }) => quantity > 0);
  if (started.length === 0) return;
  await heroku.scale(
    app,
    started.map(({ type }) => ({ type, quantity: 0 })),
  );
  log.info(`Stopped what Heroku started on ${app}: ${started.map(({ type }) => type).join(', ')}.`);
}
