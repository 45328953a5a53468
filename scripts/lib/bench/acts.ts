import type { Command } from './child.ts';
import type { Bench } from './parts.ts';
import { MIGRATE } from './shop.ts';

/** The recipe in seven acts: page on, workers to 0, push, migrate, backup, workers back, page off. */
export interface Recipe {
  readonly app: string;
  readonly commit: string;
  /** The repository. */
  readonly cwd: string;
}

/** By the commands of heroku-cd for single acts, one process for each, and git. */
export function helperActs({ materials, world }: Bench, { app, commit, cwd }: Recipe): Command[] {
  const environment = { ...world.trusting, HEROKU_APP_NAME: app };
  const act = (...args: string[]): Command => ({
    program: process.execPath,
    args: [materials.helper, ...args],
    cwd,
    environment,
  });
  return [
    act('maintenance', 'on'),
    act('scale', 'worker=0'),
    {
      program: 'git',
      args: ['push', world.pushUrl(app), `${commit}:refs/heads/main`],
      cwd,
      environment: world.environment,
    },
    act('run', '--', ...MIGRATE.split(' ')),
    act('backup', 'capture'),
    act('scale', 'worker=1'),
    act('maintenance', 'off'),
  ];
}

/**
 * By the official CLI and git, as the recipe is known; undefined where it is not installed.
 * @param readBack whether each act is followed by the command that shows what it did. A migration's exit status
 *   says that already.
 */
export function cliActs(
  { world, cli }: Bench,
  { app, commit, cwd }: Recipe,
  readBack = false,
): Command[] | undefined {
  if (cli === undefined) return undefined;
  const environment = { ...world.trusting, ...cli.environment, HEROKU_APP: app };
  const act = (...args: string[]): Command => ({
    program: process.execPath,
    args: [cli.program, ...args],
    cwd,
    environment,
  });
  const shows = (command: string): Command[] => (readBack ? [act(command, '-a', app)] : []);
  return [
    act('maintenance:on', '-a', app),
    ...shows('maintenance'),
    act('ps:scale', 'worker=0', '-a', app),
    ...shows('ps'),
    { program: 'git', args: ['push', world.pushUrl(app), `${commit}:refs/heads/main`], cwd, environment },
    ...shows('releases'),
    act('run', '--exit-code', '-a', app, '--', ...MIGRATE.split(' ')),
    act('pg:backups:capture', '-a', app),
    ...shows('pg:backups'),
    act('ps:scale', 'worker=1', '-a', app),
    ...shows('ps'),
    act('maintenance:off', '-a', app),
    ...shows('maintenance'),
  ];
}

/** By heroku-cd in one process. */
export function migrateCommand(
  { materials, world }: Bench,
  { app, commit, cwd }: Recipe,
  options: {
    readonly flags?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Command {
  const { flags = [], environment = {} } = options;
  return {
    program: process.execPath,
    args: [
      materials.helper,
      'migrate',
      ...['--app-name', app, '--revision', commit],
      ...['--migrate-command', MIGRATE, '--backup', 'always'],
      ...flags,
    ],
    cwd,
    environment: {
      ...world.trusting,
      HEROKU_CD_STATE_DIR: `${materials.folder}/state-of-${app}`,
      ...environment,
    },
  };
}
