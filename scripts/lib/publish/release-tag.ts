import { changelogObstacle } from './changelog.ts';
import type { Obstacle } from './obstacle.ts';

/** The tags from which the pipeline publishes a release; the same pattern is in .circleci/test-deploy.yml. */
const RELEASE = /^v(\d+\.\d+\.\d+)$/;

/**
 * What speaks against publishing the tag that a pipeline is of: the registry takes the version from the tag, and never
 * takes it back, while the helper inside, the examples and the changelog say that of package.json.
 *
 * @param tag undefined or empty on a branch.
 */
export function tagObstacles(tag: string | undefined, version: string, changelog: string): Obstacle[] {
  const tagged = RELEASE.exec(tag ?? '')?.[1];
  if (tagged === undefined) return [];
  if (tagged !== version) {
    return [
      {
        what: `The tag is v${tagged}, and the version of package.json is ${version}.`,
        next: `git push --delete origin v${tagged} && git tag --delete v${tagged}; then npm version --no-git-tag-version ${tagged} && npm run generate, commit, and tag that`,
      },
    ];
  }
  const missing = changelogObstacle(changelog, version);
  return missing === undefined ? [] : [missing];
}
