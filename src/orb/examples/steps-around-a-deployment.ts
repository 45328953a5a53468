import type { OrbContext } from '../context.ts';
import { example, generateStep, run, usage, type OrbElement } from '../sdk/index.ts';
import { TEST_JOB } from './test-job.ts';
import { importOf, ours } from './usage.ts';

/** Commands of the reader's own before and after, each with its own limit, and proof that the app is well. */
export function stepsAroundADeployment(context: OrbContext): OrbElement {
  const before = run({ name: 'Build the assets', command: 'npm ci && npm run build', noOutputTimeout: '20m' });
  const after = run({ name: 'Tell the team', command: './tell-the-team.sh', noOutputTimeout: '2m' });
  return example(
    'steps-around-a-deployment',
    'Run steps before and after the deployment, each with a time limit of its own. When a step before it fails, nothing at Heroku is touched; those after it run only when the deployment has succeeded, the health check included: the path has to answer three times in a row, or the code from before is released again. CircleCI lists the deployment under the environment that is named.',
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
          arguments: {
            'app-name': 'acme-shop',
            'health-check-url': '/health',
            'on-unhealthy': 'rollback',
            'deploy-environment': 'production',
            'pre-deploy': [generateStep(before)],
            'post-deploy': [generateStep(after)],
          },
        },
      ],
    }),
  );
}
