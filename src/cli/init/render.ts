import {
  Document,
  isMap,
  isNode,
  isScalar,
  parseDocument,
  YAMLMap,
  YAMLSeq,
  Scalar,
  type Node,
  type Pair,
} from 'yaml';
import { ORB_NAME } from '../../orb/context.ts';
import type { Entry, Line, OrbImport, Plan, TestJob } from './plan.ts';

const HEAD = `Continuous deployment to Heroku, proposed by "heroku-cd init"; it is yours to change.
Rehearse it on your own machine against a local Heroku: heroku-cd simulate, heroku-cd rehearse.`;

const NO_TESTS = `No tests were recognized here, so nothing is tested before it is deployed: add a job that
runs yours, and name it in "requires" below.`;

const WAIT = { name: 'Wait for Postgres', command: 'dockerize -wait tcp://localhost:5432 -timeout 1m' };

/** The workflow that a new configuration has. */
export function workflowName({ test }: Pick<Plan, 'test'>): string {
  return test === undefined ? 'deploy' : 'test-and-deploy';
}

/** A whole configuration, as text. */
export function renderConfig(plan: Plan): string {
  const jobs = [...(plan.test === undefined ? [] : [scalar('test')]), ...plan.entries.map(entryNode)];
  const workflow = mapping([
    { key: workflowName(plan), value: mapping([{ key: 'jobs', value: list(jobs) }]) },
  ]);
  return text(
    mapping([
      { key: 'version', value: 2.1, before: HEAD },
      { key: 'orbs', value: mapping([orbLine(plan.orb, ORB_NAME)]) },
      ...(plan.test === undefined
        ? []
        : [{ key: 'jobs', value: mapping([{ key: 'test', value: testNode(plan.test) }]) }]),
      { key: 'workflows', value: workflow, ...(plan.test === undefined ? { before: NO_TESTS } : {}) },
    ]),
    true,
  );
}

/** The line that imports the orb, as text. */
export function renderOrb(orb: OrbImport, alias: string): string {
  return text(mapping([orbLine(orb, alias)]));
}

/** Entries of a workflow's `jobs`, as text. */
export function renderEntries(entries: readonly Entry[]): string {
  return text(list(entries.map(entryNode)));
}

/** Entries as plain data. */
export function plainEntries(entries: readonly Entry[]): readonly unknown[] {
  return entries.map(({ job, lines }) => ({
    [job]: Object.fromEntries(lines.map(({ key, value }) => [key, value])),
  }));
}

function entryNode({ job, before, lines }: Entry): Node {
  return mapping([{ key: job, value: mapping(lines), ...(before === undefined ? {} : { before }) }]);
}

function orbLine({ source, value }: OrbImport, alias: string): Line {
  if (source !== 'inline') return { key: alias, value };
  const { contents } = parseDocument(value);
  if (isMap(contents)) {
    // For the registry's page alone.
    contents.delete('examples');
    const [first] = contents.items;
    for (const node of [contents, first?.key]) if (isNode(node)) node.commentBefore = null;
  }
  return {
    key: alias,
    value: contents,
    before: 'The packed orb itself: nothing is imported from anywhere.',
  };
}

function testNode({ image, postgres, environment, directory, steps }: TestJob): Node {
  const database = {
    image: 'cimg/postgres:17.6',
    environment: { POSTGRES_USER: 'postgres', POSTGRES_PASSWORD: 'postgres', POSTGRES_DB: 'test' },
  };
  return mapping([
    { key: 'docker', value: [{ image }, ...(postgres ? [database] : [])] },
    ...(Object.keys(environment).length === 0 ? [] : [{ key: 'environment', value: environment }]),
    {
      key: 'steps',
      value: [
        'checkout',
        ...(postgres ? [{ run: WAIT }] : []),
        ...steps.map((step) => ({
          run: { ...step, ...(directory === '' ? {} : { working_directory: directory }) },
        })),
      ],
    },
  ]);
}

/** A mapping whose lines have comments. Lists of words stand in one line, as the orb's examples have them. */
function mapping(lines: readonly Line[]): YAMLMap {
  const map = new YAMLMap();
  for (const { key, value, before, behind } of lines) {
    const pair = new Document().createPair(key, value) as Pair<Scalar, Node | null>;
    if (before !== undefined) pair.key.commentBefore = comment(before);
    if (behind !== undefined && pair.value !== null) pair.value.comment = comment(behind);
    if (pair.value instanceof YAMLSeq && isShort(value)) pair.value.flow = true;
    map.add(pair);
  }
  // A comment before a list's item belongs before its dash.
  const [first] = map.items;
  if (first !== undefined && isScalar(first.key) && typeof first.key.commentBefore === 'string') {
    map.commentBefore = first.key.commentBefore;
    first.key.commentBefore = null;
  }
  return map;
}

function list(items: readonly Node[]): YAMLSeq {
  const seq = new YAMLSeq();
  seq.items.push(...items);
  return seq;
}

function isShort(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((one) => typeof one === 'string' || Object.values(one as object).every(Array.isArray)) &&
    !value.includes('checkout')
  );
}

function scalar(value: string): Node {
  return new Scalar(value);
}

function comment(said: string): string {
  return said.replace(/^/gm, ' ');
}

/** CircleCI reads YAML 1.1, whose further words for booleans and numbers are quoted by writing it as that. */
function text(contents: Node, spaced = false): string {
  const document = new Document(null, { version: '1.1' });
  if (spaced && isMap(contents)) {
    for (const { key } of contents.items.slice(1)) (key as Scalar).spaceBefore = true;
  }
  document.contents = contents;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
