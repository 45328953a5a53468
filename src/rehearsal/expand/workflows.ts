import { inheritOrigin, placeOf } from '../document/places.ts';
import type { Place } from '../document/places.ts';
import { holds } from './condition.ts';
import { selectByFilters } from './filters.ts';
import type { Frame } from './frame.ts';
import { expandJob, jobType } from './jobs.ts';
import { expandMatrix } from './matrix.ts';
import type { MatrixRow } from './matrix.ts';
import { requirements, settleRequirements } from './requires.ts';
import type { CompiledWorkflow, Selection, WorkflowJob } from './types.ts';
import { isMapping, isTruthy, member } from './values.ts';
import type { Mapping } from './values.ts';

/** Keys of an invocation that are CircleCI's, not arguments of the job. */
const RESERVED = [
  ...['name', 'requires', 'context', 'type', 'filters', 'matrix', 'pre-steps', 'post-steps', 'serial-group'],
  'override-with',
];

const WORKFLOW_KEYS = ['jobs', 'when', 'unless', 'triggers', 'max_auto_reruns', 'version', 'description'];

/** One entry of the list before its name is settled. */
interface Entry {
  readonly invokes: string;
  readonly row: MatrixRow | undefined;
  readonly alias: string | undefined;
  readonly options: Mapping;
  readonly frame: Frame;
  readonly named: string | undefined;
}

/**
 * Compiles one workflow: matrix, names, requirements, filters and the jobs themselves.
 * @throws ConfigError naming workflow and job.
 */
export function expandWorkflow(name: string, raw: unknown, config: Frame): CompiledWorkflow {
  const frame = config.call('workflow', name, { scope: config.scope, place: placeOf(raw) });
  if (!isMapping(raw)) throw frame.fail('A workflow is a map with a list of jobs.');
  const unknown = Object.keys(raw).find((key) => !WORKFLOW_KEYS.includes(key));
  if (unknown !== undefined) {
    throw frame.fail(`A workflow has no key '${unknown}'.`, { place: placeOf(raw, unknown) });
  }
  const list = member(raw, 'jobs');
  if (!Array.isArray(list) || list.length === 0) {
    throw frame.fail("The workflow has no list 'jobs'.", { place: placeOf(raw, 'jobs') });
  }
  const entries = (list as readonly unknown[]).flatMap((item, index) =>
    readEntry(item, frame.into(undefined, placeOf(list, index))),
  );
  const names = settleNames(entries);
  const jobs = entries.map((entry, index) => invocation(entry, names[index] ?? entry.invokes));
  const reruns = member(raw, 'max_auto_reruns');
  return {
    name,
    selection: selectWorkflow(raw, frame),
    jobs: settleRequirements(
      jobs,
      entries.map((entry) => entry.alias),
      frame,
    ),
    ...(typeof reruns === 'number' ? { maxAutoReruns: reruns } : {}),
  };
}

function selectWorkflow(raw: Mapping, frame: Frame): Selection {
  for (const key of ['when', 'unless'] as const) {
    if (!Object.hasOwn(raw, key)) continue;
    const value = raw[key];
    const place = placeOf(raw, key);
    const direct = typeof value === 'string' && !value.includes('<<');
    const condition = direct ? isTruthy(frame.expression(value, place)) : holds(value, frame, place);
    if (condition !== (key === 'when')) {
      return {
        runs: false,
        because: `the '${key}' of workflow ${frame.element.at(-1)?.slice(9) ?? ''} does not let it run`,
      };
    }
  }
  return { runs: true };
}

function readEntry(item: unknown, frame: Frame): Entry[] {
  const [entry, second] = isMapping(item) ? Object.entries(item) : [];
  if (typeof item !== 'string' && (entry === undefined || second !== undefined)) {
    throw frame.fail(`A workflow's job is a name or a map with one key, not ${JSON.stringify(item)}`);
  }
  const invokes = typeof item === 'string' ? item : (entry?.[0] ?? '');
  const options = entry?.[1] ?? {};
  const at = frame.into(undefined, placeOf(item, invokes));
  if (!isMapping(options)) {
    throw at.into(`job ${invokes}`, undefined).fail('The invocation of a job takes a map.');
  }
  const named = (row: Frame): string | undefined => {
    const name = row.resolve(member(options, 'name'), placeOf(options, 'name'));
    if (name !== undefined && (typeof name !== 'string' || name === '')) {
      throw row
        .into(`job ${invokes}`, undefined)
        .fail("'name' must be a string.", { place: placeOf(options, 'name') });
    }
    return name;
  };
  if (!Object.hasOwn(options, 'matrix')) {
    return [{ invokes, row: undefined, alias: undefined, options, frame: at, named: named(at) }];
  }
  const matrix = expandMatrix(options.matrix, at.into(`job ${invokes}`, undefined));
  return matrix.rows.map((row) => {
    const rowFrame = at.withMatrix(row.values);
    return { invokes, row, alias: matrix.alias ?? invokes, options, frame: rowFrame, named: named(rowFrame) };
  });
}

/** Names: `name`, else the job's with its matrix values; what is still equal gets `-1`, `-2`, … */
function settleNames(entries: readonly Entry[]): string[] {
  const wanted = entries.map(
    ({ named, invokes, row }) => named ?? (row === undefined ? invokes : `${invokes}-${row.suffix}`),
  );
  const counts = new Map<string, number>();
  return wanted.map((name) => {
    if (wanted.filter((other) => other === name).length === 1) return name;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `${name}-${String(count)}`;
  });
}

function invocation(entry: Entry, name: string): WorkflowJob {
  const { options, frame, invokes } = entry;
  const place = placeOf(options) ?? frame.place;
  const at = frame.into(`job ${invokes}`, place);
  const type = at.resolve(member(options, 'type'));
  const base = {
    name,
    invokes,
    requires: requirements(member(options, 'requires'), at, placeOf(options, 'requires')),
    contexts: contexts(member(options, 'context'), at, placeOf(options, 'context')),
    selection: selectByFilters(member(options, 'filters'), at, placeOf(options, 'filters')),
    ...(Object.hasOwn(options, 'filters') ? { filters: options.filters } : {}),
    ...serialGroup(options, at),
    place,
  };
  if (type === 'approval') {
    return { ...base, type };
  }
  const override = at.resolve(member(options, 'override-with'));
  const replaced = typeof override === 'string' ? frame.scope.find('job', override) : undefined;
  const found = replaced ?? frame.scope.find('job', invokes);
  if (found === undefined) {
    throw frame.fail(`Cannot find a definition for job named ${invokes}`, { place: frame.place });
  }
  const given = argumentsOf(entry);
  const job = expandJob({
    found,
    name,
    given,
    ...(Object.hasOwn(options, 'pre-steps') ? { preSteps: options['pre-steps'] } : {}),
    ...(Object.hasOwn(options, 'post-steps') ? { postSteps: options['post-steps'] } : {}),
    caller: frame,
    place: frame.place,
  });
  const kind = jobType(found.definition);
  return { ...base, type: kind, ...(kind === 'build' ? { job } : {}) };
}

function argumentsOf({ options, row }: Entry): Mapping {
  const own = Object.fromEntries(Object.entries(options).filter(([key]) => !RESERVED.includes(key)));
  // Matrix values were filled already; as raw arguments their tags must stay text.
  const values = [...(row?.values ?? [])].map(
    ([key, value]) => [key, typeof value === 'string' ? value.replaceAll('<<', '\\<<') : value] as const,
  );
  return inheritOrigin({ ...own, ...Object.fromEntries(values) }, options);
}

function contexts(raw: unknown, frame: Frame, place: Place | undefined): string[] {
  const value = frame.resolve(raw, place);
  const list: readonly unknown[] =
    value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  return list.map((item) => {
    const text: unknown = isMapping(item) ? member(item, 'name') : item;
    if (typeof text !== 'string') {
      throw frame.fail("'context' is a name or a list of names.", { place, parameter: 'context' });
    }
    return text;
  });
}

function serialGroup(options: Mapping, frame: Frame): { serialGroup?: string } {
  const place = placeOf(options, 'serial-group');
  const value = frame.resolve(member(options, 'serial-group'), place);
  if (value === undefined) return {};
  if (typeof value !== 'string' || value.length > 512 || !/^[A-Za-z0-9._/-]+$/.test(value)) {
    throw frame.fail(
      `'serial-group' is up to 512 letters, digits, '.', '_', '/' and '-', not ${JSON.stringify(value)}`,
      { place, parameter: 'serial-group' },
    );
  }
  return { serialGroup: value };
}
