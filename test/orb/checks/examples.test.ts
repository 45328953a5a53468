import { describeBroken, deployEntry } from '../support/breaking.ts';

describeBroken('examples', [
  [
    'an example without a serial group',
    (orb) => delete deployEntry(orb)['serial-group'],
    [/^examples\/deploy-main-after-tests: heroku-cd\/deploy deploys without a serial-group/],
  ],
  [
    'an example with a serial group that CircleCI refuses',
    (orb) => (deployEntry(orb)['serial-group'] = 'heroku app'),
    [/^examples\/deploy-main-after-tests: heroku-cd\/deploy has the serial-group "heroku app"/],
  ],
  [
    'an example without a context',
    (orb) => delete deployEntry(orb)['context'],
    [/^examples\/deploy-main-after-tests: heroku-cd\/deploy deploys without a context/],
  ],
  [
    'an example without a filter',
    (orb) => delete deployEntry(orb)['filters'],
    [/^examples\/deploy-main-after-tests: heroku-cd\/deploy deploys without a filter/],
  ],
  [
    'an example whose own job deploys without a filter',
    (orb) => {
      const { workflows } = orb.examples['deploy-inside-your-own-job']!.usage;
      delete workflows['main']?.jobs[0]?.['test-and-deploy']?.['filters'];
    },
    [/^examples\/deploy-inside-your-own-job: test-and-deploy deploys without a filter/],
  ],
  [
    'an example that deploys from a partial clone',
    (orb) => {
      orb.examples['deploy-inside-your-own-job']!.usage.jobs['test-and-deploy']!.steps[0] = 'checkout';
    },
    [/^examples\/deploy-inside-your-own-job: job test-and-deploy deploys without a checkout with method: full/],
  ],
  [
    'an example on an executor that does not exist',
    (orb) => {
      const job = orb.examples['deploy-inside-your-own-job']!.usage.jobs['test-and-deploy']!;
      Object.assign(job, { docker: undefined, executor: { name: 'heroku-cd/node', tag: 'lts' } });
    },
    [/^examples\/deploy-inside-your-own-job: job test-and-deploy runs on heroku-cd\/node, which does not exist/],
  ],
  [
    'an example that gives an argument that does not exist',
    (orb) => (deployEntry(orb)['app'] = 'acme'),
    [/^examples\/deploy-main-after-tests, app: heroku-cd\/deploy has no such parameter/],
  ],
  [
    'an example that waits for a job that does not exist',
    (orb) => (deployEntry(orb)['requires'] = ['tests']),
    [/^examples\/deploy-main-after-tests: heroku-cd\/deploy requires tests, which does not exist/],
  ],
  [
    'an example that imports another version',
    (orb) => (orb.examples['staging-and-production']!.usage.orbs['heroku-cd'] = 'acme/heroku-cd@9'),
    [/^examples\/staging-and-production: it imports "acme\/heroku-cd@9", not acme\/heroku-cd@/],
  ],
]);
