import { describeBroken, deployEntry, recoverEntry, type Breakable, type Broken } from '../support/breaking.ts';

/** What an example's own job does once it is checked out. */
const ownSteps = (orb: Breakable, ...steps: unknown[]) =>
  (orb.examples['deploy-inside-your-own-job']!.usage.jobs['test-and-deploy']!.steps = steps);

describeBroken('examples', [
  [
    'an example without a serial group',
    (orb) => delete deployEntry(orb)['serial-group'],
    [/^examples\/deploy-main-after-tests: heroku-cd\/deploy changes an app without a serial-group/],
  ],
  [
    'an example with a serial group that CircleCI refuses',
    (orb) => (deployEntry(orb)['serial-group'] = 'heroku app'),
    [/^examples\/deploy-main-after-tests: heroku-cd\/deploy has the serial-group "heroku app"/],
  ],
  [
    'an example without a context',
    (orb) => delete deployEntry(orb)['context'],
    [/^examples\/deploy-main-after-tests: heroku-cd\/deploy changes an app without a context/],
  ],
  [
    'an example without a filter',
    (orb) => delete deployEntry(orb)['filters'],
    [/^examples\/deploy-main-after-tests: heroku-cd\/deploy changes an app without a filter/],
  ],
  [
    'an example whose own job deploys without a filter',
    (orb) => {
      const { workflows } = orb.examples['deploy-inside-your-own-job']!.usage;
      delete workflows['main']?.jobs[0]?.['test-and-deploy']?.['filters'];
    },
    [/^examples\/deploy-inside-your-own-job: test-and-deploy changes an app without a filter/],
  ],
  [
    'an example that deploys from a partial clone',
    (orb) => {
      orb.examples['deploy-inside-your-own-job']!.usage.jobs['test-and-deploy']!.steps[0] = 'checkout';
    },
    [/^examples\/deploy-inside-your-own-job: job test-and-deploy deploys without a checkout with method: full/],
  ],
  ...['deploy', 'maintenance-wrapped-migrate'].map((command): Broken => [
    `an example that calls ${command} without any clone`,
    (orb) => ownSteps(orb, 'heroku-cd/install', { [`heroku-cd/${command}`]: { install: false } }),
    [/^examples\/deploy-inside-your-own-job: job test-and-deploy deploys without a checkout with method: full/],
  ]),
  [
    'an example whose own job backs up without a clone, which it may, and without a filter',
    (orb) => {
      ownSteps(orb, 'heroku-cd/backup-database');
      const { workflows } = orb.examples['deploy-inside-your-own-job']!.usage;
      delete workflows['main']?.jobs[0]?.['test-and-deploy']?.['filters'];
    },
    [/^examples\/deploy-inside-your-own-job: test-and-deploy changes an app without a filter/],
  ],
  [
    'an example whose own job recovers without a filter, though it needs no clone for it',
    (orb) => {
      ownSteps(orb, 'heroku-cd/recover');
      const { workflows } = orb.examples['deploy-inside-your-own-job']!.usage;
      delete workflows['main']?.jobs[0]?.['test-and-deploy']?.['filters'];
    },
    [/^examples\/deploy-inside-your-own-job: test-and-deploy changes an app without a filter/],
  ],
  ...['context', 'filters', 'serial-group'].map((key): Broken => [
    `an example that recovers without ${key}`,
    (orb) => delete recoverEntry(orb)[key],
    [
      new RegExp(
        `^examples/migrate-in-a-window: heroku-cd/recover changes an app without a ${key.replace(/s$/, '')}`,
      ),
    ],
  ]),
  ...([
    ['only when everything went well', ['deploy']],
    ['not after a cancel', [{ deploy: ['failed'] }]],
    ['not after a failure', [{ deploy: ['canceled'] }]],
    ['after nothing', undefined],
  ] as [string, unknown][]).map(
    ([when, requires]): Broken => [
      `an example that recovers ${when}`,
      (orb) => (recoverEntry(orb)['requires'] = requires),
      [/^examples\/migrate-in-a-window: heroku-cd\/recover follows no job that may be failed or canceled/],
    ],
  ),
  [
    'an example that recovers after a job that does not exist',
    (orb) => (recoverEntry(orb)['requires'] = [{ deployment: ['failed', 'canceled'] }]),
    [/^examples\/migrate-in-a-window: heroku-cd\/recover requires deployment, which does not exist/],
  ],
  [
    'an example with one serial group for two jobs',
    (orb) => (recoverEntry(orb)['serial-group'] = 'heroku/acme-shop'),
    [/^examples\/migrate-in-a-window: two of its jobs have the serial-group "heroku\/acme-shop"/],
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
