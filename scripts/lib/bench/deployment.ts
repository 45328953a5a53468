import { join } from 'node:path';
import { costOf } from './child.ts';
import { costFigures, type Figure } from './figures.ts';
import type { LocalWorld } from './local-world.ts';
import type { Materials } from './materials.ts';
import { makeRepository } from './repository.ts';
import { interleave } from './rounds.ts';

/** Lengths of history that are measured. */
const HISTORIES = [100, 1000] as const;

/**
 * A whole deployment of a new commit against a plain push of it, on two apps with the same history. The
 * build takes no time on either side, so that nothing hides what heroku-cd adds.
 */
export async function measureDeployment(
  materials: Materials,
  world: LocalWorld,
  rounds: number,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const commits of HISTORIES) {
    const [ours, plain] = [`bench-ours-${commits}`, `bench-plain-${commits}`];
    world.createApp(ours);
    world.createApp(plain);
    const cwd = join(materials.folder, `repository-${commits}`);
    const repository = await makeRepository(cwd, commits - 1, materials.environment);
    // The first commit of a round belongs to both; the history itself is pushed in the round thrown away.
    const ofRound = new Map<number, Promise<string>>();
    const commitOf = (round: number): Promise<string> => {
      const commit = ofRound.get(round) ?? repository.commit();
      ofRound.set(round, commit);
      return commit;
    };
    const found = await interleave(rounds, {
      push: async (round) => {
        const commit = await commitOf(round);
        const args = ['push', world.pushUrl(plain), `${commit}:refs/heads/main`];
        return costOf({ program: 'git', args, cwd, environment: world.environment }, materials.folder);
      },
      deploy: async (round) => {
        const commit = await commitOf(round);
        const args = [materials.helper, 'deploy', '--app-name', ours];
        const environment = {
          ...world.environment,
          CIRCLE_SHA1: commit,
          HEROKU_CD_STATE_DIR: join(materials.folder, `state-${commits}`),
        };
        return costOf({ program: process.execPath, args, cwd, environment }, materials.folder);
      },
    });
    const called = `\`heroku-cd deploy\` of a new commit after ${commits.toLocaleString('en')} others`;
    figures.push(
      ...costFigures(`deploy-${commits}`, [called, found.deploy], ['`git push` of it', found.push]),
    );
  }
  return figures;
}
