import { PARAMETERS, type ParameterDefinition } from '../../src/parameters/index.ts';
import { generateFiles } from '../../src/orb/generate.ts';
import { fromYaml } from '../../src/orb/tree/index.ts';
import { contextWith, projectScripts } from './support/orb.ts';

/** Parameters that the project does not have: adding them here is the only edit. */
const ADDED: readonly ParameterDefinition[] = [
  {
    name: 'launch-mode',
    type: 'enum',
    default: 'slow',
    values: ['slow', 'fast'],
    description: 'How to take off.',
    commands: ['deploy'],
  },
  {
    name: 'launch-timeout',
    type: 'duration',
    default: '7m',
    description: 'How long taking off may last.',
    commands: ['deploy', 'plan'],
  },
  {
    name: 'launch-key',
    type: 'env-var-name',
    default: 'LAUNCH_KEY',
    description: 'The variable that holds the key.',
    commands: ['deploy', 'doctor'],
  },
  {
    name: 'launch-log',
    type: 'string',
    default: '',
    description: 'A file for people on the command line.',
    commands: ['deploy'],
    commandLineOnly: true,
  },
];

interface Element {
  parameters: Record<string, Record<string, unknown>>;
  steps: Record<string, Record<string, unknown>>[];
}

function filesWith(definitions: readonly ParameterDefinition[]): ReadonlyMap<string, string> {
  return generateFiles({ context: contextWith(definitions), scripts: projectScripts(), licences: '' });
}

describe('a parameter that is added to the one list', () => {
  const files = filesWith([...PARAMETERS, ...ADDED]);
  const element = (path: string) => fromYaml(files.get(`orb/src/${path}.yml`) ?? '') as Element;

  it('is a parameter of the command, with its type, values and default', () => {
    const { parameters } = element('commands/deploy');
    expect(parameters['launch-mode']).toEqual({
      description: 'How to take off.',
      type: 'enum',
      enum: ['slow', 'fast'],
      default: 'slow',
    });
    expect(parameters['launch-timeout']).toMatchObject({ type: 'string', default: '7m' });
    expect(parameters['launch-key']).toMatchObject({ type: 'env_var_name', default: 'LAUNCH_KEY' });
  });

  it('is handed over in the environment of the step, each under its own name', () => {
    const environments = element('commands/deploy').steps.flatMap(({ run }) => run?.['environment'] ?? []);
    const launching = {
      HEROKU_CD_LAUNCH_MODE: '<< parameters.launch-mode >>',
      HEROKU_CD_LAUNCH_TIMEOUT: '<< parameters.launch-timeout >>',
      HEROKU_CD_LAUNCH_KEY: '<< parameters.launch-key >>',
    };
    expect(environments).toEqual([
      // The call of a command that the parameter is not for.
      {
        HEROKU_CD_COMMAND_LINE: 'identify',
        HEROKU_CD_DEPLOYMENTS: '<< parameters.deployments >>',
        HEROKU_CD_APP_NAME: '<< parameters.app-name >>',
        HEROKU_CD_API_KEY: '<< parameters.api-key >>',
      },
      expect.objectContaining({ HEROKU_CD_COMMAND_LINE: 'deploy --until window', ...launching }),
      expect.objectContaining({ HEROKU_CD_COMMAND_LINE: 'deploy --from window', ...launching }),
    ]);
  });

  it('is a parameter of the job, which passes it through', () => {
    const { parameters, steps } = element('jobs/deploy');
    expect(parameters['launch-mode']).toEqual(element('commands/deploy').parameters['launch-mode']);
    expect(steps.find((step) => 'deploy' in step)?.['deploy']).toMatchObject({
      'launch-mode': '<< parameters.launch-mode >>',
      'launch-timeout': '<< parameters.launch-timeout >>',
      'launch-key': '<< parameters.launch-key >>',
    });
  });

  it('is on the commands that it names, and on no other', () => {
    const { parameters } = element('commands/doctor');
    expect(parameters).toHaveProperty('launch-key');
    expect(parameters).not.toHaveProperty('launch-mode');
  });

  it('is in both references', () => {
    expect(files.get('docs/reference/orb.md')).toContain(
      '| `launch-mode` | `slow`, `fast` | `slow` | How to take off. |',
    );
    expect(files.get('docs/reference/command-line.md')).toContain(
      '| `--launch-mode` | `HEROKU_CD_LAUNCH_MODE` | `slow`, `fast` | `slow` | How to take off. |',
    );
  });

  it('stays out of the orb when it is for the command line only', () => {
    expect(files.get('orb/orb.yml')).not.toMatch(/launch-log|LAUNCH_LOG/);
    expect(files.get('docs/reference/command-line.md')).toContain('`--launch-log`');
  });

  it('changes nothing else', () => {
    const before = filesWith(PARAMETERS);
    const changed = [...files].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
    expect(changed.sort()).toEqual([
      'docs/reference/command-line.md',
      'docs/reference/orb.md',
      'orb/orb.yml',
      'orb/src/commands/deploy.yml',
      'orb/src/commands/doctor.yml',
      'orb/src/jobs/deploy.yml',
    ]);
  });
});

describe('a parameter that cannot be one of the orb’s', () => {
  const added = (change: Partial<ParameterDefinition>): ParameterDefinition => ({
    name: 'launch-mode',
    type: 'string',
    default: '',
    description: 'How to take off.',
    commands: ['deploy'],
    ...change,
  });

  it.each([
    ['is defined twice', [added({}), added({})], /commands\/deploy: the parameter "launch-mode" is defined twice/],
    ['has a name of the orb’s own', [added({ name: 'install' })], /commands\/deploy: .*"install" is defined twice/],
    ['has a name that CircleCI keeps', [added({ name: 'context' })], /jobs\/deploy, parameter context: the name is reserved/],
    ['has no description', [added({ description: '' })], /commands\/deploy, parameter launch-mode: it has no description/],
    [
      'has a default outside of its values',
      [added({ type: 'enum', values: ['slow'], default: 'fast' })],
      /commands\/deploy, parameter launch-mode: its default "fast" is none of \["slow"\]/,
    ],
    ['is an enum without values', [added({ type: 'enum' })], /commands\/deploy: the enum "launch-mode" has no values/],
    ['has a default of the wrong type', [added({ type: 'boolean' })], /launch-mode: its default "" is not a boolean/],
  ])('%s', (_name, definitions, message) => {
    expect(() => filesWith([...PARAMETERS, ...definitions])).toThrow(message);
  });

  it('is escaped where its text holds a template', () => {
    const files = filesWith([...PARAMETERS, added({ description: 'Such as << parameters.x >>.', default: '<<' })]);
    expect(files.get('orb/src/commands/deploy.yml')).toContain('description: Such as \\<< parameters.x >>.');
    expect(files.get('docs/reference/orb.md')).toContain('| `<<` | Such as << parameters.x >>. |');
  });
});
