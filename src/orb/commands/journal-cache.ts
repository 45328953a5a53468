import { callHelper } from './helper-command.ts';
import type { OrbContext } from '../context.ts';
import { helperParameters } from '../parameters/from-definitions.ts';
import { restoreCache, saveCache, type Step } from '../sdk/index.ts';

/**
 * A job that is killed takes its container with it. What it found at Heroku therefore goes into a cache
 * before the first change, and the state it ended in afterwards; the next run, and the `recover` job, read
 * the newest of them. The key holds the app's id in a file, because cache keys know no variables of a job.
 */
const PREFIX = 'heroku-cd-1-{{ checksum ".heroku-cd/app-id" }}-';
const STATE_DIRECTORY = '~/.heroku-cd';

export type JournalStage = 'prepared' | 'ended' | 'recovered';

/** Brings back what the newest run on the same app has left. */
export function restoreJournal(context: OrbContext): readonly Step[] {
  return [
    callHelper({
      name: 'Ask Heroku for the app',
      words: 'identify',
      parameters: helperParameters('identify', context.definitions),
    }),
    restoreCache({ name: 'Restore the journal of the last run', keys: [PREFIX] }),
  ];
}

/** Keeps the journal as it is at this stage. */
export function saveJournal(stage: JournalStage): Step {
  return saveCache({
    name: stage === 'prepared' ? 'Keep how the app was found' : 'Keep how the run ended',
    key: `${PREFIX}{{ .Environment.CIRCLE_WORKFLOW_ID }}-{{ .Environment.CIRCLE_WORKFLOW_JOB_ID }}-${stage}`,
    path: STATE_DIRECTORY,
    ...(stage === 'prepared' ? {} : { when: 'always' as const }),
  });
}
