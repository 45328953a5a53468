import {
  checkDuration,
  environmentName,
  parametersOf,
  parseDuration,
  PARAMETERS,
  type CommandName,
  type ParameterDefinition,
  type Settings,
} from '../../parameters/index.ts';
import { Refusal } from '../errors.ts';
import { chooseApp } from './choose-app.ts';
import { substituteVariables } from './substitute.ts';

/** What the command line gave: a parameter's name to its text, or to true and false for a bare switch. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

const TRUE = new Set(['1', 'true', 'yes', 'on']);
const FALSE = new Set(['0', 'false', 'no', 'off', '']);

const SHORTEST_KEY = 16;

/** A command's settings as if nothing had been given, for one that is a part of another. */
export function defaultSettings<C extends CommandName>(command: C): Settings<C> {
  const rows = parametersOf(command).map(({ name, type, default: value }) => [
    name,
    type === 'duration' ? parseDuration(String(value)) : value,
  ]);
  return Object.fromEntries(rows) as Settings<C>;
}

interface Problem {
  readonly parameter: string;
  readonly text: string;
}

/**
 * Reads a command's parameters: a flag beats its environment variable, which beats the default. CircleCI
 * hands booleans over as 1 and 0, and an empty pipeline value as `<nil>` (CircleCI docs: pipeline values).
 * Where `deployments` is given, it says which app: `app-name` is empty where it says none.
 * @throws Refusal that lists every parameter at fault.
 */
export function readSettings<C extends CommandName>(
  command: C,
  flags: Flags,
  environment: NodeJS.ProcessEnv,
): Settings<C> {
  const problems: Problem[] = [];
  const values: Record<string, string | boolean | number> = {};
  const key = readKey(flags, environment);
  const given = (name: string): string | boolean | undefined =>
    flags[name] ?? fromEnvironment(name, environment);
  const definitions = parametersOf(command);
  const byBranch = Boolean(given('deployments')) && definitions.some(({ name }) => name === 'deployments');
  for (const definition of definitions) {
    const { required } = definition;
    if (byBranch && definition.name === 'app-name') {
      // The orb hands the default over as if somebody had given it.
      if ((given('app-name') || definition.default) !== definition.default) {
        problems.push({ parameter: 'app-name', text: 'it cannot be given together with `deployments`' });
      }
      continue;
    }
    const wanted = required === true || required?.includes(command) === true;
    const instead = definition.otherwise?.commands.includes(command) ? definition.otherwise.value : undefined;
    const value = readOne(
      { ...definition, wanted, instead },
      flags[definition.name],
      environment,
      key,
      problems,
    );
    if (value !== undefined) values[definition.name] = value;
  }
  const [first] = problems;
  if (first !== undefined) {
    throw new Refusal({
      what: problems
        .map(({ parameter, text }) => `${parameter}: ${text}${/[.?!]$/.test(text) ? '' : '.'}`)
        .join('\n'),
      parameter: first.parameter,
      next: `Correct ${problems.map((problem) => `\`${problem.parameter}\``).join(', ')} and run again; nothing was changed.`,
    });
  }
  if (byBranch && values['deployments'] !== undefined)
    values['app-name'] = chooseApp(String(values['deployments']), environment).app ?? '';
  return values as Settings<C>;
}

/** What the orb's step or a person has set; an empty pipeline value is none. */
function fromEnvironment(parameter: string, environment: NodeJS.ProcessEnv): string | undefined {
  const value = environment[environmentName(parameter)];
  return value === '<nil>' ? '' : value;
}

function readOne(
  definition: ParameterDefinition & { readonly wanted: boolean; readonly instead: string | undefined },
  flag: string | boolean | undefined,
  environment: NodeJS.ProcessEnv,
  key: string | undefined,
  problems: Problem[],
): string | boolean | number | undefined {
  const problem = (text: string): undefined => {
    problems.push({ parameter: definition.name, text });
    return undefined;
  };
  const given = flag ?? fromEnvironment(definition.name, environment);
  if (definition.type === 'boolean') return readBoolean(definition, given, problem);
  if (typeof given === 'boolean') return problem('a value is wanted');

  const raw = given === undefined || given === '' ? String(definition.default) : given;
  if (raw.includes('\0')) return problem('the value holds a NUL byte');
  // The name of a variable is never a reference to another one, and a key pasted there must not be echoed.
  if (definition.type === 'env-var-name') {
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(raw)
      ? raw
      : problem('the name of an environment variable is wanted, not its value');
  }
  const { text, unset } = definition.verbatim
    ? { text: raw, unset: [] }
    : substituteVariables(raw, environment);
  if (unset.length > 0 && raw === definition.default && definition.instead !== undefined) {
    return definition.instead;
  }
  if (unset.length > 0) {
    return problem(`$${unset[0]} is not set in this job; set it, or give ${definition.name} a value`);
  }
  // It would go on to other programs' arguments, to files and to Heroku's own records.
  if (key !== undefined && text.includes(key)) {
    return problem(
      'it holds the API key, which belongs in the variable that `api-key` names and nowhere else',
    );
  }
  if (text === '') return definition.wanted ? problem('a value is wanted') : '';
  if (definition.values && !definition.values.includes(text)) {
    return problem(`${quote(text)} is none of ${definition.values.join(', ')}`);
  }
  const check = definition.type === 'duration' ? checkDuration : definition.check;
  const wrong = check?.(text);
  // What stands behind the `?` of an address may be a secret.
  const shown = definition.name.endsWith('-url') ? text.replace(/\?.*$/s, '?…') : text;
  if (wrong !== undefined)
    return problem(text.trim().includes('\n') ? wrong : `${quote(shown)} will not do: ${wrong}`);
  return definition.type === 'duration' ? parseDuration(text) : text;
}

/** The API key, to know it where it does not belong; something too short to be one is no key. */
function readKey(flags: Flags, environment: NodeJS.ProcessEnv): string | undefined {
  const given = flags['api-key'] ?? environment[environmentName('api-key')];
  const name =
    typeof given === 'string' && given !== '' && given !== '<nil>'
      ? given
      : PARAMETERS.find((one) => one.name === 'api-key')?.default;
  const key = name === undefined ? undefined : environment[name];
  return key !== undefined && key.length >= SHORTEST_KEY ? key : undefined;
}

function readBoolean(
  definition: ParameterDefinition,
  given: string | boolean | undefined,
  problem: (text: string) => undefined,
): boolean | undefined {
  if (typeof given === 'boolean') return given;
  if (given === undefined) return definition.default === true;
  const word = given.trim().toLowerCase();
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  return problem(`${quote(given)} is neither true (1, true, yes, on) nor false (0, false, no, off, empty)`);
}

/** One line, and not longer than a person reads. */
function quote(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
