import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { HelperProgram } from './helper-program.ts';
import { APP, createWorld, KEY, type World } from './world.ts';

/** The other app of the repository. */
export const ADMIN = 'corner-shop-admin';
export const BUILDER = 'corner-shop-build';

export let world: World;
export let helper: HelperProgram;

/** One local Heroku with the apps of these tests, for a whole file. */
export function useTarballStage(): void {
  beforeAll(async () => {
    world = await createWorld({
      account: { email: 'deploy@example.com', key: KEY },
      apps: [APP, ADMIN, BUILDER],
    });
    helper = await HelperProgram.create(world, 'HEAD');
    await world.pushByHand();
  });

  afterAll(async () => {
    await helper.remove();
    await world.close();
  });

  beforeEach(async () => {
    await world.heroku.control.clearFaults();
    await world.heroku.control.clearRequests();
    await world.heroku.control.changeSettings(APP, { buildMs: 20, buildResult: 'succeed', buildOutput: [] });
  });
}

/** Heroku's git server answers nobody: a tarball needs none. */
export async function withoutGit(): Promise<void> {
  await world.heroku.control.addFault({
    match: { surface: 'git', times: 1_000 },
    effect: { kind: 'status', status: 429 },
  });
}

export async function gitRequests(): Promise<number> {
  return (await world.heroku.control.requests()).filter(({ surface }) => surface === 'git').length;
}

export async function running(app = APP): Promise<string | null | undefined> {
  return (await world.heroku.control.app(app)).releases.find((one) => one.current)?.commit;
}

/** Statuses of the builds of a commit. */
export async function buildsOf(commit: string, app = APP): Promise<readonly string[]> {
  const { builds } = await world.heroku.control.app(app);
  return builds.filter(({ version }) => version === commit).map(({ status }) => status);
}

export const deploy = (args: readonly string[] = [], cwd?: string) =>
  helper.run(['deploy', '--transport', 'build', ...args], cwd === undefined ? {} : { cwd });

let clones = 0;
/** A folder for a clone, each time another one. */
export function cloneFolder(kind: string): string {
  return join(world.folder, `${kind}-${(clones += 1)}`);
}

/** A shallow clone of the repository, with the newest commit alone. */
export function shallowClone(): string {
  const folder = cloneFolder('shallow');
  const origin = `file://${world.repository.directory}`;
  execFileSync('git', ['clone', '--quiet', '--depth=1', origin, folder], { cwd: world.folder });
  return folder;
}
