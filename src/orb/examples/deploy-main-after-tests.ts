import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { TEST_JOB } from './test-job.ts';
import { importOf, ours } from './usage.ts';

/** The usual pipeline: one app, one branch. */
export function deployMainAfterTests(context: OrbContext): OrbElement {
  return example(
    'deploy-main-after-tests',
    'Deploy the main branch to one app, once its tests have passed. The context holds HEROKU_API_KEY and can be restricted to people who may deploy; the serial group lets one deployment of the app run at a time and skips those that a newer one has overtaken.',
    usage({
      ...importOf(context),
      jobs: [TEST_JOB],
      workflow: 'test-and-deploy',
      entries: [
        { job: 'test' },
        {
          job: ours('deploy'),
          requires: ['test'],
          context: 'heroku-production',
          serialGroup: 'heroku/acme-shop',
          filter: 'pipeline.git.branch == "main"',
          arguments: { 'app-name': 'acme-shop' },
        },
      ],
    }),
  );
}
