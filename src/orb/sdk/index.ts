/**
 * The one place that knows `@circleci/circleci-config-sdk`. The SDK is frozen upstream and was made for
 * pipeline configurations; what an orb needs besides is supplied here: the orb's root, descriptions on
 * jobs and executors, examples, conditional and spliced steps, escaping, refusal of duplicates, and an
 * order of keys that people can read.
 */
export { OrbDefinitionError } from './error.ts';
export { command, dockerExecutor, example, job, orbDocument } from './elements.ts';
export type { CommandOptions, ExecutorOptions, JobOptions } from './elements.ts';
export { SECTIONS } from './shapes.ts';
export type {
  OrbDocument,
  OrbElement,
  OrbParameter,
  OrbParameterType,
  OrbRoot,
  Section,
  StepShape,
} from './shapes.ts';
export {
  checkout,
  checkoutFull,
  generateStep,
  invoke,
  restoreCache,
  run,
  saveCache,
  spliceSteps,
  storeArtifacts,
  storeTestResults,
  unlessStep,
  whenStep,
} from './steps.ts';
export type { RunOptions, Step } from './steps.ts';
export { escapeTemplates, include, parameterReference, unescapeTemplates } from './templates.ts';
export { usage } from './usage.ts';
export type { UsageEntry, UsageJob, UsageOptions } from './usage.ts';
