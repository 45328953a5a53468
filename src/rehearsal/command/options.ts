/** One option of `heroku-cd rehearse`, for a command line to turn into flags. */
export interface RehearseOption {
  /** Kebab-case name, without dashes; the options object has it in camel case. */
  readonly name: string;
  /** What the value is, such as `FILE`; a switch has none. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly description: string;
}

/** The options of `heroku-cd rehearse`, in the order in which help shows them. */
export const REHEARSE_OPTIONS: readonly RehearseOption[] = [
  {
    name: 'job',
    value: 'NAME',
    description: 'The job to run: its name in the workflow, or the job it invokes',
  },
  {
    name: 'workflow',
    value: 'NAME',
    description:
      'The workflow to walk; with --job, the one whose job it is when several have one of that name',
  },
  {
    name: 'approve',
    value: 'JOB',
    repeatable: true,
    description: 'An approval job of the workflow to approve; at any other the workflow is on hold',
  },
  {
    name: 'cancel',
    value: 'JOB@STEP[:/regex/]',
    repeatable: true,
    description:
      'Cancel a job of the workflow when that step (name, or number from 1) starts, or writes a line that matches',
  },
  {
    name: 'deny-context',
    value: 'NAME',
    repeatable: true,
    description: 'A context that may not be used: the jobs of the workflow that list it are unauthorized',
  },
  { name: 'config', value: 'FILE', description: 'The configuration (default: .circleci/config.yml)' },
  {
    name: 'orb',
    value: 'NAME=FILE',
    repeatable: true,
    description: 'A packed orb on this machine, by alias, namespace/orb or address',
  },
  {
    name: 'branch',
    value: 'NAME',
    description: "The pipeline's branch (default: the repository's current one)",
  },
  { name: 'tag', value: 'NAME', description: "The pipeline's tag, instead of a branch" },
  {
    name: 'revision',
    value: 'SHA',
    description: "The pipeline's commit (default: the end of the branch or tag)",
  },
  {
    name: 'repository',
    value: 'PATH',
    description: 'The git repository to check out (default: the one around the current folder)',
  },
  {
    name: 'env',
    value: 'NAME[=VALUE]',
    repeatable: true,
    description: "A project variable; without =VALUE the caller's own value",
  },
  {
    name: 'context',
    value: 'NAME=FILE',
    repeatable: true,
    description: 'A context: a file of NAME=value lines',
  },
  { name: 'parameter', value: 'NAME=VALUE', repeatable: true, description: 'A pipeline parameter' },
  { name: 'cache-dir', value: 'FOLDER', description: 'Where caches are kept between rehearsals' },
  { name: 'workspace-dir', value: 'FOLDER', description: 'Where the workspace is kept between jobs' },
  { name: 'artifacts-dir', value: 'FOLDER', description: 'Where artifacts and test results are left' },
  { name: 'node-index', value: 'N', description: 'Which container of a parallel job this is, from 0' },
  {
    name: 'node-total',
    value: 'N',
    description: 'How many containers the job runs on (default: its parallelism)',
  },
  {
    name: 'against',
    value: 'HOST',
    description: 'Allow a host other than this machine, such as api.heroku.com for the real Heroku',
  },
  { name: 'no-mask', description: 'Show secret values as they are' },
];

/** What the exit code says, for help to show. */
export const REHEARSE_EXIT_CODES = `Exit codes:
  0    the job or workflow succeeded
  1    a job failed, was canceled or was unauthorized; or nothing did, but a --cancel had no occasion
  2    nothing was run: a refused option or configuration, or a pipeline that has no such job or workflow
  3    the workflow is on hold, and nothing failed
  130  the rehearsal was interrupted`;

/** The parsed options of one call. Repeatable options are lists. */
export interface RehearseArguments {
  readonly job?: string | undefined;
  readonly workflow?: string | undefined;
  readonly approve?: readonly string[] | undefined;
  readonly cancel?: readonly string[] | undefined;
  readonly denyContext?: readonly string[] | undefined;
  readonly config?: string | undefined;
  readonly orb?: readonly string[] | undefined;
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  readonly revision?: string | undefined;
  readonly repository?: string | undefined;
  readonly env?: readonly string[] | undefined;
  readonly context?: readonly string[] | undefined;
  readonly parameter?: readonly string[] | undefined;
  readonly cacheDir?: string | undefined;
  readonly workspaceDir?: string | undefined;
  readonly artifactsDir?: string | undefined;
  readonly nodeIndex?: string | undefined;
  readonly nodeTotal?: string | undefined;
  readonly against?: string | undefined;
  readonly noMask?: boolean | undefined;
}
