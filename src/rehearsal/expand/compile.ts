import { placeOf } from '../document/places.ts';
import { readDocument } from '../document/read.ts';
import { ConfigError } from '../errors.ts';
import { Frame } from './frame.ts';
import { expandJob } from './jobs.ts';
import { loadScope } from './orbs.ts';
import type { OrbSources } from './orbs.ts';
import { bindParameters } from './parameters.ts';
import { pipelineValues } from './pipeline.ts';
import type { PipelineFacts } from './pipeline.ts';
import { Scope } from './scope.ts';
import type { CompiledWorkflow, FlatJob } from './types.ts';
import { isMapping, member } from './values.ts';
import type { Mapping } from './values.ts';
import { expandWorkflow } from './workflows.ts';

/** A configuration as text, or as data that `readDocument` gave (an orb's example, for instance). */
export type ConfigSource =
  { readonly text: string; readonly file: string } | { readonly document: unknown; readonly file: string };

export interface ExpandOptions {
  readonly orbs?: OrbSources;
  readonly pipeline?: PipelineFacts;
  /** Values of the configuration's pipeline parameters. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A configuration with nothing left to substitute. */
export interface CompiledConfig {
  readonly file: string;
  readonly setup: boolean;
  readonly workflows: readonly CompiledWorkflow[];
  /** The names of the jobs that the configuration itself defines. */
  readonly jobNames: readonly string[];
  /**
   * Compiles one job outside any workflow, as a configuration without workflows runs it.
   * @param given its arguments, as plain values.
   */
  compileJob(name: string, given?: Readonly<Record<string, unknown>>): FlatJob;
}

const TOP_KEYS = [
  ...['version', 'setup', 'orbs', 'parameters', 'commands', 'executors', 'jobs', 'workflows', 'experimental'],
  ...['description', 'notify', 'job-groups'],
];

const noSteps = { steps: (value: unknown) => value, executor: (value: unknown) => value };

/**
 * Compiles a configuration to its flat form as CircleCI does: pipeline parameters, orbs, then every workflow. It reads no
 * file and no network: orbs that are not inline come from `options.orbs`.
 * @throws ConfigError with CircleCI's wording, naming file, line, element and parameter.
 */
export function expandConfig(source: ConfigSource, options: ExpandOptions = {}): CompiledConfig {
  const document = 'text' in source ? readDocument(source.text, source.file) : source.document;
  if (!isMapping(document)) {
    throw new ConfigError({
      reason: 'A configuration is a map.',
      place: { file: source.file, line: 1, column: 1 },
    });
  }
  checkTop(document);
  const bare = new Frame({
    scope: new Scope(document, ''),
    pipeline: pipelineValues(options.pipeline ?? {}, new Map()),
  });
  const parameters = bindParameters({
    kind: 'pipeline',
    declared: member(document, 'parameters'),
    given: options.parameters,
    caller: bare,
    callee: bare.into('pipeline parameters', placeOf(document, 'parameters')),
    reader: noSteps,
    filled: true,
  });
  const pipeline = pipelineValues(options.pipeline ?? {}, parameters);
  const frameOf = (scope: Scope): Frame => new Frame({ scope, pipeline, place: placeOf(scope.document) });
  const scope = loadScope(document, '', options.orbs ?? {}, frameOf);
  const frame = frameOf(scope);
  return {
    file: source.file,
    setup: member(document, 'setup') === true,
    workflows: workflows(document, frame),
    jobNames: Object.keys(scope.section('job')),
    compileJob: (name, given) => {
      const found = scope.find('job', name);
      if (found === undefined) throw frame.fail(`Cannot find a definition for job named ${name}`);
      return expandJob({ found, name, given, caller: frame, place: placeOf(found.definition) });
    },
  };
}

function workflows(document: Mapping, frame: Frame): CompiledWorkflow[] {
  const section = member(document, 'workflows');
  if (section === undefined || section === null) return [];
  if (!isMapping(section)) {
    throw frame.fail("'workflows' is a map of names to workflows.", {
      place: placeOf(document, 'workflows'),
    });
  }
  return Object.entries(section)
    .filter(([name]) => name !== 'version')
    .map(([name, raw]) => expandWorkflow(name, raw, frame.into(undefined, placeOf(section, name))));
}

function checkTop(document: Mapping): void {
  const version = member(document, 'version');
  if (version !== 2.1 && version !== '2.1') {
    throw new ConfigError({
      reason: `Orbs, commands and parameters need 'version: 2.1', not ${JSON.stringify(version ?? null)}.`,
      place: placeOf(document, 'version'),
    });
  }
  // Unknown keys whose name starts with `x-` or that hold anchors are common; CircleCI lets every top-level key pass.
  const misspelt = Object.keys(document).find(
    (key) => !TOP_KEYS.includes(key) && TOP_KEYS.includes(`${key}s`),
  );
  if (misspelt !== undefined) {
    throw new ConfigError({
      reason: `A configuration has no key '${misspelt}': did you mean '${misspelt}s'?`,
      place: placeOf(document, misspelt),
    });
  }
  if (Object.hasOwn(document, 'job-groups')) {
    throw new ConfigError({
      reason: "'job-groups' cannot be rehearsed; name their jobs in a workflow instead.",
      place: placeOf(document, 'job-groups'),
    });
  }
}
