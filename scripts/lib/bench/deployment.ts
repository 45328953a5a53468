import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { costOf, type Cost } from './child.ts';
import { costFigures, type Figure } from './figures.ts';
import type { Bench } from './parts.ts';
import { commitOfRound, makeRepository } from './repository.ts';
import { interleave, ratioOf } from './rounds.ts';

/** Lengths of history that are measured. */
export const HISTORIES = [100, 1000, 10000] as const;

/**
 * A whole deployment of a new commit against a plain push of it, on two apps with the same history. The
 * build takes no time on either side, so that nothing hides what heroku-cd adds.
 */
export async function measureDeployment(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const commits of HISTORIES) figures.push(...(await measureHistory(bench, commits)));
  return figures;
}

async function measureHistory(
  { materials, world, rounds }: Bench,
  commits: (typeof HISTORIES)[number],
): Promise<Figure[]> {
  const [ours, plain] = [`bench-ours-${commits}`, `bench-plain-${commits}`];
  world.createApp(ours);
  world.createApp(plain);
  const cwd = join(materials.folder, `repository-${commits}`);
  // The first commit of a round belongs to both; the history itself is pushed in the round thrown away.
  const commitOf = commitOfRound(await makeRepository(cwd, commits - 1, materials.environment));
  const state = join(materials.folder, `state-${commits}`);
  const found = await interleave(rounds, {
    push: async (round) => {
      const args = ['push', world.pushUrl(plain), `${await commitOf(round)}:refs/heads/main`];
      return costOf({ program: 'git', args, cwd, environment: world.environment }, materials.folder);
    },
    deploy: async (round): Promise<Cost & { ship: number }> => {
      const args = [materials.helper, 'deploy', '--app-name', ours];
      const environment = {
        ...world.environment,
        CIRCLE_SHA1: await commitOf(round),
        HEROKU_CD_STATE_DIR: state,
      };
      const cost = await costOf({ program: process.execPath, args, cwd, environment }, materials.folder);
      return { ...cost, ship: await durationOfPhase('ship', state) };
    },
  });
  const after = `of a new commit after ${commits.toLocaleString('en')} others`;
  const against = '`git push` of it';
  return [
    ...costFigures(
      `deploy-${commits}`,
      [`\`heroku-cd deploy\` ${after}`, found.deploy],
      [against, found.push],
    ),
    {
      id: `ship-${commits}-time`,
      measured: `the phase *ship* of that: time`,
      against,
      ratio: ratioOf(
        found.deploy.map(({ ship }) => ship),
        found.push.map(({ time }) => time),
      ),
    },
  ];
}

interface PhasesOfResult {
  readonly phases: readonly { readonly name: string; readonly durationMs: number }[];
}

/** Milliseconds, from the result that the last run has left. @throws Error where there was no such phase. */
async function durationOfPhase(name: string, state: string): Promise<number> {
  const { phases } = JSON.parse(await readFile(join(state, 'result.json'), 'utf8')) as PhasesOfResult;
  const phase = phases.find((one) => one.name === name);
  if (phase === undefined) throw new Error(`There was no phase ${name}.`);
  return phase.durationMs;
}
