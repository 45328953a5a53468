import { Command, InvalidArgumentError, Option } from 'commander';
import { checkDuration, parseDuration } from '../parameters/index.ts';
import { simulateCommand, type SimulateOptions } from '../simulator/command.ts';
import type { Edge } from './edge.ts';

interface Flags {
  readonly port?: number;
  readonly controlPort?: number;
  readonly dataDir?: string;
  readonly app?: readonly string[];
  readonly postgres?: true;
  readonly key?: string;
  readonly buildTime?: number;
  readonly buildCommand?: string;
  readonly printEnv?: true;
}

/** `heroku-cd simulate`: the local Heroku, until it is interrupted. */
export function simulate(edge: Edge): Command {
  return new Command('simulate')
    .description('Run a local Heroku for development: it answers like Heroku, on loopback only.')
    .addOption(
      new Option('--port <number>', 'port of the API (default: any that is free)').argParser(readPort),
    )
    .addOption(
      new Option(
        '--control-port <number>',
        'port of the control interface (default: any that is free)',
      ).argParser(readPort),
    )
    .option('--data-dir <path>', 'where its data stay (default: a temporary folder, removed at the end)')
    .addOption(
      new Option('--app <name>', 'an app to begin with; may be given several times').argParser(
        (name: string, before: readonly string[] = []) => [...before, name],
      ),
    )
    .option('--postgres', 'give each of these apps a Postgres database, as DATABASE_URL')
    .option('--key <key>', 'the API key of its account (default: made up)')
    .addOption(
      new Option('--build-time <duration>', 'how long a build takes, such as 5s').argParser(readDuration),
    )
    .option(
      '--build-command <command>',
      'what to run in each build, in place of a buildpack, such as "npm ci"',
    )
    .option('--print-env', 'print the variables that point the Heroku CLI, git and heroku-cd at it')
    .action(async (flags: Flags) => {
      await simulateCommand(toOptions(flags), {
        output: (line) => edge.out(`${line}\n`),
        notice: (line) => edge.err(`${line}\n`),
        signal: edge.signal,
      });
    });
}

function toOptions(flags: Flags): SimulateOptions {
  return {
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.controlPort === undefined ? {} : { controlPort: flags.controlPort }),
    ...(flags.dataDir === undefined ? {} : { dataDirectory: flags.dataDir }),
    ...(flags.app === undefined ? {} : { apps: flags.app }),
    ...(flags.postgres === undefined ? {} : { postgres: flags.postgres }),
    ...(flags.key === undefined ? {} : { key: flags.key }),
    ...(flags.buildTime === undefined ? {} : { buildMs: flags.buildTime }),
    ...(flags.buildCommand === undefined ? {} : { buildCommand: flags.buildCommand }),
    ...(flags.printEnv === undefined ? {} : { printEnvironment: flags.printEnv }),
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('A port is a number up to 65535.');
  return port;
}

function readDuration(text: string): number {
  const wrong = checkDuration(text);
  if (wrong !== undefined) throw new InvalidArgumentError(`${wrong}.`);
  return parseDuration(text);
}
