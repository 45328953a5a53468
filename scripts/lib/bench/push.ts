import { join } from 'node:path';
import { createGit } from '../../../src/helper/git/create-git.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import { costOf } from './child.ts';
import { HISTORIES } from './deployment.ts';
import type { Figure } from './figures.ts';
import type { Bench } from './parts.ts';
import { startRelay, type Relay } from './relay.ts';
import { commitOfRound, makeRepository } from './repository.ts';
import { interleave, ratioOf } from './rounds.ts';

interface Push {
  /** Milliseconds. */
  readonly time: number;
  /** That were sent. */
  readonly bytes: number;
}

interface WholePush extends Push {
  /** Objects that the server has afterwards. */
  readonly objects: number;
}

/**
 * A push by heroku-cd, as its phase ship does it, against a plain one: of whole histories to apps that have
 * nothing yet, and of a new commit to apps that have all the others.
 */
export async function measurePush(bench: Bench): Promise<Figure[]> {
  const relay = await startRelay(bench.world.urls.git);
  try {
    const figures: Figure[] = [];
    for (const commits of HISTORIES) figures.push(...(await measureHistory(bench, relay, commits)));
    return figures;
  } finally {
    await relay.close();
  }
}

type Pushing = (app: string, commit: string) => Promise<number>;

async function measureHistory(
  bench: Bench,
  relay: Relay,
  commits: (typeof HISTORIES)[number],
): Promise<Figure[]> {
  const { materials, world, rounds } = bench;
  const cwd = join(materials.folder, `pushed-${commits}`);
  const repository = await makeRepository(cwd, commits, materials.environment);
  const all = await repository.commit();
  const commitOf = commitOfRound(repository);
  const [ours, plain] = [pushOfOurs(bench, relay, cwd), plainPush(bench, relay, cwd)];
  const measure =
    (pushing: Pushing) =>
    async (app: string, commit: string): Promise<Push> => {
      relay.takeBytes();
      const time = await pushing(app, commit);
      return { time, bytes: relay.takeBytes() };
    };
  const whole =
    (name: string, pushing: Pushing) =>
    async (round: number): Promise<WholePush> => {
      const app = `whole-${name}-${commits}-${round}`;
      world.createApp(app);
      const push = await measure(pushing)(app, all);
      return { ...push, objects: await world.objectsOf(app) };
    };
  const next =
    (name: string, pushing: Pushing) =>
    async (round: number): Promise<Push> =>
      // The first round's history is there by now, and the round before the first brings the rest.
      measure(pushing)(`whole-${name}-${commits}-0`, await commitOf(round));
  const histories = await interleave(rounds, { ours: whole('ours', ours), plain: whole('plain', plain) });
  const nexts = await interleave(rounds, { ours: next('ours', ours), plain: next('plain', plain) });
  const number = commits.toLocaleString('en');
  const figure = <Kind extends string>(
    id: Figure['id'],
    measured: string,
    [mine, others]: readonly [readonly Record<Kind, number>[], readonly Record<Kind, number>[]],
    kind: Kind,
  ): Figure => ({
    id,
    measured,
    against: '`git push`',
    ratio: ratioOf(
      mine.map((one) => one[kind]),
      others.map((one) => one[kind]),
    ),
  });
  const [pair, nextPair] = [
    [histories.ours, histories.plain],
    [nexts.ours, nexts.plain],
  ] as const;
  const called = `push of ${number} commits to an empty app`;
  const nextCalled = `push of a new commit after ${number} others`;
  return [
    figure(`history-${commits}-time`, `${called}: time`, pair, 'time'),
    figure(`history-${commits}-bytes`, `${called}: bytes sent`, pair, 'bytes'),
    figure(`history-${commits}-objects`, `${called}: objects sent`, pair, 'objects'),
    figure(`push-${commits}-time`, `${nextCalled}: time`, nextPair, 'time'),
    figure(`push-${commits}-bytes`, `${nextCalled}: bytes sent`, nextPair, 'bytes'),
  ];
}

function plainPush({ world, materials }: Bench, relay: Relay, cwd: string): Pushing {
  return async (app, commit) => {
    const args = ['push', world.pushUrl(app, relay.url), `${commit}:refs/heads/main`];
    const command = { program: 'git', args, cwd, environment: world.environment };
    return (await costOf(command, materials.folder)).time;
  };
}

/** With all that is looked at before it, in this process: the helper's own start is not in it. */
function pushOfOurs({ world }: Bench, relay: Relay, directory: string): Pushing {
  const apiKey = new Secret(world.key);
  const git = createGit({
    directory,
    environment: world.environment,
    secretVariables: ['HEROKU_API_KEY'],
    secretValues: [apiKey],
  });
  return async (app, commit) => {
    const begin = performance.now();
    const outcome = await git.push({
      url: `${relay.url}/${app}.git`,
      apiKey,
      commit,
      branch: 'main',
      onLine: () => undefined,
      timeoutMs: 600_000,
    });
    const time = performance.now() - begin;
    if (outcome.kind !== 'pushed') throw new Error(`The push to ${app} came to ${JSON.stringify(outcome)}.`);
    return time;
  };
}
