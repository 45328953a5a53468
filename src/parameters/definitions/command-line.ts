import type { ParameterDefinition } from '../definition.ts';

/** What only the command line takes. */
export const COMMAND_LINE = [
  {
    name: 'until',
    type: 'enum',
    values: ['window'],
    default: '',
    description:
      'Stop before the first change: `window` does the preflight and writes down how the app is, so that it can be cached.',
    commands: ['deploy', 'migrate', 'window open'],
    commandLineOnly: true,
  },
  {
    name: 'from',
    type: 'enum',
    values: ['window'],
    default: '',
    description: 'Go on from what `--until window` prepared; refused when the app has changed in between.',
    commands: ['deploy', 'migrate', 'window open'],
    commandLineOnly: true,
  },
  {
    name: 'app-id-file',
    type: 'string',
    default: '.heroku-cd/app-id',
    description: 'Where `identify` writes the id of the app.',
    commands: ['identify'],
    commandLineOnly: true,
  },
  {
    name: 'result-file',
    type: 'string',
    default: '',
    description: 'Where to write `result.json` as well, besides the state directory.',
    commands: ['deploy', 'migrate', 'window open'],
    commandLineOnly: true,
  },
] as const satisfies readonly ParameterDefinition[];
