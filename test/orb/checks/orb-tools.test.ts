import { describeBroken, deployRun } from '../support/breaking.ts';

describeBroken('orb-tools', [
  [
    'a command without a description',
    (orb) => delete orb.commands['install']?.description,
    [/^commands\/install: RC002: it has no description/],
  ],
  [
    'an example without a description',
    (orb) => delete orb.examples['staging-and-production']?.description,
    [/^examples\/staging-and-production: RC002: it has no description/],
  ],
  [
    'an executor without a description',
    (orb) => (orb.executors['default']!.description = ' '),
    [/^executors\/default: RC002: it has no description/],
  ],
  [
    'a run step without a name',
    (orb) => delete deployRun(orb)['name'],
    [/^commands\/deploy: RC008: a run step has no name/],
  ],
  [
    'a run step in short form',
    (orb) => orb.commands['deploy']?.steps.push({ run: 'true' }),
    [/^commands\/deploy: RC008: a run step has no name/],
  ],
  [
    'an unnamed run step inside of a condition',
    (orb) =>
      orb.commands['deploy']?.steps.push({ when: { condition: true, steps: [{ run: { command: 'true' } }] } }),
    [/^commands\/deploy: RC008: a run step has no name/],
  ],
  [
    'a long command that is no included script',
    (orb) => (deployRun(orb)['command'] = 'true '.repeat(14)),
    [/^commands\/deploy: RC009: the command of "Deploy to Heroku" is long/],
  ],
  [
    'a cache key with a parameter whose default holds a $',
    (orb) =>
      orb.commands['deploy']?.steps.push({
        save_cache: { key: 'heroku-cd-<< parameters.app-name >>', paths: ['x'] },
      }),
    [/^commands\/deploy, app-name: RC012: its default holds a \$, and it is used in a cache key/],
  ],
  [
    'a restored cache key with such a parameter',
    (orb) =>
      orb.commands['deploy']?.steps.push({ restore_cache: { keys: ['a-<< parameters.revision >>'] } }),
    [/^commands\/deploy, revision: RC012/],
  ],
  ['no source_url', (orb) => delete orb.display['source_url'], [/^@orb: RC001: display\.source_url is missing/]],
  ['no examples', (orb) => (orb.examples = {}), [/^@orb: RC003: there is no example/]],
  [
    'an example that is called one',
    (orb) => (orb.examples['example-deploy'] = orb.examples['deploy-main-after-tests']!),
    [/^examples\/example-deploy: RC004/],
  ],
  ['a short description', (orb) => (orb.description = 'Deploys to Heroku.'), [/^@orb: RC005/]],
]);
