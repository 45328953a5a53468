import { type PhaseRecord, PHASES } from '../deployment/phases.ts';
import type { Journal } from './journal.ts';
import { type JournalPorts, readJournal } from './keeper.ts';

/** What the first half of a deployment has done. */
export interface FirstHalf {
  /** The run that both halves are. */
  readonly run: string;
  readonly phases: readonly PhaseRecord[];
  readonly requests: Journal['requests'];
}

/** As it wrote it down for the second half; undefined where no deployment is prepared. */
export async function firstHalfOf(ports: JournalPorts): Promise<FirstHalf | undefined> {
  const found = await readJournal(ports, undefined);
  if ('none' in found || found.journal.status !== 'prepared') return undefined;
  const { run, phases, requests } = found.journal;
  const known = (phases ?? []).flatMap(({ name, ...times }): PhaseRecord[] => {
    const phase = PHASES.find((one) => one === name);
    return phase === undefined ? [] : [{ name: phase, ...times, outcome: 'succeeded', firstHalf: true }];
  });
  return { run, phases: known, requests };
}
