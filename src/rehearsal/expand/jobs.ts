import { placeOf } from '../document/places.ts';
import type { Place } from '../document/places.ts';
import { readEnvironment } from './environment.ts';
import { executorArgument, expandExecutor } from './executors.ts';
import type { Frame } from './frame.ts';
import { bindParameters } from './parameters.ts';
import type { Found } from './scope.ts';
import { argumentReader, expandSteps } from './steps.ts';
import type { FlatJob, FlatStep } from './types.ts';
import { member } from './values.ts';
import type { Mapping } from './values.ts';

/** Keys of a job. Source: CircleCI's published JSON schema. */
const JOB_KEYS = [
  ...[
    'description',
    'parameters',
    'type',
    'executor',
    'docker',
    'machine',
    'macos',
    'windows',
    'resource_class',
  ],
  ...['shell', 'steps', 'working_directory', 'parallelism', 'environment', 'branches', 'circleci_ip_ranges'],
  ...['retention', 'plan_name', 'key'],
];

/** Job types that have no steps of their own to run. */
const STEPLESS = ['approval', 'no-op', 'release', 'lock', 'unlock'];

export interface JobCall {
  readonly found: Found;
  /** The job's name in the workflow. */
  readonly name: string;
  readonly given: unknown;
  readonly preSteps?: unknown;
  readonly postSteps?: unknown;
  /** Where arguments, pre-steps and post-steps were written. */
  readonly caller: Frame;
  readonly place?: Place | undefined;
}

/** A job's type: `build` unless it says otherwise. */
export function jobType(definition: Mapping): string {
  const type = member(definition, 'type');
  return typeof type === 'string' ? type : 'build';
}

/**
 * Expands one invocation of a job. Pre-steps and post-steps are read where the invocation stands, in the configuration;
 * everything else in the job's own scope. Keys of the job replace the executor's, `environment` maps are merged.
 * @throws ConfigError naming the job and the step.
 */
export function expandJob(call: JobCall): FlatJob {
  const { found, caller } = call;
  const { definition } = found;
  const callee = caller.call('job', found.name, { scope: found.scope, place: call.place });
  const unknown = Object.keys(definition).find((key) => !JOB_KEYS.includes(key));
  if (unknown !== undefined) {
    throw callee.fail(`A job has no key '${unknown}'.`, { place: placeOf(definition, unknown) });
  }
  const parameters = bindParameters({
    kind: 'job',
    declared: member(definition, 'parameters'),
    given: call.given,
    caller: caller.into(`job ${found.name}`, call.place),
    callee,
    reader: argumentReader,
    place: call.place,
  });
  const frame = callee.withParameters(parameters).into(undefined, placeOf(definition));
  const { executor, steps, description: _d, parameters: _p, ...rest } = definition;
  const own = frame.resolve(rest) as Mapping;
  const base =
    executor === undefined
      ? {}
      : expandExecutor(executorArgument(executor, frame, placeOf(definition, 'executor')));
  const around = caller.into(`job ${found.name}`, call.place);
  const body = { ...base, ...own };
  const flat: FlatStep[] = [
    ...(call.preSteps === undefined
      ? []
      : expandSteps(call.preSteps, around.into('pre-steps', undefined), call.place)),
    ...(steps === undefined && STEPLESS.includes(jobType(definition))
      ? []
      : expandSteps(steps, frame, placeOf(definition, 'steps'))),
    ...(call.postSteps === undefined
      ? []
      : expandSteps(call.postSteps, around.into('post-steps', undefined), call.place)),
  ];
  return assemble(call, frame, body, flat, {
    ...readEnvironment(member(base, 'environment'), frame),
    ...readEnvironment(member(own, 'environment'), frame),
  });
}

function assemble(
  call: JobCall,
  frame: Frame,
  body: Mapping,
  steps: readonly FlatStep[],
  environment: Mapping,
): FlatJob {
  const { shell, working_directory, parallelism, environment: _own, ...settings } = body;
  const stepless = STEPLESS.includes(jobType(call.found.definition));
  if (!stepless && steps.length === 0) {
    throw frame.fail('The job has no steps.');
  }
  if (!stepless && !['docker', 'machine', 'macos'].some((kind) => Object.hasOwn(settings, kind))) {
    throw frame.fail("The job has no executor: expected one of 'docker', 'machine', 'macos', 'executor'.");
  }
  return {
    name: call.name,
    steps,
    environment,
    ...textOption('shell', 'shell', shell, frame),
    ...textOption('working_directory', 'workingDirectory', working_directory, frame),
    ...(parallelism === undefined ? {} : { parallelism: positive(parallelism, frame) }),
    settings,
    element: frame.element.join(', '),
    place: frame.place,
  };
}

function textOption(key: string, name: string, value: unknown, frame: Frame): Record<string, string> {
  if (value === undefined) return {};
  if (typeof value !== 'string') {
    throw frame.fail(`'${key}' must be a string, not ${JSON.stringify(value)}`, { parameter: key });
  }
  return { [name]: value };
}

function positive(value: unknown, frame: Frame): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw frame.fail(`'parallelism' must be an integer from 1, not ${JSON.stringify(value)}`, {
      parameter: 'parallelism',
    });
  }
  return value;
}
