import type { RehearsalOptions } from './options.ts';
import { compileRehearsal, preparePipeline, withFolder } from './prepare.ts';
import { checkHosts } from './run/against.ts';
import { runJob } from './run/job.ts';
import type { JobResult } from './run/types.ts';
import { selectJob } from './select.ts';
import { jobSetup, nameMissingContexts } from './setup.ts';

/**
 * Runs one job of a configuration on this machine as CircleCI would: its orbs from local files, its environment not the
 * caller's but CircleCI's, its steps with real shells. Refuses to talk to any Heroku but a local one, unless told so.
 * Nothing that the job starts outlives the call, and its folder is removed.
 * @returns how the job and each step ended; a failing job is a result, not an error.
 * @throws ConfigError for faults of the configuration, RehearsalError for options that cannot be met.
 */
export async function rehearseJob(options: RehearsalOptions): Promise<JobResult> {
  return withFolder(async (root) => {
    const pipeline = await preparePipeline(options, root);
    const selected = selectJob(await compileRehearsal(options, pipeline.facts), options);
    if (selected.notRun !== undefined) {
      return {
        job: selected.job.name,
        status: 'not_run',
        reason: selected.notRun,
        halted: false,
        steps: [],
        circleciCalls: [],
        durationMs: 0,
      };
    }
    const setup = jobSetup(options, selected, { root, pipeline });
    nameMissingContexts(options, selected, options.output);
    checkHosts(setup.job, setup.environment, options.against);
    return runJob(setup);
  });
}
