import { rehearseWorkflow } from '../../../src/rehearsal/index.ts';
import type { WorkflowOptions, WorkflowResult } from '../../../src/rehearsal/index.ts';
import { Heard, LOCAL_HOST } from '../helpers.ts';

/** What a workflow came to, and what was written meanwhile. */
export interface Walked {
  readonly result: WorkflowResult;
  readonly text: string;
  /** The status of each job, in the order in which that was settled. */
  readonly ends: Readonly<Record<string, string>>;
}

/**
 * Walks the workflow `main` of a configuration whose jobs each run one command.
 * @param commands the command of each job; `name/key` adds a line with a key of the job.
 * @param list the workflow's list of jobs, one a line.
 */
export async function walkJobs(
  commands: Readonly<Record<string, string>>,
  list: readonly string[],
  options: Partial<WorkflowOptions> = {},
): Promise<Walked> {
  return walkText(configOf(commands, list), options);
}

/** The configuration that `walkJobs` walks. */
export function configOf(commands: Readonly<Record<string, string>>, list: readonly string[]): string {
  const jobs = Object.entries(commands).map(
    ([name, command]) =>
      `  ${name}: {docker: [{image: a}], steps: [{run: {name: Work, command: ${JSON.stringify(command)}}}]}`,
  );
  return [
    'version: 2.1',
    'jobs:',
    ...jobs,
    'workflows:',
    '  main:',
    '    jobs:',
    ...list.map((line) => `      - ${line}`),
    '',
  ].join('\n');
}

/** Walks the workflow `main` of a configuration. */
export async function walkText(text: string, options: Partial<WorkflowOptions> = {}): Promise<Walked> {
  const heard = new Heard();
  const result = await rehearseWorkflow({
    config: { text, file: 'config.yml' },
    workflow: 'main',
    output: { write: heard.write },
    ...options,
    builtIns: { ...LOCAL_HOST, ...options.builtIns },
  });
  const ends = Object.fromEntries(result.jobs.map(({ name, status }) => [name, status]));
  return { result, text: heard.all, ends };
}

/** Why a job came out as it did. */
export function reasonOf({ result }: Walked, job: string): string | undefined {
  return result.jobs.find(({ name }) => name === job)?.reason;
}
