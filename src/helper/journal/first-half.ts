import { type PhaseRecord, PHASES } from '../deployment/phases.ts';
import { type JournalPorts, readJournal } from './keeper.ts';

/** What the first half of a deployment has done, as it wrote it down for the second; nothing where none is prepared. */
export async function phasesOfFirstHalf(ports: JournalPorts): Promise<readonly PhaseRecord[]> {
  const found = await readJournal(ports, undefined);
  if ('none' in found || found.journal.status !== 'prepared') return [];
  return (found.journal.phases ?? []).flatMap(({ name, ...times }): PhaseRecord[] => {
    const known = PHASES.find((one) => one === name);
    return known === undefined ? [] : [{ name: known, ...times, outcome: 'succeeded', firstHalf: true }];
  });
}
