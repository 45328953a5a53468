import { Command, CommanderError, Option } from 'commander';
import {
  COMMANDS,
  parametersOf,
  type CommandName,
  type ParameterDefinition,
} from '../../parameters/index.ts';
import type { Invocation } from '../commands/command.ts';
import { Refusal } from '../errors.ts';
import { VERSION } from '../version.ts';

/** Text that was asked for (`--help`, `--version`) instead of a run. */
export interface Told {
  readonly text: string;
}

/**
 * Reads the command line; `listed` are commands that somebody else runs and that `--help` shows too. Values stay text here: what they mean is decided where the environment's are read too.
 * @throws Refusal for anything that is not understood, or given twice.
 */
export function parseCommandLine(
  argv: readonly string[],
  listed: Readonly<Record<string, string>> = {},
): Invocation | Told {
  let invocation: Invocation | undefined;
  let text = '';
  const program = new Command('heroku-cd')
    .description('Safe continuous deployment to Heroku.')
    .version(VERSION, '--version', 'print the version')
    .showSuggestionAfterError(true);
  for (const name of Object.keys(COMMANDS) as CommandName[]) {
    program.addCommand(subcommand(name, (found) => (invocation = found)));
  }
  for (const [name, summary] of Object.entries(listed)) {
    program.addCommand(new Command(name).description(summary));
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (part) => (text += part),
      writeErr: (part) => (text += part),
    });
  }
  try {
    program.parse(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { text };
    throw new Refusal({
      what: text.split('\n')[0]?.replace(/^error: /, '') || 'The command line was not understood.',
      next: 'See `heroku-cd --help`.',
    });
  }
  if (invocation === undefined) return { text: program.helpInformation() };
  return invocation;
}

function subcommand(name: CommandName, found: (invocation: Invocation) => void): Command {
  const command = new Command(name).description(COMMANDS[name].replaceAll('`', ''));
  const flags: Record<string, string | boolean> = {};
  for (const definition of parametersOf(name)) addFlag(command, definition, flags);
  command.option('--json', 'answer with JSON on stdout; everything for people goes to stderr');
  command.allowExcessArguments(false).action(() => {
    found({ command: name, flags, json: command.opts<{ json?: boolean }>().json === true });
  });
  return command;
}

function addFlag(
  command: Command,
  definition: ParameterDefinition,
  flags: Record<string, string | boolean>,
): void {
  const set = (value: string | boolean): void => {
    if (flags[definition.name] !== undefined) {
      throw new Refusal({
        what: `${definition.name}: given more than once on the command line.`,
        next: 'Leave one of them.',
        parameter: definition.name,
      });
    }
    flags[definition.name] = value;
  };
  const described = `${definition.description.replaceAll('`', '')}${describeDefault(definition)}`;
  if (definition.type === 'boolean') {
    command.addOption(new Option(`--${definition.name} [boolean]`, described));
    command.on(`option:${definition.name}`, (value: string | null) => set(value ?? true));
    command.addOption(new Option(`--no-${definition.name}`, `the contrary of --${definition.name}`));
    command.on(`option:no-${definition.name}`, () => set(false));
    return;
  }
  command.addOption(new Option(`--${definition.name} <${definition.type}>`, described));
  command.on(`option:${definition.name}`, (value: string) => set(value));
}

function describeDefault({ default: value }: ParameterDefinition): string {
  return value === '' || value === false ? '' : ` (default: ${String(value)})`;
}
