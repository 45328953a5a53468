import { environmentName, type CommandName } from '../../parameters/index.ts';
import type { OrbContext } from '../context.ts';
import { COMMAND_LINE_VARIABLE } from '../hand-over.ts';
import { handOver, helperParameters } from '../parameters/from-definitions.ts';
import { INSTALL, NO_OUTPUT_TIMEOUT } from '../parameters/orb-only.ts';
import {
  command,
  include,
  invoke,
  parameterReference,
  run,
  whenStep,
  type OrbElement,
  type OrbParameter,
  type Step,
} from '../sdk/index.ts';
import { REPORT_DIRECTORY } from '../state-directory.ts';

/** One call of the helper. */
export interface HelperCall {
  /** What people see in the job's log. */
  readonly step: string;
  /** The helper's command; every parameter that it takes is handed over. */
  readonly helper: CommandName;
  /** Words of our own after the command, such as `--until window`; never a value of the user's. */
  readonly flags?: string;
}

/** An orb command around one call of the helper. */
export interface HelperCommandOptions extends HelperCall {
  /** The orb's command. */
  readonly name: string;
  readonly description: string;
}

/** The parameters of a command that calls the helper, the ones that only the orb knows included. */
export function helperCommandParameters(helper: CommandName, context: OrbContext): OrbParameter[] {
  return [...helperParameters(helper, context.definitions), NO_OUTPUT_TIMEOUT, INSTALL];
}

/** A step that calls the helper: our own words in one variable, and every value in one of its own. */
export function callHelper({ step, helper, flags }: HelperCall, context: OrbContext): Step {
  return run({
    name: step,
    environment: {
      [COMMAND_LINE_VARIABLE]: flags === undefined ? helper : `${helper} ${flags}`,
      ...reportsTo(helper, context),
      ...handOver(helperParameters(helper, context.definitions)),
    },
    noOutputTimeout: parameterReference(NO_OUTPUT_TIMEOUT.name),
    command: include('scripts/helper.sh'),
  });
}

/** Where the jobs of the orb find what a command reports. */
function reportsTo(helper: CommandName, { definitions }: OrbContext): Record<string, string> {
  const name = 'report-directory';
  const takes = definitions.some((one) => one.name === name && one.commands.includes(helper));
  return takes ? { [environmentName(name)]: REPORT_DIRECTORY } : {};
}

/** The step that installs the helper, unless the command is told that the job has it already. */
export function installStep(): Step {
  return whenStep(parameterReference(INSTALL.name), [invoke('install')]);
}

/** An orb command that installs the helper unless told not to, and then calls it, with steps around the call. */
export function helperCommand(
  options: HelperCommandOptions,
  context: OrbContext,
  around: { readonly before?: readonly Step[]; readonly after?: readonly Step[] } = {},
): OrbElement {
  return command({
    name: options.name,
    description: options.description,
    parameters: helperCommandParameters(options.helper, context),
    steps: [installStep(), ...(around.before ?? []), callHelper(options, context), ...(around.after ?? [])],
  });
}
