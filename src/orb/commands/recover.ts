import type { OrbContext } from '../context.ts';
import { helperParameters } from '../parameters/from-definitions.ts';
import { command, type OrbElement } from '../sdk/index.ts';
import { callHelper, helperCommandParameters, installStep } from './helper-command.ts';
import { restoreJournal, saveJournal } from './journal-cache.ts';

/** Puts back what a cancelled or lost run has left. */
export function recoverCommand(context: OrbContext): OrbElement {
  return command({
    name: 'recover',
    description:
      'Put back what a cancelled or lost run has left: the maintenance page, the stopped processes, and a build or release that it had begun. Safe at any time and any number of times: a field that somebody changed since is left alone, and a window that is held on purpose stays closed unless `release-hold` says otherwise.',
    parameters: helperCommandParameters('recover', context),
    steps: [
      installStep(),
      ...restoreJournal(context),
      callHelper({
        name: 'Recover the app',
        words: 'recover',
        parameters: helperParameters('recover', context.definitions),
      }),
      saveJournal('recovered'),
    ],
  });
}
