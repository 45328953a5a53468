import { placeOf } from '../document/places.ts';
import type { Place } from '../document/places.ts';
import type { Frame } from './frame.ts';
import type { Requirement, WorkflowJob } from './types.ts';
import { isMapping } from './values.ts';

/** Ends of a job that another one may require. Source: Configuration reference, "requires". */
const STATUSES = ['success', 'failed', 'canceled', 'unauthorized', 'not_run', 'terminal'];

/** Reads `requires`: names, or `{name: status}` and `{name: [statuses]}`. */
export function requirements(raw: unknown, frame: Frame, place: Place | undefined): Requirement[] {
  const value = frame.resolve(raw, place);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw frame.fail("'requires' is a list of jobs.", { place, parameter: 'requires' });
  }
  const list: readonly unknown[] = value;
  return list.flatMap((item, index): Requirement[] => {
    const at = placeOf(list, index) ?? place;
    if (typeof item === 'string') return [{ job: item, statuses: ['success'] }];
    if (!isMapping(item)) {
      throw frame.fail("'requires' names jobs, or maps of a job to its statuses.", {
        place: at,
        parameter: 'requires',
      });
    }
    return Object.entries(item).map(([job, wanted]) => {
      const statuses: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
      const bad = statuses.find((status) => !STATUSES.includes(status as string));
      if (bad !== undefined || statuses.length === 0) {
        throw frame.fail(
          `'requires' of job ${job} has status ${JSON.stringify(bad)}: expected one of ${STATUSES.join(', ')}`,
          { place: at, parameter: 'requires' },
        );
      }
      return { job, statuses: statuses as readonly string[] };
    });
  });
}

/**
 * Replaces the alias of a matrix by all its jobs and checks every name.
 * @throws ConfigError for an unknown name and for jobs that wait for each other.
 */
export function settleRequirements(
  jobs: readonly WorkflowJob[],
  aliases: readonly (string | undefined)[],
  frame: Frame,
): WorkflowJob[] {
  const settled = jobs.map((job) => ({
    ...job,
    requires: job.requires.flatMap(({ job: wanted, statuses }) => {
      const exact = jobs.filter(({ name }) => name === wanted);
      const found = exact.length > 0 ? exact : jobs.filter((_, index) => aliases[index] === wanted);
      if (found.length === 0) {
        throw frame
          .into(`job ${job.name}`, job.place)
          .fail(
            `Job '${job.name}' requires '${wanted}', which is the name of 0 other jobs in ${frame.element.at(-1) ?? 'this workflow'}`,
            { parameter: 'requires' },
          );
      }
      return found.map(({ name }) => ({ job: name, statuses }));
    }),
  }));
  checkCycles(settled, frame);
  return settled;
}

function checkCycles(jobs: readonly WorkflowJob[], frame: Frame): void {
  const done = new Set<string>();
  const visit = (job: WorkflowJob, path: readonly string[]): void => {
    if (done.has(job.name)) return;
    if (path.includes(job.name)) {
      const circle = [...path.slice(path.indexOf(job.name)), job.name].join(' -> ');
      throw frame
        .into(`job ${job.name}`, job.place)
        .fail(`These jobs wait for each other: ${circle}`, { parameter: 'requires' });
    }
    for (const { job: wanted } of job.requires) {
      const next = jobs.find(({ name }) => name === wanted);
      if (next !== undefined) visit(next, [...path, job.name]);
    }
    done.add(job.name);
  };
  for (const job of jobs) visit(job, []);
}
