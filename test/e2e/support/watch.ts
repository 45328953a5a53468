import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TransientFiles, filePlaces, objectPlaces, type Territory } from './files.ts';
import type { Place } from './leaks.ts';
import { JobProcesses, ProcessSampler } from './processes.ts';
import { Shims } from './shims.ts';
import { APP, type DeployOptions, type Deployment, type World } from './world.ts';

/** A job that was watched while it ran, and everything that it wrote. */
export interface WatchedJob {
  readonly deployment: Deployment;
  readonly processes: JobProcesses;
  readonly places: readonly Place[];
  /** How many of the places have this name. */
  readonly count: (place: Place['place']) => number;
}

export interface WatchOptions extends DeployOptions {
  /** Gets what the job prints, as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Steps before those of the orb's command; in the orb's job they come after the checkout. */
  readonly before?: readonly unknown[];
  /** False: of processes and passing files only those are recorded that pass a shim, which costs far less. */
  readonly sampled?: boolean;
}

/** Where things lie in a watched job. */
export interface WatchedFolders {
  readonly home: string;
  readonly temp: string;
  /** A folder that nobody watches. */
  readonly elsewhere: string;
  /** Git's system-wide configuration, which is a file of this job alone. */
  readonly systemConfig: string;
}

const INTERVAL_MS = 40;
let watches = 0;

/** Runs the orb's job with the runner's masking off, and collects every byte that it wrote or handed on. */
export async function watchedDeploy(
  world: World,
  given: WatchOptions | ((folders: WatchedFolders) => WatchOptions) = {},
): Promise<WatchedJob> {
  const folder = join(world.folder, `watch-${(watches += 1)}`);
  const [home, temp, shelf, elsewhere, cache, workspace] = [
    'home',
    'tmp',
    'shelf',
    'elsewhere',
    'cache',
    'workspace',
  ].map((name) => join(folder, name)) as [string, string, string, string, string, string];
  for (const path of [temp, shelf, elsewhere]) await mkdir(path, { recursive: true });
  const systemConfig = join(folder, 'gitconfig');
  const options = typeof given === 'function' ? given({ home, temp, elsewhere, systemConfig }) : given;
  const { onOutput, before, sampled = true, steps, parameters, environment, ...rest } = options;

  const earlier = await artifactFolders(world);
  const shims = await Shims.create(join(folder, 'shims'));
  const sampler = new ProcessSampler(folder, shims);
  const transient = new TransientFiles(temp, 'temp');
  // What the first half of a deployment leaves for the second is gone in the end: it is there between two steps.
  const handOver = new TransientFiles(join(home, 'heroku-cd-reports', APP, 'first-half.json'), 'hand-over');
  let lookedAt = 0;
  const look = (): void => {
    if (!sampled) return;
    sampler.sample();
    transient.look();
    lookedAt = performance.now();
  };
  const timer = setInterval(look, INTERVAL_MS);
  // What a push starts waits for the build, and its beginning is a change of the app.
  const unsubscribe = world.heroku.platform.changes.subscribe(look);
  const { HEROKU_API_KEY: _key, ...hosts } = world.heroku.environment();
  // The runner removes this file with its own folder; every later step of a job runs what is written there.
  const keepBashEnv = {
    run: {
      name: 'Keep BASH_ENV',
      when: 'always',
      command: `/bin/cp "$BASH_ENV" '${join(shelf, 'bash_env')}'`,
    },
  };
  let log = '';
  let deployment: Deployment;
  try {
    deployment = await world.deploy({
      ...rest,
      home,
      cacheFolder: cache,
      workspaceFolder: workspace,
      mask: false,
      callerEnvironment: { PATH: `${shims.bin}:${process.env['PATH'] ?? ''}`, ...hosts },
      environment: { TMPDIR: temp, GIT_CONFIG_SYSTEM: systemConfig, ...environment },
      parameters: {
        ...parameters,
        'pre-deploy': before ?? [],
        'post-deploy': [keepBashEnv],
      },
      ...(steps === undefined ? {} : { steps: [...(before ?? []), ...steps, keepBashEnv] }),
      output: {
        write: (text) => {
          log += text;
          handOver.look();
          // A job that waits for an answer to what it printed is looked at before it gets one.
          if (onOutput !== undefined || performance.now() - lookedAt > INTERVAL_MS) look();
          onOutput?.(text);
        },
      },
    });
  } finally {
    clearInterval(timer);
    unsubscribe();
  }
  const processes = new JobProcesses([...(await shims.recorded()), ...sampler.seen], 'HEROKU_API_KEY');
  const workTree = join(home, 'project');
  const files = filePlaces([
    [home, 'home'],
    [workTree, 'work tree'],
    [join(workTree, '.git', 'objects'), 'git objects'],
    [join(workTree, '.git', 'config'), 'git config'],
    [join(home, '.gitconfig'), 'git config'],
    [join(home, '.config', 'git'), 'git config'],
    [systemConfig, 'git config'],
    [join(home, '.heroku-cd'), 'state directory'],
    [temp, 'temp'],
    [shelf, 'BASH_ENV'],
    [cache, 'cache'],
    [workspace, 'workspace'],
    ...(await artifactFolders(world))
      .filter((path) => !earlier.includes(path))
      .map((path): Territory => [path, 'artifacts']),
  ]);
  const calls = deployment.job.circleciCalls.map(({ argv }) => ({
    place: 'argv' as const,
    where: 'circleci',
    bytes: Buffer.from(argv.join('\n')),
  }));
  const places: Place[] = [
    { place: 'log', where: 'all steps', bytes: Buffer.from(log) },
    ...calls,
    ...processes.places(),
    ...files,
    ...transient.places,
    ...handOver.places,
    ...(files.some(({ place, where }) => place === 'work tree' && where.startsWith('.git/'))
      ? await objectPlaces(workTree)
      : []),
  ];
  return {
    deployment: { ...deployment, log },
    processes,
    places,
    count: (name) => places.filter(({ place }) => place === name).length,
  };
}

/** Where a world's jobs have stored their artifacts. */
async function artifactFolders(world: World): Promise<string[]> {
  const names = await readdir(world.folder);
  return names.filter((name) => name.startsWith('artifacts-')).map((name) => join(world.folder, name));
}
