/** The orb runner: a CircleCI configuration compiled as CircleCI does, and a job or a workflow of it run on this machine. */
export { ConfigError, RehearsalError } from './errors.ts';
export type { Place } from './document/places.ts';
export { expandConfig } from './expand/compile.ts';
export type { CompiledConfig, ConfigSource, ExpandOptions } from './expand/compile.ts';
export { expandExamples } from './expand/examples.ts';
export type { CompiledExample } from './expand/examples.ts';
export type { OrbSource, OrbSources } from './expand/orbs.ts';
export { plainConfig, plainJob } from './expand/plain.ts';
export type { PipelineFacts } from './expand/pipeline.ts';
export type {
  CompiledWorkflow,
  FlatJob,
  FlatStep,
  Requirement,
  Selection,
  StepType,
  WorkflowJob,
} from './expand/types.ts';
export type { RehearsalOptions, SharedOptions } from './options.ts';
export { compileRehearsal } from './prepare.ts';
export { rehearseJob } from './rehearse.ts';
export { runJob } from './run/job.ts';
export type {
  CircleciCall,
  JobResult,
  JobSetup,
  RehearsalOutput,
  StepHeader,
  StepResult,
  StepStatus,
} from './run/types.ts';
export { selectJob } from './select.ts';
export type { CancelPoint, WorkflowOptions } from './workflow/options.ts';
export { rehearseWorkflow } from './workflow/rehearse.ts';
export type {
  FilteredJob,
  JobEnd,
  JobHeader,
  MissedCancel,
  WorkflowJobResult,
  WorkflowJobStatus,
  WorkflowOutput,
  WorkflowResult,
} from './workflow/types.ts';
export { rehearseCommand } from './command/command.ts';
export type { RehearseOutcome, RehearsePorts } from './command/command.ts';
export { REHEARSE_EXIT_CODES, REHEARSE_OPTIONS } from './command/options.ts';
export type { RehearseArguments, RehearseOption } from './command/options.ts';
export { textOutput } from './command/report.ts';
