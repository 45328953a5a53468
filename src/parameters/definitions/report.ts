import type { ParameterDefinition } from '../definition.ts';

/** The commands that leave a report. */
const REPORTING = [
  'deploy',
  'migrate',
  'window open',
  'window close',
  'recover',
  'rollback',
] as const satisfies ParameterDefinition['commands'];

/** What a run leaves behind for people: `report.html`, and `junit.xml` for CircleCI's *Tests* tab. */
export const REPORT = [
  {
    name: 'report-log',
    type: 'enum',
    values: ['full', 'tail', 'none'],
    default: 'tail',
    description:
      'How much of the log `report.html` shows: `full`, of a very long one the beginning and the end; `tail`, the last 200 lines; or `none`.',
    commands: REPORTING,
  },
  {
    name: 'report-directory',
    type: 'string',
    default: '',
    description:
      'Where to write `result.json`, `report.html` and `junit.xml`, in a folder named after the app, in place of the state directory, which keeps `result.json` alone. The orb stores `~/heroku-cd-reports` with the job.',
    commands: REPORTING,
    commandLineOnly: true,
  },
] as const satisfies readonly ParameterDefinition[];
