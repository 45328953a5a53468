import {
  COMMANDS,
  parametersOf,
  type CommandName,
  type ParameterDefinition,
} from '../../parameters/index.ts';

const WIDTH = 100;

/** What `heroku-cd --help` says; `listed` are commands that somebody else runs. */
export function programHelp(listed: Readonly<Record<string, string>>): string {
  const rows = Object.entries({ ...COMMANDS, ...listed });
  return [
    'Usage: heroku-cd <command> [flags]',
    '',
    'Safe continuous deployment to Heroku.',
    '',
    ...table(rows.map(([name, summary]) => [name, summary])),
    '',
    'heroku-cd <command> --help tells its flags; --json answers with JSON on stdout; --version.',
    '',
  ].join('\n');
}

/** What `heroku-cd <command> --help` says. */
export function commandHelp(command: CommandName): string {
  const rows = parametersOf(command).map((definition): [string, string] => [
    `--${definition.name}${definition.type === 'boolean' ? '' : ` <${valueName(definition)}>`}`,
    `${definition.description}${describeDefault(definition)}`,
  ]);
  return [
    `Usage: heroku-cd ${command}${usage(command)}`,
    '',
    ...wrap(COMMANDS[command], 0),
    '',
    ...table([...rows, ['--json', 'Answer with JSON on stdout; everything for people goes to stderr.']]),
    '',
  ].join('\n');
}

/** What stands on the command line without a flag; a command of the user's may hold flags of its own. */
function usage(command: CommandName): string {
  const wordy = parametersOf(command).find(({ words }) => words?.includes(command));
  if (wordy === undefined) return ' [flags]';
  return ` [flags] ${wordy.verbatim ? '-- ' : ''}<${wordy.name}>`;
}

function valueName(definition: ParameterDefinition): string {
  if (definition.values !== undefined) return definition.values.join('|');
  return definition.type === 'env-var-name' ? 'variable' : definition.type;
}

function describeDefault({ default: value }: ParameterDefinition): string {
  return value === '' || value === false ? '' : ` (default: ${String(value)})`;
}

/** Names in one column, wrapped texts in the next; a long name has a line of its own. */
function table(rows: readonly (readonly [string, string])[]): string[] {
  const column = Math.min(30, Math.max(...rows.map(([name]) => name.length)) + 4);
  return rows.flatMap(([name, text]) => {
    const [first = '', ...rest] = wrap(text, column);
    const head = `  ${name}`;
    return head.length < column - 1
      ? [head.padEnd(column) + first.trimStart(), ...rest]
      : [head, first, ...rest];
  });
}

function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replaceAll('`', '').split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => ' '.repeat(indent) + one);
}
