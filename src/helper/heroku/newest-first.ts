import type { Build, Release } from '../ports/heroku.ts';

/** Releases by version, newest first: versions only ever grow. */
export function releasesNewestFirst(releases: readonly Release[]): Release[] {
  return [...releases].sort((a, b) => b.version - a.version);
}

/** Builds by their creation, newest first. Within one second, which is all that Heroku tells, as they came. */
export function buildsNewestFirst(builds: readonly Build[]): Build[] {
  return [...builds].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}

/** Whether a page came newest first, as it was asked for. */
export function isDescending(releases: readonly Release[]): boolean {
  return releases.every((release, index) => {
    const before = releases[index - 1];
    return before === undefined || before.version > release.version;
  });
}
