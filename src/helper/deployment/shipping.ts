import type { App, Build, Heroku, Release } from '../ports/heroku.ts';
import { short, type AppFacts } from './facts.ts';
import { tarballActs } from './tarball.ts';
import { folderOfBuild, type Transport } from './transport.ts';

/** How the commit gets onto the app. */
export type Shipping =
  /** It is deployed already. */
  | { readonly kind: 'nothing'; readonly release: Release }
  /** Heroku has built it before, on this app or on `build-app`: its slug is released. */
  | { readonly kind: 'slug'; readonly slugId: string }
  /** One git push. */
  | { readonly kind: 'push'; readonly lease?: string }
  /** A tarball through the Builds API; `directory`: of this folder, where it is not empty. */
  | { readonly kind: 'tarball'; readonly directory: string };

/** A mutating act, as `plan` lists it and as the log announces it. */
export interface Act {
  /** The call: a command or a request. */
  readonly call: string;
  readonly what: string;
  /** What takes it back. */
  readonly undo: string;
  /** It changes nothing that anybody could notice. */
  readonly harmless?: true;
}

/**
 * Chooses how to ship. A commit that was pushed before and is not current (its release phase failed, or it
 * was rolled back) must not be pushed again: git would find nothing to do and Heroku would build nothing
 * (Dev Center: Deploying with Git).
 */
export async function chooseShipping(
  heroku: Heroku,
  app: AppFacts,
  commit: string,
  { force, tarball, directory }: Transport & { readonly force: boolean },
): Promise<Shipping> {
  const current = currentOf(app, commit, directory);
  if (current !== undefined) return { kind: 'nothing', release: current };
  const built = await findBuilt(heroku, app.app, app.builds, commit, directory);
  if (built !== undefined) return built;
  if (tarball) return { kind: 'tarball', directory };
  // Nothing deployed: no lease, because the branch may exist without a release (a failed first build).
  return force && app.deployedCommit !== undefined
    ? { kind: 'push', lease: app.deployedCommit }
    : { kind: 'push' };
}

/** The current release, where it is of the commit and that folder of it. */
export function currentOf(app: AppFacts, commit: string, directory: string): Release | undefined {
  // Of a slug that another app built it is not known from which folder: rather build once more than not at all.
  const isOurs = app.deployedCommit === commit && (app.deployedFolder ?? '') === directory;
  return isOurs ? app.current : undefined;
}

/**
 * The slug that an app has built of the commit and that folder of it, where it has one. One of another stack than the
 * app is to build on would bring that stack back (Dev Center: Upgrading to the Latest Stack).
 */
export async function findBuilt(
  heroku: Heroku,
  { name, stack, buildStack = stack }: Pick<App, 'name' | 'stack' | 'buildStack'>,
  builds: readonly Build[],
  commit: string,
  directory: string,
): Promise<Extract<Shipping, { kind: 'slug' }> | undefined> {
  for (const build of builds) {
    const { version, status, slugId } = build;
    if (version !== commit || status !== 'succeeded' || slugId === undefined) continue;
    if (folderOfBuild(build) !== directory) continue;
    // Whoever starts a build names its version; the slug's own commit is the stronger witness.
    const slug = await heroku.slug(name, slugId);
    if (slug.stack !== undefined && slug.stack !== buildStack) continue;
    if (slug.commit === undefined || slug.commit === commit) return { kind: 'slug', slugId };
  }
  return undefined;
}

/** What shipping will do, in the order of doing it. Empty where nothing is to be done. */
export function describeShipping(
  shipping: Shipping,
  app: AppFacts,
  commit: string,
  branch: string,
): readonly Act[] {
  const name = app.app.name;
  const before = app.current;
  const putBack =
    before?.slugId === undefined
      ? 'cancel the pending build (there is no earlier code to put back)'
      : `cancel the pending build; should the release be current by then, release the code of v${before.version} again`;
  switch (shipping.kind) {
    case 'nothing':
      return [];
    case 'slug':
      return [
        {
          call: `POST /apps/${name}/releases {"slug":"${shipping.slugId}"}`,
          what: `release the slug that Heroku built from ${short(commit)} before`,
          undo:
            before?.slugId === undefined
              ? 'nothing: there is no earlier code'
              : `release the code of v${before.version} again`,
        },
      ];
    case 'push':
      return [
        {
          call:
            `git push ${shipping.lease === undefined ? '' : `--force-with-lease=refs/heads/${branch}:${short(shipping.lease)} `}` +
            `${app.app.gitUrl} ${short(commit)}:refs/heads/${branch}`,
          what: `push ${short(commit)}; Heroku builds and releases it`,
          undo: putBack,
        },
      ];
    case 'tarball':
      return tarballActs(name, commit, shipping.directory, {
        what: `build ${short(commit)}; Heroku releases it`,
        undo: putBack,
      });
  }
}
