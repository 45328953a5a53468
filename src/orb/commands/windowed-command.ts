import type { OrbContext } from '../context.ts';
import type { OrbElement } from '../sdk/index.ts';
import { callHelper, helperCommand, type HelperCommandOptions } from './helper-command.ts';
import { restoreJournal, saveJournal, saveJournalAtEnd } from './journal-cache.ts';

export interface WindowedCommandOptions extends HelperCommandOptions {
  /** One of the commands that know `--until window` and `--from window`. */
  readonly helper: 'deploy' | 'migrate' | 'window open';
}

/**
 * A command that may open a maintenance window, in two halves: all that can be refused, and what was found,
 * before the cache is saved; everything that changes the app after it.
 */
export function windowedCommand(options: WindowedCommandOptions, context: OrbContext): OrbElement {
  const { helper } = options;
  const look = callHelper({ step: 'Look before the first change', helper, flags: '--until window' }, context);
  return helperCommand({ ...options, flags: '--from window' }, context, {
    before: [...restoreJournal(context), look, saveJournal('prepared')],
    after: saveJournalAtEnd('ended'),
  });
}
