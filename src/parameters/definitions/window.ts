import type { ParameterDefinition } from '../definition.ts';
import { checkScaleDown } from '../rules.ts';
import { OPENING } from './commands-of.ts';

/** The maintenance window: what stops, and what the page covers. */
export const WINDOW = [
  {
    name: 'maintenance',
    type: 'enum',
    values: ['auto', 'always', 'never'],
    default: 'auto',
    description:
      'When the app goes through a maintenance window: `auto` opens one only when a migration will run, `always` for every deployment, `never` lets a migration run while the app serves.',
    commands: ['deploy', 'plan'],
  },
  {
    name: 'scale-down',
    type: 'string',
    default: 'workers',
    description:
      'The process types that are stopped while the window is open: `workers` for every type but `web`, a list of types, or `none`.',
    commands: OPENING,
    check: checkScaleDown,
    required: true,
  },
  {
    name: 'stop-web',
    type: 'boolean',
    default: false,
    description:
      'Stop web dynos too while the page is up, for apps whose web process works on jobs by itself. Not possible in Private Spaces, where web dynos serve the page.',
    commands: OPENING,
  },
  {
    name: 'running-one-offs',
    type: 'enum',
    values: ['wait', 'stop', 'ignore'],
    default: 'wait',
    description:
      'What to do with one-off and scheduler dynos that run when the window opens, or is closed by hand: wait for their end, stop them, or leave them.',
    commands: [...OPENING, 'window close'],
  },
  {
    name: 'if-in-maintenance',
    type: 'enum',
    values: ['refuse', 'keep'],
    default: 'refuse',
    description:
      'What to do when the page is on already and no run of ours explains it: refuse, or go on and leave it on.',
    commands: OPENING,
  },
] as const satisfies readonly ParameterDefinition[];
