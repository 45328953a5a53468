import type { ParameterDefinition } from '../definition.ts';
import { checkBackupId } from '../rules.ts';
import { DEPLOYING } from './commands-of.ts';

/** Backups of the database, and whom else it belongs to. */
export const DATABASE = [
  {
    name: 'backup',
    type: 'enum',
    values: ['auto', 'always', 'never'],
    default: 'auto',
    description:
      'Whether the database is backed up behind the page before anything changes: `auto` when a migration will run, with a recovery point in place of a dump where the database has continuous protection, and a refusal with advice where it has none and more than 20 GB; `always` in any case, as a dump; `never`. Without a proven backup no migration starts.',
    commands: DEPLOYING,
  },
  {
    name: 'backup-id',
    type: 'string',
    default: '',
    description: 'The backup to restore, such as `b001`; `backup list` shows them.',
    commands: ['backup restore'],
    check: checkBackupId,
    required: true,
    words: ['backup restore'],
  },
  {
    name: 'confirm',
    type: 'string',
    default: '',
    description:
      'The name of the app, once more: everything that was written to its database since the backup will be gone.',
    commands: ['backup restore'],
    required: true,
  },
  {
    name: 'shared-database',
    type: 'enum',
    values: ['refuse', 'accept'],
    default: 'refuse',
    description:
      'What to do where other apps are attached to the database and it may have to be restored, which takes from them what they have written since the backup: refuse, or accept that.',
    commands: [...DEPLOYING, 'backup restore'],
  },
] as const satisfies readonly ParameterDefinition[];
