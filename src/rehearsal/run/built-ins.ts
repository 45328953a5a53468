import { randomUUID } from 'node:crypto';
import type { PipelineFacts } from '../expand/pipeline.ts';
import type { FlatJob } from '../expand/types.ts';
import { DEFAULT_WORKING_DIRECTORY } from './paths.ts';
import type { Source } from './types.ts';

/** Caller's variables that a job needs to reach a local Heroku; nothing else of the caller is handed on. */
export const HANDED_ON: readonly string[] = [
  ...[
    'HEROKU_HOST',
    'HEROKU_DATA_HOST',
    'HEROKU_GIT_HOST',
    'HEROKU_PARTICLEBOARD_HOST',
    'MEMCACHIER_API_URL',
  ],
  ...['NODE_EXTRA_CA_CERTS', 'GIT_SSL_CAINFO'],
];

/** What a job gets of this machine: where programs are, a HOME, the language, and where the local Heroku is. */
export function localEnvironment(
  caller: Readonly<Record<string, string | undefined>>,
  home: string,
): Record<string, string> {
  const handed = ['LANG', 'TERM', ...HANDED_ON].flatMap((name) => {
    const value = caller[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    ...(Object.fromEntries(handed) as Record<string, string>),
    PATH: caller.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
  };
}

/** What tells the runs of one workflow apart, or holds them together. */
export interface RunNumbers {
  readonly workflowId: string;
  readonly workflowJobId: string;
  /** CircleCI counts the jobs of a project. */
  readonly buildNumber: number;
}

export interface BuiltInFacts {
  readonly job: FlatJob;
  readonly source: Source | undefined;
  readonly pipeline: PipelineFacts;
  readonly node: { readonly index: number; readonly total: number };
  readonly projectSlug: string;
  /** New ones by default. */
  readonly numbers?: RunNumbers;
}

/**
 * The variables that CircleCI sets in every job. A tag pipeline has `CIRCLE_TAG` and no `CIRCLE_BRANCH`.
 * Source: CircleCI docs, "Project values and variables", built-in environment variables.
 */
export function builtInEnvironment(facts: BuiltInFacts): Record<string, string> {
  const { job, source, pipeline, node, projectSlug } = facts;
  const [, owner = '', repository = ''] = projectSlug.split('/');
  const tag = source?.tag ?? pipeline.tag;
  const branch = source?.branch ?? pipeline.branch ?? 'main';
  const revision = source?.revision ?? pipeline.revision;
  const { workflowId, workflowJobId, buildNumber } = facts.numbers ?? {
    workflowId: randomUUID(),
    workflowJobId: randomUUID(),
    buildNumber: 1,
  };
  return {
    CI: 'true',
    CIRCLECI: 'true',
    CIRCLE_JOB: job.name,
    CIRCLE_BUILD_NUM: String(buildNumber),
    CIRCLE_BUILD_URL: `https://circleci.com/${projectSlug}/${String(buildNumber)}`,
    CIRCLE_WORKFLOW_ID: workflowId,
    CIRCLE_WORKFLOW_JOB_ID: workflowJobId,
    // One for all jobs of a workflow; only a rerun, which a rehearsal never is, tells it from the workflow's id.
    CIRCLE_WORKFLOW_WORKSPACE_ID: workflowId,
    CIRCLE_PIPELINE_ID: pipeline.id ?? randomUUID(),
    CIRCLE_PROJECT_USERNAME: owner,
    CIRCLE_PROJECT_REPONAME: repository,
    CIRCLE_WORKING_DIRECTORY: job.workingDirectory ?? DEFAULT_WORKING_DIRECTORY,
    CIRCLE_NODE_INDEX: String(node.index),
    CIRCLE_NODE_TOTAL: String(node.total),
    ...(source === undefined ? {} : { CIRCLE_REPOSITORY_URL: source.url }),
    ...(revision === undefined ? {} : { CIRCLE_SHA1: revision }),
    ...(tag === undefined ? { CIRCLE_BRANCH: branch } : { CIRCLE_TAG: tag }),
  };
}
