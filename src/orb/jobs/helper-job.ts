import type { CommandName } from '../../parameters/index.ts';
import { helperCommandParameters } from '../commands/helper-command.ts';
import type { OrbContext } from '../context.ts';
import { passThrough } from '../parameters/from-definitions.ts';
import { EXECUTOR, INSTALL, RESOURCE_CLASS } from '../parameters/orb-only.ts';
import {
  invoke,
  job,
  parameterReference,
  storeArtifacts,
  storeTestResults,
  type OrbElement,
  type OrbParameter,
  type Step,
} from '../sdk/index.ts';
import { REPORT_DIRECTORY } from '../state-directory.ts';

export interface HelperJobOptions {
  /** The job, and the orb's command that it runs. */
  readonly name: string;
  /** The helper's command behind that one. */
  readonly helper: CommandName;
  readonly description: string;
}

/** A job around the orb's command of the same name, which keeps what the helper reports. */
export function helperJob(
  options: HelperJobOptions,
  context: OrbContext,
  around: {
    readonly parameters?: readonly OrbParameter[];
    readonly before?: readonly Step[];
    readonly after?: readonly Step[];
  } = {},
): OrbElement {
  // A job always installs: it is the first and the only one to do so.
  const handedOn = helperCommandParameters(options.helper, context).filter(({ name }) => name !== INSTALL.name);
  return job({
    name: options.name,
    description: options.description,
    parameters: [...handedOn, ...(around.parameters ?? []), EXECUTOR, RESOURCE_CLASS],
    executor: parameterReference(EXECUTOR.name),
    resourceClass: parameterReference(RESOURCE_CLASS.name),
    steps: [
      ...(around.before ?? []),
      invoke(options.name, passThrough(handedOn)),
      ...(around.after ?? []),
      storeTestResults(REPORT_DIRECTORY),
      storeArtifacts(REPORT_DIRECTORY, 'heroku-cd'),
    ],
  });
}
