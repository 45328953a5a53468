import type { FlatJob } from '../expand/types.ts';
import { isMapping, member } from '../expand/values.ts';
import type { JobSetup } from './types.ts';

/**
 * Writes an `environment` value as CircleCI's agent does: booleans as 1 and 0, null (an empty pipeline value) as `<nil>`,
 * numbers in decimal. Source: Reusing configuration, "boolean"; Pipeline values and parameters.
 */
export function environmentText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** The texts of a compiled `environment`, which is a map or a list of maps. */
export function environmentTexts(environment: unknown): Record<string, string> {
  const maps: readonly unknown[] = Array.isArray(environment) ? environment : [environment];
  return Object.fromEntries(
    maps
      .filter(isMapping)
      .flatMap((map) => Object.entries(map).map(([name, value]) => [name, environmentText(value)])),
  );
}

/**
 * The environment of a step: step > job > image > built-ins > contexts > project > what this machine hands on.
 * Source: CircleCI docs, "Environment variables", order of precedence.
 */
export function stepEnvironment(setup: JobSetup, stepEnv: unknown): Record<string, string> {
  return { ...jobEnvironment(setup.job, setup.environment), ...environmentTexts(stepEnv) };
}

/** The environment that every step of a job shares. */
export function jobEnvironment(job: FlatJob, layers: JobSetup['environment']): Record<string, string> {
  return {
    ...layers.local,
    ...layers.project,
    ...layers.contexts,
    ...layers.builtIns,
    ...imageEnvironment(job),
    ...environmentTexts(job.environment),
  };
}

function imageEnvironment(job: FlatJob): Record<string, string> {
  const docker = member(job.settings, 'docker');
  const primary: unknown = Array.isArray(docker) ? docker[0] : undefined;
  return isMapping(primary) ? environmentTexts(member(primary, 'environment')) : {};
}
