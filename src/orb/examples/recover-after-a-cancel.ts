import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { TEST_JOB } from './test-job.ts';
import { importOf, ours, recoverAfter } from './usage.ts';

/** A job that is cancelled is killed, and can put nothing back itself. */
export function recoverAfterACancel(context: OrbContext): OrbElement {
  return example(
    'recover-after-a-cancel',
    'Put the app back when somebody cancels a deployment, or its machine is lost: CircleCI kills such a job, so another one does it. Switch auto-cancel redundant workflows off in the project settings where you deploy from a branch that is not the default one, as here: it cancels the whole workflow, recover included. What no recover has put back, the next deployment puts back before it starts.',
    usage({
      ...importOf(context),
      jobs: [TEST_JOB],
      workflow: 'test-and-deploy',
      entries: [
        { job: 'test' },
        {
          job: ours('deploy'),
          name: 'deploy',
          requires: ['test'],
          context: 'heroku-production',
          serialGroup: 'heroku/acme-shop',
          filter: 'pipeline.git.branch == "production"',
          arguments: { 'app-name': 'acme-shop', maintenance: 'always' },
        },
        recoverAfter('deploy', 'production'),
      ],
    }),
  );
}
