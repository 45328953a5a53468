import type { CommandName } from './commands.ts';
import type { ParameterDefinition } from './definition.ts';
import { PARAMETERS } from './definitions.ts';

export { COMMANDS, type CommandName } from './commands.ts';
export { environmentName } from './definition.ts';
export type { ParameterDefinition, ParameterType } from './definition.ts';
export { appDirectory, parseDuration, checkDuration, migrationPaths } from './rules.ts';
export { PARAMETERS } from './definitions.ts';

type Definition = (typeof PARAMETERS)[number];
type ValueOf<D extends ParameterDefinition> = D['type'] extends 'boolean'
  ? boolean
  : D['type'] extends 'duration'
    ? number
    : string;

/** The parsed values of one command's parameters: durations in milliseconds, absent strings empty. */
export type Settings<C extends CommandName> = {
  readonly [D in Definition as C extends D['commands'][number] ? D['name'] : never]: ValueOf<D>;
};

/** The parameters that a command takes, in reading order. */
export function parametersOf(command: CommandName): readonly ParameterDefinition[] {
  return (PARAMETERS as readonly ParameterDefinition[]).filter((definition) =>
    definition.commands.includes(command),
  );
}
