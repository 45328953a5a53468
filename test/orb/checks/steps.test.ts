import { describeBroken, stepOf } from '../support/breaking.ts';

describeBroken('steps', [
  [
    'a step that does not exist',
    (orb) => orb.commands['deploy']?.steps.push('instal'),
    [/^commands\/deploy: it calls "instal", which is no command of this orb/],
  ],
  [
    'an argument that the command does not take',
    (orb) => (stepOf(orb.jobs['deploy'], 'deploy')['colour'] = 'red'),
    [/^jobs\/deploy, colour: deploy has no such parameter/],
  ],
  [
    'an argument that is missing',
    (orb) => {
      delete orb.commands['deploy']?.parameters['heroku-branch']?.['default'];
      delete stepOf(orb.jobs['deploy'], 'deploy')['heroku-branch'];
    },
    [
      /^jobs\/deploy, heroku-branch: it is declared and never used/,
      /^jobs\/deploy, heroku-branch: deploy is called without it, and it has no default/,
      /^examples\/[\w-]+, heroku-branch: heroku-cd\/deploy is called without it, and it has no default/,
    ],
  ],
  [
    'an argument of the wrong type',
    (orb) => (stepOf(orb.jobs['deploy'], 'deploy')['force'] = 'yes'),
    [/^jobs\/deploy, force: it is declared and never used/, /^jobs\/deploy, force: as an argument of deploy, "yes" is not a boolean/],
  ],
  [
    'a reference of the wrong type',
    (orb) => (stepOf(orb.jobs['deploy'], 'deploy')['heroku-branch'] = '<< parameters.force >>'),
    [/^jobs\/deploy, heroku-branch: it is declared and never used/, /is of type boolean and would have to be string/],
  ],
  [
    'a job on an executor that does not exist',
    (orb) => {
      delete orb.jobs['deploy']!.parameters['executor'];
      orb.jobs['deploy']!.executor = 'node';
    },
    [/^jobs\/deploy: it runs on "node", which is no executor of this orb/],
  ],
  [
    'a command named as one of CircleCI’s own steps',
    (orb) => (orb.commands['checkout'] = { ...orb.commands['install']! }),
    [/^commands\/checkout: the name is that of a step of CircleCI’s own/],
  ],
  [
    'an element without steps',
    (orb) => (orb.commands['install']!.steps = []),
    [/^commands\/install: it has no steps/],
  ],
  [
    'steps spliced from what is not of type steps',
    (orb) => orb.jobs['deploy']?.steps.push({ steps: '<< parameters.app-name >>' }),
    [/^jobs\/deploy: steps: "<< parameters\.app-name >>" is no reference to a steps parameter/],
  ],
  [
    'a condition without steps',
    (orb) => orb.commands['deploy']?.steps.push({ unless: { condition: '<< parameters.force >>' } }),
    [/^commands\/deploy: a unless step lacks its condition or its steps/],
  ],
  [
    'a command that calls itself through another',
    (orb) => orb.commands['install']?.steps.push({ deploy: {} }),
    [/^commands\/install: it calls itself/, /^commands\/deploy: it calls itself/],
  ],
]);
