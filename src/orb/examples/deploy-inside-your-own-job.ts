import type { OrbContext } from '../context.ts';
import { checkoutFull, example, invoke, run, usage, type OrbElement } from '../sdk/index.ts';
import { importOf, ours } from './usage.ts';

/** The commands by themselves, for a job that does more than deploy. */
export function deployInsideYourOwnJob(context: OrbContext): OrbElement {
  return example(
    'deploy-inside-your-own-job',
    'Use the commands in a job of your own, on an image of your own with Node.js and git. The first command of a job installs the helper; the later ones are told not to. Check out with the method full: a push needs the whole history.',
    usage({
      ...importOf(context),
      jobs: [
        {
          name: 'test-and-deploy',
          image: 'cimg/ruby:3.4-node',
          steps: [
            checkoutFull(),
            run({ name: 'Test', command: 'bundle install && bundle exec rake test' }),
            invoke(ours('doctor'), { 'app-name': 'acme-shop' }),
            invoke(ours('deploy'), { 'app-name': 'acme-shop', install: false }),
          ],
        },
      ],
      workflow: 'main',
      entries: [
        {
          job: 'test-and-deploy',
          context: 'heroku-production',
          serialGroup: 'heroku/acme-shop',
          filter: 'pipeline.git.branch == "main"',
        },
      ],
    }),
  );
}
