import { parseArgs } from 'node:util';
import {
  COMMANDS,
  parametersOf,
  type CommandName,
  type ParameterDefinition,
} from '../../parameters/index.ts';
import type { Invocation } from '../commands/command.ts';
import { Refusal } from '../errors.ts';
import { VERSION } from '../version.ts';
import { commandHelp, programHelp } from './help.ts';

/** Text that was asked for (`--help`, `--version`) instead of a run. */
export interface Told {
  readonly text: string;
}

type Flags = Record<string, string | boolean>;

/**
 * Reads the command line with Node's own parser: a library for it would be an eighth of what the orb may
 * carry. `listed` are commands that somebody else runs and that `--help` shows too. Values stay text here;
 * what they mean is decided where the environment's are read too.
 * @throws Refusal for anything that is not understood, or given twice.
 */
export function parseCommandLine(
  argv: readonly string[],
  listed: Readonly<Record<string, string>> = {},
): Invocation | Told {
  const [first] = argv;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    return { text: programHelp(listed) };
  }
  if (first === '--version') return { text: `${VERSION}\n` };
  const command = commandOf(argv, listed);
  const rest = argv.slice(command.split(' ').length);
  const own = ownWords(rest);
  if (own.includes('--help') || own.includes('-h')) return { text: commandHelp(command) };
  return { command, ...readFlags(command, rest) };
}

/** What of a command line is this program's own: behind `--` stands a command of the user's. */
export function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}

function commandOf(argv: readonly string[], listed: Readonly<Record<string, string>>): CommandName {
  const names = Object.keys(COMMANDS) as CommandName[];
  for (const name of names) {
    const words = name.split(' ');
    if (words.every((word, index) => argv[index] === word)) return name;
  }
  throw new Refusal({
    what: `There is no command ${JSON.stringify(argv[0])}.`,
    why: `The commands are ${[...names, ...Object.keys(listed)].join(', ')}.`,
    next: 'See `heroku-cd --help`.',
  });
}

function readFlags(command: CommandName, argv: readonly string[]): { flags: Flags; json: boolean } {
  const definitions = parametersOf(command);
  const refuse = (what: string): Refusal =>
    new Refusal({ what, next: `See \`heroku-cd ${command} --help\`.` });
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      definitions.map(({ name, type }) => [
        name,
        { type: type === 'boolean' ? 'boolean' : 'string' } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags: Flags = {};
  const set = ({ name }: ParameterDefinition, value: string | boolean): void => {
    if (flags[name] !== undefined) {
      throw new Refusal({
        what: `${name}: given more than once on the command line.`,
        next: 'Leave one of them.',
        parameter: name,
      });
    }
    flags[name] = value;
  };
  const wordy = definitions.find(({ words }) => words?.includes(command));
  const words: string[] = [];
  let json = false;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (wordy === undefined) throw refuse(`${JSON.stringify(token.value)} is one argument too many.`);
      words.push(token.value);
      continue;
    }
    if (token.name === 'json' && token.value === undefined) {
      json = true;
      continue;
    }
    set(...readFlag(definitions, token, refuse));
  }
  if (wordy !== undefined && words.length > 0) set(wordy, joinWords(wordy, words));
  return { flags, json };
}

/**
 * One word is a line for the shell, as it is; several are the words of one command, so each reaches it whole.
 */
function joinWords({ verbatim }: ParameterDefinition, words: readonly string[]): string {
  if (!verbatim || words.length === 1) return words.join(' ');
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

/** `--no-x` is the contrary of a switch; a value that looks like a flag is one that was left out. */
function readFlag(
  definitions: readonly ParameterDefinition[],
  token: {
    readonly name: string;
    readonly rawName: string;
    readonly value?: string | undefined;
    readonly inlineValue?: boolean | undefined;
  },
  refuse: (what: string) => Refusal,
): readonly [ParameterDefinition, string | boolean] {
  const find = (name: string): ParameterDefinition | undefined =>
    definitions.find((one) => one.name === name);
  const definition = find(token.name);
  if (definition !== undefined && definition.type !== 'boolean') {
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--'))) {
      throw refuse(`${token.rawName} wants a value.`);
    }
    return [definition, token.value];
  }
  if (definition !== undefined) return [definition, token.value ?? true];
  const contrary = token.name.startsWith('no-') ? find(token.name.slice(3)) : undefined;
  if (contrary?.type === 'boolean' && token.value === undefined) return [contrary, false];
  throw refuse(`There is no option ${token.rawName} here.`);
}
