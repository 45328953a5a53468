import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalHeroku } from './local-heroku.ts';
import { startLocalHeroku } from './local-heroku.ts';

/** The options of `heroku-cd simulate`. */
export interface SimulateOptions {
  /** Port of the API; 0 means any that is free. */
  readonly port?: number;
  readonly controlPort?: number;
  /** Kept at the end; a temporary folder, removed at the end, if missing. */
  readonly dataDirectory?: string;
  /** Names of the apps to begin with. */
  readonly apps?: readonly string[];
  /** Gives each of them a Postgres database of its own, with `DATABASE_URL` set. */
  readonly postgres?: boolean;
  /** The API key of the default account; made up if missing. */
  readonly key?: string;
  /** Milliseconds that a build takes. */
  readonly buildMs?: number;
  /** What is run in bash in the folder of each build, in place of a buildpack. */
  readonly buildCommand?: string;
  /** Print the variables alone, ready for a shell. */
  readonly printEnvironment?: boolean;
}

/** Where the command says something, and what ends it. */
export interface SimulatePorts {
  /** A line for standard output: the variables. */
  output(line: string): void;
  /** A line for people. */
  notice(line: string): void;
  readonly signal: AbortSignal;
}

/**
 * Runs a local Heroku until the signal is aborted. The variables that point git, the Heroku CLI and heroku-cd at
 * it are printed (`printEnvironment`) and written to `environment.sh` in the data folder.
 * @throws Error when a port is in use, an app's name is unusable, the data folder cannot be written, or a database is
 * wanted and Postgres is not installed.
 */
export async function simulateCommand(options: SimulateOptions, ports: SimulatePorts): Promise<void> {
  if (ports.signal.aborted) return;
  const heroku = await startLocalHeroku({
    apps: (options.apps ?? []).map((name) => ({ name, postgres: options.postgres })),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.controlPort === undefined ? {} : { controlPort: options.controlPort }),
    ...(options.dataDirectory === undefined ? {} : { dataDirectory: options.dataDirectory }),
    ...(options.key === undefined ? {} : { account: { key: options.key } }),
    settings: {
      ...(options.buildMs === undefined ? {} : { buildMs: options.buildMs }),
      ...(options.buildCommand === undefined ? {} : { buildCommand: options.buildCommand }),
    },
  });
  try {
    const lines = exportLines(heroku.environment());
    const file = join(heroku.dataDirectory, 'environment.sh');
    // It holds the key.
    await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
    if (options.printEnvironment) for (const line of lines) ports.output(line);
    for (const line of overview(heroku, file)) ports.notice(line);
    await aborted(ports.signal);
  } finally {
    await heroku.close();
  }
}

/** The variables as lines for a POSIX shell. */
export function exportLines(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
}

function overview({ urls, platform, account }: LocalHeroku, file: string): string[] {
  return [
    'The local Heroku is running. It is a development tool and listens on loopback only.',
    `  API      ${urls.api}  and  ${urls.https}`,
    `  git      ${urls.git}/<app>.git`,
    `  router   ${urls.router}/_app/<app>/`,
    `  attach   ${urls.rendezvous}`,
    `  control  ${urls.control}/state`,
    `  account  ${account.email}`,
    ...platform.apps.all.map((app) => {
      const databases = app.addOns.map(({ name, plan }) => `, with ${name} (${plan.name})`);
      return `  app      ${app.name}${databases.join('')}`;
    }),
    `Point a shell at it with: . ${file}`,
    'End it with Ctrl-C.',
  ];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
