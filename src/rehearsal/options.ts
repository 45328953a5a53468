import type { PipelineFacts } from './expand/pipeline.ts';
import type { RehearsalOutput } from './run/types.ts';

/** What every rehearsal is made of, be it of one job or of a workflow. Only `config` is needed. */
export interface SharedOptions {
  /** The configuration: a file, or its text. */
  readonly config: { readonly file: string } | { readonly text: string; readonly file?: string };
  /** Local orbs: packed files by alias, by `namespace/orb[@version]`, or by a URL orb's address. */
  readonly orbs?: Readonly<Record<string, string>>;
  readonly pipelineParameters?: Readonly<Record<string, unknown>>;
  readonly pipeline?: PipelineFacts;
  /** A local git repository (it is copied, never written to) or an address. Without it `checkout` fails. */
  readonly repository?: string | undefined;
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  readonly revision?: string | undefined;
  /** Project variables. Their values are masked in the output, like those of contexts. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Contexts by name. A workflow's job gets those it lists; a job run by itself gets all. */
  readonly contexts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Built-in variables to set or replace, such as `CIRCLE_WORKFLOW_ID`. */
  readonly builtIns?: Readonly<Record<string, string>>;
  /** Where PATH and the local Heroku's variables are taken from; `process.env` by default. */
  readonly callerEnvironment?: Readonly<Record<string, string | undefined>>;
  /** Folders that outlive the run; each is below the run's own, removed folder by default. */
  readonly cacheFolder?: string | undefined;
  readonly artifactsFolder?: string | undefined;
  readonly workspaceFolder?: string | undefined;
  /** A host other than this machine that a job may talk to, such as `api.heroku.com`. */
  readonly against?: string | undefined;
  /** False shows project and context values as they are, to find out whether a job leaks them. */
  readonly mask?: boolean;
  readonly output?: RehearsalOutput;
  /** Ends the running job with SIGTERM, and with SIGKILL after the grace. */
  readonly terminate?: AbortSignal;
  /** Ends the running job with SIGKILL at once, as CircleCI's cancel button does. */
  readonly cancel?: AbortSignal;
  /** Milliseconds between SIGTERM and SIGKILL; 10 s by default. */
  readonly terminationGraceMs?: number;
}

/** One job to rehearse, and with what. Only `config` and `job` are needed. */
export interface RehearsalOptions extends SharedOptions {
  /** The workflow whose entry is run; not needed where the job's name is clear without. */
  readonly workflow?: string | undefined;
  /** The job's name in the workflow, the job it invokes, or (without workflow) a job of the configuration. */
  readonly job: string;
  /** Runs the job by itself, outside any workflow, with these arguments. An orb's job may be named `alias/job`. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** Like the folders above, these outlive the run. */
  readonly testResultsFolder?: string | undefined;
  readonly home?: string | undefined;
  /** Which container of a parallel job this is. */
  readonly node?: { readonly index: number; readonly total?: number | undefined };
}
