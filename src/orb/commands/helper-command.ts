import type { CommandName } from '../../parameters/index.ts';
import type { OrbContext } from '../context.ts';
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
import { COMMAND_LINE_VARIABLE } from '../hand-over.ts';

export interface HelperCommandOptions {
  /** The orb's command. */
  readonly name: string;
  /** The helper's command that it calls. */
  readonly helper: CommandName;
  readonly description: string;
  /** What people see in the job's log. */
  readonly step: string;
}

/** The parameters of a command that calls the helper, the ones that only the orb knows included. */
export function helperCommandParameters(helper: CommandName, context: OrbContext): OrbParameter[] {
  return [...helperParameters(helper, context.definitions), NO_OUTPUT_TIMEOUT, INSTALL];
}

/** A step that calls the helper: its words, and every value by the environment. */
export function callHelper(
  options: { name: string; words: string; parameters: readonly OrbParameter[]; environment?: Record<string, string> },
): Step {
  return run({
    name: options.name,
    environment: {
      [COMMAND_LINE_VARIABLE]: options.words,
      ...handOver(options.parameters),
      ...options.environment,
    },
    noOutputTimeout: parameterReference(NO_OUTPUT_TIMEOUT.name),
    command: include('scripts/helper.sh'),
  });
}

/** The step that installs the helper unless the caller has done so. */
export function installStep(): Step {
  return whenStep(parameterReference(INSTALL.name), [invoke('install')]);
}

/** An orb command that installs the helper unless told not to, and then calls it. */
export function helperCommand(options: HelperCommandOptions, context: OrbContext): OrbElement {
  return command({
    name: options.name,
    description: options.description,
    parameters: helperCommandParameters(options.helper, context),
    steps: [
      installStep(),
      callHelper({
        name: options.step,
        words: options.helper,
        parameters: helperParameters(options.helper, context.definitions),
      }),
    ],
  });
}
