import type { CommandName } from '../../parameters/index.ts';
import type { OrbContext } from '../context.ts';
import { helperParameters } from '../parameters/from-definitions.ts';
import { command, type OrbElement } from '../sdk/index.ts';
import { callHelper, helperCommandParameters, installStep, type HelperCommandOptions } from './helper-command.ts';
import { restoreJournal, saveJournal } from './journal-cache.ts';

/**
 * A command that may open a maintenance window, in two halves: all that can be refused, and what was found,
 * before the cache is saved; everything that changes the app after it.
 */
export function windowedCommand(options: HelperCommandOptions, context: OrbContext): OrbElement {
  const helper: CommandName = options.helper;
  const parameters = helperParameters(helper, context.definitions);
  return command({
    name: options.name,
    description: options.description,
    parameters: helperCommandParameters(helper, context),
    steps: [
      installStep(),
      ...restoreJournal(context),
      callHelper({ name: 'Look before the first change', words: `${helper} --until window`, parameters }),
      saveJournal('prepared'),
      callHelper({ name: options.step, words: `${helper} --from window`, parameters }),
      saveJournal('ended'),
    ],
  });
}
