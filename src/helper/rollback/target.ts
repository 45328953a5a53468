import { Refusal } from '../errors.ts';
import type { Heroku, Release, Slug } from '../ports/heroku.ts';

/** Where a rollback leads. */
export interface Target {
  readonly release: Release;
  readonly slug: Slug;
}

/** How many builds are looked through for a commit: a request each. */
const MOST_SLUGS = 50;

/**
 * The release to go back to: `v12` or `12`, the newest good release of a commit, or, where nothing is named,
 * the newest good one from before the code of today. `releases`: all of them, newest first.
 * @throws Refusal where there is none, or it never ran.
 */
export async function chooseTarget(
  heroku: Heroku,
  app: string,
  { releases, current, wanted }: { releases: readonly Release[]; current: Release; wanted: string },
): Promise<Target> {
  const withSlug = async (release: Release): Promise<Target> => {
    if (!isGood(release)) throw refusal(app, `v${release.version} is not one that ran: ${whyNot(release)}`);
    return { release, slug: await heroku.slug(app, release.slugId) };
  };
  const [, version] = /^v?(\d{1,6})$/i.exec(wanted) ?? [];
  if (version !== undefined) {
    const named = releases.find((one) => one.version === Number(version));
    if (named === undefined) throw refusal(app, `it has no release v${version}`);
    return withSlug(named);
  }
  if (wanted !== '') return findCommit(heroku, app, releases, wanted);
  // What lies between the first release of today's code and now was given up already.
  const since = releases.findLast((one) => one.status === 'succeeded' && one.slugId === current.slugId);
  const previous = releases.find(
    (one) => isGood(one) && one.version < (since ?? current).version && one.slugId !== current.slugId,
  );
  if (previous === undefined) throw refusal(app, 'no good release with other code is older');
  return withSlug(previous);
}

async function findCommit(
  heroku: Heroku,
  app: string,
  releases: readonly Release[],
  commit: string,
): Promise<Target> {
  const seen = new Set<string>();
  for (const release of releases) {
    if (!isGood(release) || seen.has(release.slugId)) continue;
    if (seen.size === MOST_SLUGS) break;
    seen.add(release.slugId);
    const slug = await heroku.slug(app, release.slugId);
    if (slug.commit?.startsWith(commit.toLowerCase())) return { release, slug };
  }
  throw refusal(app, `none of its last ${seen.size} builds that ran is of the commit ${commit}`);
}

function isGood(release: Release): release is Release & { slugId: string } {
  return release.status === 'succeeded' && release.slugId !== undefined && release.eligible !== false;
}

function whyNot({ status, slugId }: Release): string {
  if (status !== 'succeeded') return `it is ${status}`;
  return slugId === undefined ? 'it has no slug' : 'Heroku does not roll back to it';
}

function refusal(app: string, why: string): Refusal {
  return new Refusal({
    what: `target-version: there is no such release of ${app} to go back to.`,
    why: `${why[0]?.toUpperCase() ?? ''}${why.slice(1)}. Nothing was changed.`,
    next: `See \`heroku releases -a ${app}\`, and name one with \`target-version\`.`,
    parameter: 'target-version',
  });
}
