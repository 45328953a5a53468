import { stringify } from 'yaml';
import { readDocument } from '../../rehearsal/document/read.ts';
import { ConfigError } from '../../rehearsal/errors.ts';
import { ORB_NAME } from '../../orb/context.ts';
import { awaitedIn, listedIn, type Awaited, type Listed } from './awaited.ts';
import { bodyOf, type Body } from './body.ts';
import type { Findings } from './look.ts';
import { entriesOf, type Answers, type Entry } from './plan.ts';
import { InitRefused } from './refusal.ts';
import { plainEntries } from './render.ts';

/** What belongs into a configuration that is there already, and where. */
export interface Addition {
  /** What the orb is called there; `imported` when it is imported already. */
  readonly alias: string;
  readonly imported: boolean;
  /** Whether it has a section `orbs` already. */
  readonly hasOrbs: boolean;
  /** The workflow that it belongs into, and whether there is one of that name. */
  readonly workflow: string;
  readonly isNew: boolean;
  /** Jobs of the configuration that the new workflow has to run first, where there is no workflow. */
  readonly jobs: readonly string[];
  readonly entries: readonly Entry[];
  /** What the deployment waits for. */
  readonly awaited: Awaited;
  /** What a person has to know about this configuration. */
  readonly warnings: readonly string[];
  /** The configuration with the addition in it, to be compiled. */
  readonly merged: string;
  /** The orbs that it imports besides; they are not on this machine. */
  readonly otherOrbs: readonly string[];
  /** The workflow with stand-ins for all that is not ours, to be compiled where other orbs are missing. */
  readonly reduced: string;
}

/**
 * Finds the place for the deployment in a configuration; the file itself is left as it is.
 * @throws InitRefused for one that cannot be read, or is too old for orbs.
 */
export function additionTo(text: string, file: string, findings: Findings, answers: Answers): Addition {
  const config = readConfig(text, file);
  const orbs = bodyOf(config['orbs']);
  const reference = referenceOf(answers);
  const imported = Object.entries(orbs).find(([, value]) => nameOf(value) === nameOf(reference))?.[0];
  const alias = imported ?? (Object.hasOwn(orbs, ORB_NAME) ? `${ORB_NAME}-orb` : ORB_NAME);
  const workflows = Object.entries(bodyOf(config['workflows'])).filter(([name]) => name !== 'version');
  const [chosen, ...others] = workflows.sort((a, b) => Number(tests(b, config)) - Number(tests(a, config)));
  const jobs = chosen === undefined ? Object.keys(bodyOf(config['jobs'])) : [];
  const present = listedIn(chosen?.[1] ?? { jobs }, config);
  const awaited = awaitedIn(present, orbs);
  const requires = awaited.names;
  const taken = new Set([...Object.keys(bodyOf(config['jobs'])), ...present.map(({ name }) => name)]);
  const entries = entriesOf(findings, answers, { requires, taken, alias });
  const workflow = chosen?.[0] ?? 'test-and-deploy';
  const body = bodyOf(chosen?.[1]);
  const listed = Array.isArray(body['jobs']) ? (body['jobs'] as unknown[]) : jobs;
  const withJobs = { ...body, jobs: [...listed, ...plainEntries(entries)] };
  const allOrbs = { ...orbs, ...(imported === undefined ? { [alias]: reference } : {}) };
  return {
    alias,
    imported: imported !== undefined,
    hasOrbs: Object.hasOwn(config, 'orbs'),
    workflow,
    isNew: chosen === undefined,
    jobs,
    entries,
    awaited,
    warnings: [
      ...warningsOf(
        config,
        others.map(([name]) => name),
        workflow,
      ),
      ...takenGroups(workflow, present, entries),
    ],
    merged: yaml({
      ...config,
      orbs: allOrbs,
      workflows: { ...bodyOf(config['workflows']), [workflow]: withJobs },
    }),
    otherOrbs: Object.entries(orbs).flatMap(([name, value]) =>
      name === imported || typeof value !== 'string' ? [] : [value],
    ),
    reduced: reducedConfig(alias, reference, requires, entries),
  };
}

function readConfig(text: string, file: string): Body {
  let config: unknown;
  try {
    config = readDocument(text, file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new InitRefused([`${error.message} Mend that first; nothing was changed.`]);
  }
  const version = bodyOf(config)['version'];
  if (String(version) !== '2.1') {
    throw new InitRefused([
      `${file} has the version ${JSON.stringify(version ?? null)}: orbs need \`version: 2.1\`. Change that, see that CircleCI accepts it, and run init again.`,
    ]);
  }
  return bodyOf(config);
}

/** The reference, without the orb's own text: that is compiled from where it lies. */
function referenceOf({ orb }: Answers): string {
  return orb.source === 'inline' ? `${ORB_NAME}/${ORB_NAME}@0` : orb.value;
}

function nameOf(reference: unknown): string | undefined {
  return typeof reference === 'string' ? reference.split('@')[0] : undefined;
}

function reducedConfig(
  alias: string,
  reference: string,
  requires: readonly string[],
  entries: readonly Entry[],
): string {
  const stub = { docker: [{ image: 'cimg/base:stable' }], steps: ['checkout'] };
  // A job's name in a workflow may hold what the name of a job may not, such as the slash of an orb's.
  const stubs = requires.map((name) => ({ stub: { name } }));
  return yaml({
    version: 2.1,
    orbs: { [alias]: reference },
    ...(stubs.length === 0 ? {} : { jobs: { stub } }),
    workflows: { w: { jobs: [...stubs, ...plainEntries(entries)] } },
  });
}

function tests([name, workflow]: readonly [string, unknown], config: Body): boolean {
  return [name, ...listedIn(workflow, config).map((one) => one.name)].some((word) =>
    /test|build|\bci\b/i.test(word),
  );
}

function warningsOf(config: Body, others: readonly string[], workflow: string): readonly string[] {
  const warnings: string[] = [];
  if (config['setup'] === true) {
    warnings.push(
      'This is a setup configuration: the deployment belongs into the one that it continues with, not into this file.',
    );
  }
  if (others.length > 0) {
    warnings.push(
      `There are other workflows (${others.join(', ')}): ${workflow} was chosen by the names of its jobs; nothing of the others is waited for.`,
    );
  }
  return warnings;
}

/** CircleCI does not support one serial group twice in a workflow ("Controlling serial execution"). */
function takenGroups(
  workflow: string,
  present: readonly Listed[],
  entries: readonly Entry[],
): readonly string[] {
  const ours = entries.flatMap(({ lines }) => lines.filter(({ key }) => key === 'serial-group'));
  return present
    .filter(({ serialGroup }) => ours.some(({ value }) => value === serialGroup))
    .map(
      ({ name, serialGroup }) =>
        `The job ${name} of ${workflow} has the \`serial-group\` ${serialGroup} already, and one may stand only once in a workflow: change that job, or put what is proposed below in its place.`,
    );
}

function yaml(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
