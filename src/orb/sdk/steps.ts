import { commands, reusable } from '@circleci/circleci-config-sdk';
import { parameterReference } from './templates.ts';
import type { StepShape } from './shapes.ts';

/** What the SDK asks of a step. Its own declaration of it is lost in the published typings. */
export interface Step {
  readonly name: string;
  generate(flatten?: boolean): unknown;
}

/** A step as plain data. Run steps stay maps: a name is what people see in the job's log (RC008). */
export function generateStep(step: Step): StepShape {
  return step.generate(false) as StepShape;
}

export interface RunOptions {
  readonly name: string;
  /** The text of the shell script, or an include of it. */
  readonly command: string;
  /** How values reach the script: nothing is ever put into its text. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly noOutputTimeout?: string;
  readonly when?: 'always' | 'on_success' | 'on_fail';
}

/** A shell step. */
export function run(options: RunOptions): Step {
  return new commands.Run({
    name: options.name,
    ...(options.when === undefined ? {} : { when: options.when }),
    ...(options.noOutputTimeout === undefined ? {} : { no_output_timeout: options.noOutputTimeout }),
    ...(options.environment === undefined ? {} : { environment: { ...options.environment } }),
    command: options.command,
  });
}

/**
 * A checkout with its whole history and every object: CircleCI's default is a blobless clone, from which
 * a push works only by fetching the blobs one by one ("Configuration reference", checkout).
 */
export function checkoutFull(): Step {
  return new commands.Checkout({ method: 'full' });
}

/** A checkout as CircleCI does it by default, for jobs that only test. */
export function checkout(): Step {
  return new commands.Checkout();
}

/** A directory kept with the job; CircleCI runs this after a failed step too. */
export function storeArtifacts(path: string, destination: string): Step {
  return new commands.StoreArtifacts({ path, destination });
}

/** A directory of JUnit files for the job's *Tests* tab; CircleCI runs this after a failed step too. */
export function storeTestResults(path: string): Step {
  return new commands.StoreTestResults({ path });
}

/** Keeps a directory under a key for later jobs; a key that is taken is left as it is. */
export function saveCache(options: { name: string; key: string; path: string; when?: 'always' }): Step {
  const step = new commands.cache.Save({ key: options.key, paths: [options.path] });
  return withKeys(step, { name: options.name, ...(options.when === undefined ? {} : { when: options.when }) });
}

/** Brings back the newest cache whose key begins with one of these; that there is none is no failure. */
export function restoreCache(options: { name: string; keys: readonly string[] }): Step {
  return withKeys(new commands.cache.Restore({ keys: [...options.keys] }), { name: options.name });
}

/** A step with keys that the SDK's typings leave out, put before its own: people read a name first. */
function withKeys(step: Step, keys: Readonly<Record<string, string>>): Step {
  return {
    name: step.name,
    generate: () => {
      const generated = generateStep(step) as Record<string, Record<string, unknown>>;
      return { [step.name]: { ...keys, ...generated[step.name] } };
    },
  };
}

/** A command of this orb, or of an imported one by its `alias/name`. */
export function invoke(command: string, args: Readonly<Record<string, unknown>> = {}): Step {
  const given = Object.keys(args).length > 0;
  const reused = new reusable.ReusedCommand(command, given ? (args as Record<string, string>) : undefined);
  return {
    name: command,
    // Without arguments the SDK leaves a key without a value; the name alone is the documented form.
    generate: () => (given ? reused.generate() : command),
  };
}

/** The steps of a `steps` parameter, put in here; the SDK has no class for it. */
export function spliceSteps(parameter: string): Step {
  return { name: 'steps', generate: () => ({ steps: parameterReference(parameter) }) };
}

/** A `when` or `unless` step, decided when the configuration is compiled; the SDK knows workflows' only. */
function conditional(name: 'when' | 'unless', condition: unknown, steps: readonly Step[]): Step {
  return { name, generate: () => ({ [name]: { condition, steps: steps.map(generateStep) } }) };
}

/** Steps that are there when the condition holds: a reference to a parameter, or a logic statement. */
export function whenStep(condition: unknown, steps: readonly Step[]): Step {
  return conditional('when', condition, steps);
}

/** Steps that are there unless the condition holds. */
export function unlessStep(condition: unknown, steps: readonly Step[]): Step {
  return conditional('unless', condition, steps);
}
