import { callsOf, describeBroken, deployRun, enumOf, stepOf, type Broken } from '../support/breaking.ts';

describeBroken('parameters', [
  [
    'a parameter that is used without being declared',
    (orb) => delete orb.commands['deploy']?.parameters['revision'],
    [/^commands\/deploy, revision: it is used without being declared/, /^jobs\/deploy, revision: deploy has no such/],
  ],
  [
    'a parameter that is never used',
    (orb) => {
      for (const { environment } of callsOf(orb, 'deploy').values()) delete environment['HEROKU_CD_REVISION'];
    },
    [
      /^commands\/deploy, revision: it is declared and never used/,
      /^commands\/deploy, revision: the call "deploy --until window" does not get it/,
      /^commands\/deploy, revision: the call "deploy --from window" does not get it/,
    ],
  ],
  ...['deploy --until window', 'deploy --from window'].map((words): Broken => [
    `a parameter that all calls but "${words}" get`,
    (orb) => delete callsOf(orb, 'deploy').get(words)?.environment['HEROKU_CD_FORCE'],
    [new RegExp(`^commands/deploy, force: the call "${words}" does not get it`)],
  ]),
  [
    'a parameter that a call gets as a value of ours',
    (orb) => (deployRun(orb).environment['HEROKU_CD_FORCE'] = '1'),
    [/^commands\/deploy, force: the call "deploy --from window" does not get it/],
  ],
  [
    'a parameter without a description',
    (orb) => delete orb.jobs['deploy']?.parameters['executor']?.['description'],
    [/^jobs\/deploy, executor: it has no description/],
  ],
  [
    'a default outside of its enum',
    (orb) => (orb.commands['deploy']!.parameters['heroku-branch'] = enumOf(['main', 'master'], 'trunk')),
    [/^commands\/deploy, heroku-branch: its default "trunk" is none of \["main","master"\]/, /^jobs\/deploy, heroku-branch/],
  ],
  [
    'an enum without values',
    (orb) => (orb.commands['deploy']!.parameters['heroku-branch'] = { type: 'enum', description: 'x', default: 'main' }),
    [/^commands\/deploy, heroku-branch: .*type enum needs one/, /^jobs\/deploy, heroku-branch/],
  ],
  [
    'a default of the wrong type',
    (orb) => (orb.commands['deploy']!.parameters['force']!['default'] = 'false'),
    [/^commands\/deploy, force: its default "false" is not a boolean/],
  ],
  [
    'a number where a string is wanted',
    (orb) => (orb.executors['default']!.parameters['tag']!['default'] = 22),
    [/^executors\/default, tag: its default 22 is not a string/],
  ],
  [
    'a reserved name for a job’s parameter',
    (orb) => {
      orb.jobs['deploy']!.parameters['context'] = { type: 'string', description: 'x', default: '' };
      stepOf(orb.jobs['deploy'], 'deploy')['app-name'] = '<< parameters.app-name >><< parameters.context >>';
    },
    [/^jobs\/deploy, context: the name is reserved/],
  ],
  [
    'an executor that does not exist',
    (orb) => (orb.jobs['deploy']!.parameters['executor']!['default'] = 'node'),
    [/^jobs\/deploy, executor: its default "node" is not an executor of this orb/],
  ],
  [
    'a type that commands cannot take',
    (orb) => (orb.commands['deploy']!.parameters['revision']!['type'] = 'executor'),
    [/^commands\/deploy, revision: commands take no parameter of type "executor"/, /^jobs\/deploy, revision/],
  ],
  [
    'an invalid name',
    (orb) => (orb.commands['Bad Name!'] = { ...orb.commands['install']! }),
    [/^commands\/Bad Name!: the name is not kebab-case/],
  ],
  [
    'an invalid name of a parameter',
    (orb) => {
      orb.executors['default']!.parameters['Tag_2'] = { type: 'string', description: 'x', default: '' };
      Object.assign(orb.executors['default']!, { shell: '<< parameters.Tag_2 >>' });
    },
    [/^executors\/default, Tag_2: the name is not kebab-case/],
  ],
  [
    'a default that names no variable',
    (orb) => (orb.commands['deploy']!.parameters['api-key']!['default'] = '$HEROKU_API_KEY'),
    [/^commands\/deploy, api-key: its default "\$HEROKU_API_KEY" is not the name of an environment variable/],
  ],
]);
