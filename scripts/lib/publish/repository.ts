import { PACKED_FILE } from '../../../src/orb/tree/index.ts';
import { runProgram } from '../program.ts';
import type { Obstacle } from './obstacle.ts';
import type { PublishRequest } from './request.ts';

/** Of a dirty tree, as many names as a person reads. */
const NAMES = 8;

/**
 * What in the repository speaks against publishing: anything that is not committed, and, for a release, a
 * tag that does not name the commit at hand.
 */
export async function repositoryObstacles(
  root: string,
  environment: NodeJS.ProcessEnv,
  request: Pick<PublishRequest, 'version' | 'dev'>,
): Promise<Obstacle[]> {
  const git = async (...args: string[]) => runProgram('git', args, { cwd: root, environment });
  const head = await git('rev-parse', '--verify', '--quiet', 'HEAD^{commit}');
  if (head.code !== 0) {
    const said = head.stderr.trim();
    return [
      {
        what: `${root} is no git repository with a commit, so there is no committed orb${said ? ` (${said})` : ''}.`,
        next: 'git clone the project, and publish from the clone',
      },
    ];
  }
  const obstacles: Obstacle[] = [];
  const status = await git('status', '--porcelain', '--untracked-files=normal');
  const changed = status.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.slice(3));
  if (status.code !== 0 || changed.length > 0) {
    const more = changed.length > NAMES ? `, and ${changed.length - NAMES} more` : '';
    obstacles.push({
      what: `The work tree holds what is not committed: ${changed.slice(0, NAMES).join(', ')}${more}${status.stderr.trim()}.`,
      next: 'git status, then commit it or take it away',
    });
  }
  // An ignored file, or one that git was told not to look at, is in no status.
  const committed = await git('rev-parse', '--verify', '--quiet', `HEAD:${PACKED_FILE}`);
  const present = await git('hash-object', '--', PACKED_FILE);
  const differs = committed.code !== 0 || committed.stdout !== present.stdout;
  if (differs && !changed.includes(PACKED_FILE)) {
    obstacles.push({
      what: `${PACKED_FILE} is not the one of the commit.`,
      next: `npm run generate && git add --force ${PACKED_FILE} && git commit`,
    });
  }
  if (request.dev === undefined) {
    const tag = `v${request.version}`;
    const tagged = await git('rev-parse', '--verify', '--quiet', `refs/tags/${tag}^{commit}`);
    if (tagged.code !== 0) {
      obstacles.push({
        what: `There is no tag ${tag}.`,
        next: `git tag --annotate ${tag} --message ${tag} && git push origin ${tag}`,
      });
    } else if (tagged.stdout !== head.stdout) {
      const [at, here] = [tagged.stdout.slice(0, 8), head.stdout.slice(0, 8)];
      obstacles.push({
        what: `The tag ${tag} is at ${at}, and this is ${here}.`,
        next: `git checkout ${tag}, or raise the version: npm version --no-git-tag-version patch && npm run generate`,
      });
    }
  }
  return obstacles;
}
