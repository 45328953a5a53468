import type { OrbContext } from '../context.ts';
import { restoreCache, run, saveCache, type Step } from '../sdk/index.ts';
import { STATE_DIRECTORY } from '../state-directory.ts';
import { callHelper } from './helper-command.ts';

/**
 * A job that is killed takes its container with it. What it found at Heroku therefore goes into a cache
 * before the first change, and the state it ended in afterwards; the next run, and the `recover` job, read
 * the newest of them. The key holds the app's id by way of the file that `identify` writes, because cache
 * keys know neither a job's variables nor the value of a parameter that names one.
 */
const keyOf = (file: string): string => `heroku-cd-1-{{ checksum ".heroku-cd/${file}" }}-`;

/**
 * A key is written once and never replaced, so each job that saves has keys of its own, and each command of it:
 * the time tells two on one app apart. Restoring goes by the prefix, and takes what was saved last: so a run that
 * wrote no journal of its own must not save again what it has restored, which may be old by then. The file that it is
 * saved by holds the app's id only once the run has written one, and nobody restores what is saved without.
 */
const THIS_JOB = '{{ .Environment.CIRCLE_WORKFLOW_ID }}-{{ .Environment.CIRCLE_WORKFLOW_JOB_ID }}';

/** What is kept when. How a run ended matters most where it failed, so that is kept in any case. */
const STAGES = {
  prepared: { name: 'Keep how the app was found' },
  ended: { name: 'Keep how the run ended', when: 'always' },
  recovered: { name: 'Keep how the recovery ended', when: 'always' },
} as const;

/** Brings back what the newest run on the same app has left. */
export function restoreJournal(context: OrbContext): readonly Step[] {
  return [
    callHelper({ step: 'Ask Heroku for the app', helper: 'identify' }, context),
    restoreCache({ name: 'Restore the journal of the last run', keys: [keyOf('app-id')] }),
  ];
}

/** Keeps the journal as it is at this stage. */
export function saveJournal(stage: keyof typeof STAGES): Step {
  return saveCache({ ...STAGES[stage], key: `${keyOf('own-journal')}${THIS_JOB}-${stage}-{{ epoch }}`, path: STATE_DIRECTORY });
}

/**
 * Keeps the journal at the end, failed or not. A job that failed before the helper wrote the file that the key is made
 * from, as in a step of the user's own, would fail a second time at the key: one red step has to say why.
 */
export function saveJournalAtEnd(stage: 'ended' | 'recovered'): readonly Step[] {
  return [
    run({
      name: 'Make room for how it ended',
      when: 'on_fail',
      command: 'mkdir -p .heroku-cd && touch .heroku-cd/own-journal',
    }),
    saveJournal(stage),
  ];
}
