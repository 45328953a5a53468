import type { ParameterDefinition } from '../definition.ts';
import { DEPLOYING, WAITING, BY_HAND, ACTS, OPENING, PAGE_CHANGES } from './commands-of.ts';

/** The limit of each wait, and of the whole run. */
export const LIMITS = [
  {
    name: 'scale-timeout',
    type: 'duration',
    default: '2m',
    description: 'How long process types may take to stop, and to be scaled again.',
    commands: ['backup restore', ...WAITING, ...BY_HAND, 'scale'],
  },
  {
    name: 'backup-timeout',
    type: 'duration',
    default: '15m',
    description: 'How long a backup, or the restore of one, may take.',
    commands: [...DEPLOYING, 'backup capture', 'backup restore'],
  },
  {
    name: 'build-timeout',
    type: 'duration',
    default: '20m',
    description: 'How long Heroku may build, the push included.',
    commands: WAITING,
  },
  {
    name: 'release-timeout',
    type: 'duration',
    default: '15m',
    description: 'How long the new release may stay pending, its release phase included.',
    commands: [...WAITING, ...PAGE_CHANGES, 'rollback'],
  },
  {
    name: 'migrate-timeout',
    type: 'duration',
    default: '15m',
    description:
      'How long the migration, or the command of a one-off dyno, may run. Then its dyno is stopped, and Heroku stops it by itself should the job be lost.',
    commands: [...WAITING, ...BY_HAND, 'rollback', 'run', 'flush-cache'],
  },
  {
    name: 'boot-timeout',
    type: 'duration',
    default: '5m',
    description: 'How long web dynos may take to boot before the page comes off.',
    commands: ['backup restore', ...WAITING, ...BY_HAND, 'rollback'],
  },
  {
    name: 'git-wait',
    type: 'duration',
    default: '10m',
    description:
      'How long to wait for another build of the app to end, and for Heroku’s limit of git requests to let us through.',
    commands: [...OPENING, ...PAGE_CHANGES, 'window close', 'rollback'],
  },
  {
    name: 'deadline',
    type: 'duration',
    default: '50m',
    description:
      'The budget of the whole run. CircleCI’s Free plan ends a job after one hour; five minutes of the budget are kept for putting things back.',
    commands: [...WAITING, ...BY_HAND, 'rollback', ...ACTS],
  },
] as const satisfies readonly ParameterDefinition[];
