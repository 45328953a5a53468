import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { readSettings } from '../../../src/helper/settings/read-settings.ts';
import { parseCommandLine } from '../../../src/helper/cli/program.ts';
import { COMMAND_LINE_VARIABLE } from '../../../src/orb/hand-over.ts';
import { expandConfig, type CompiledConfig } from '../../../src/rehearsal/index.ts';
import { ROOT, type Block } from './markdown.ts';

type Mapping = Record<string, unknown>;

const ORB_FILE = process.env['E2E_ORB'] ?? resolve(ROOT, 'orb/orb.yml');
const ORB = { text: readFileSync(ORB_FILE, 'utf8'), file: 'orb.yml' };
const COMPONENTS = parse(ORB.text) as { readonly jobs: Mapping; readonly commands: Mapping };
const IMPORT = { 'heroku-cd': 'heroku-cd/heroku-cd@0.1' };
const PIPELINE = { branch: 'main', projectSlug: 'gh/acme/shop', revision: '0'.repeat(40) };

/** Variables of a job that has all that the orb's defaults name. */
const ENVIRONMENT = {
  HEROKU_API_KEY: 'HRKU-00000000-0000-4000-8000-000000000000',
  HEROKU_APP_NAME: 'acme-shop',
  CIRCLE_SHA1: PIPELINE.revision,
  CIRCLE_BRANCH: 'main',
};

/**
 * Compiles a block as CircleCI would, with what it leaves out around it, and reads the parameters of every call of
 * the helper in it as the helper does.
 * @throws Error for anything that one of the two does not take.
 */
export function compileBlock(block: Pick<Block, 'path' | 'text'>): CompiledConfig {
  const whole = parse(block.text) as unknown;
  const document = configurationAround(whole);
  const orbs = Object.values((document['orbs'] ?? {}) as Record<string, string>);
  const config = expandConfig(
    document === whole
      ? { text: block.text, file: block.path }
      : { text: JSON.stringify(document), file: block.path },
    { orbs: Object.fromEntries(orbs.map((name) => [name, ORB])), pipeline: PIPELINE },
  );
  const steps = config.workflows.flatMap(({ jobs }) => jobs.flatMap(({ job }) => job?.steps ?? []));
  for (const { options } of steps) {
    const environment = (options['environment'] ?? {}) as Record<string, string>;
    const line = environment[COMMAND_LINE_VARIABLE];
    if (line !== undefined) readCall(line, environment);
  }
  return config;
}

function readCall(line: string, given: Readonly<Record<string, unknown>>): void {
  const call = parseCommandLine(line.split(' '));
  if ('text' in call) throw new Error(`${line} asks for help.`);
  const texts = Object.entries(given).map(([name, value]) => [name, String(value === true ? 1 : value)]);
  readSettings(call.command, call.flags, { ...ENVIRONMENT, ...(Object.fromEntries(texts) as object) });
}

/** A whole configuration, by the shape of what is there. */
function configurationAround(part: unknown): Mapping {
  if (Array.isArray(part)) return configurationAround(aroundList(part as readonly unknown[]));
  if (!isMapping(part)) throw new Error('A block of YAML is a map or a list.');
  if ('version' in part) return part;
  if ('workflows' in part || 'jobs' in part) return completed(part);
  if ('steps' in part) return completed({ jobs: { own: part }, workflows: { main: { jobs: ['own'] } } });
  // Anything else is some parameters of a deployment.
  return configurationAround([{ 'heroku-cd/maintenance-wrapped-migrate': { ...ANY_MIGRATION, ...part } }]);
}

const ANY_MIGRATION = { 'app-name': 'acme-shop', 'migrate-command': 'rake db:migrate' };

function aroundList(list: readonly unknown[]): Mapping {
  const names = list.map((entry) => (isMapping(entry) ? (Object.keys(entry)[0] ?? '') : String(entry)));
  const isJob = (name: string): boolean => name.replace(/^heroku-cd\//, '') in COMPONENTS.jobs;
  return names.some(isJob) ? { workflows: { main: { jobs: list } } } : { steps: list };
}

/** With the orb's import, and a job for every name that is required or listed and that the part does not have. */
function completed(part: Mapping): Mapping {
  const jobs = Object.entries((part['jobs'] ?? {}) as Record<string, Mapping>);
  const own = Object.fromEntries(jobs.map(([name, job]) => [name, { ...ANY_DOCKER, ...job }]));
  const workflows = Object.entries((part['workflows'] ?? {}) as Record<string, { jobs: unknown[] }>);
  const added: Mapping = {};
  const complete = workflows.map(([name, workflow]) => {
    const entries = workflow.jobs.map((entry) => (isMapping(entry) ? Object.entries(entry)[0] : [entry, {}]));
    const called = entries.map((entry) => {
      const [job, given] = entry as [string, Mapping];
      return { job, name: (given['name'] as string | undefined) ?? job, given };
    });
    const required = called.flatMap(({ given }) => ((given['requires'] ?? []) as unknown[]).map(nameOf));
    const missing = [...new Set(required)].filter((one) => !called.some((call) => call.name === one));
    for (const { job, given } of called) {
      if (!job.includes('/') && given['type'] === undefined && !(job in own)) added[job] = ANY_JOB;
    }
    for (const one of missing) added[one] = ANY_JOB;
    return [name, { ...workflow, jobs: [...workflow.jobs, ...missing] }];
  });
  return {
    version: 2.1,
    orbs: IMPORT,
    ...part,
    jobs: { ...own, ...added },
    workflows: Object.fromEntries(complete) as Mapping,
  };
}

const ANY_DOCKER = { docker: [{ image: 'cimg/node:lts' }] };
const ANY_JOB = { ...ANY_DOCKER, steps: ['checkout'] };

function nameOf(requirement: unknown): string {
  return isMapping(requirement) ? (Object.keys(requirement)[0] ?? '') : String(requirement);
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
