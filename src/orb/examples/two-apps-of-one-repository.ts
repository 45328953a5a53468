import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { TEST_JOB } from './test-job.ts';
import { importOf, ours } from './usage.ts';

/** A monorepo: each app is a folder of it, and both are deployed from one commit. */
export function twoAppsOfOneRepository(context: OrbContext): OrbElement {
  const app = (name: string) => ({
    job: ours('deploy'),
    name: `deploy-${name}`,
    requires: ['test'],
    context: 'heroku-production',
    serialGroup: `heroku/acme-${name}`,
    filter: 'pipeline.git.branch == "main"',
    arguments: { 'app-name': `acme-${name}`, 'app-directory': `apps/${name}` },
  });
  return example(
    'two-apps-of-one-repository',
    'Deploy two apps that are folders of one repository. Each folder becomes the root of its app, with its own Procfile; it is shipped as a tarball, because a git push takes whole repositories. Both jobs deploy the commit that was tested.',
    usage({
      ...importOf(context),
      jobs: [TEST_JOB],
      workflow: 'test-and-deploy',
      entries: [{ job: 'test' }, app('shop'), app('admin')],
    }),
  );
}
