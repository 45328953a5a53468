/** Whether backups and restores were proven before anything relied on them, and are told of. */
import type { AppView, RequestEntry } from '../../../src/simulator/index.ts';
import { Findings } from './oracle-app.ts';
import type { Observation } from './slot.ts';

type Transfer = AppView['transfers'][number];

const isBackup = ({ name }: Transfer): boolean => name.startsWith('b');
const isReset = ({ method, path }: RequestEntry): boolean => method === 'PUT' && path.endsWith('/reset');
const isRestore = ({ method, path }: RequestEntry): boolean =>
  method === 'POST' && path.endsWith('/restores');
const isMigration = ({ method, path }: RequestEntry): boolean => method === 'POST' && /\/dynos$/.test(path);

/** Whether the run has asked for its database to be emptied, as a restore begins. */
export function wasEmptied({ requests }: Observation): boolean {
  return requests.some(isReset);
}

/** A migration begins after a proven backup, a restore after two, and with nothing running. */
export function judgeBackups(
  run: Observation,
  exitCode: number,
  named: readonly string[],
): readonly string[] {
  const findings = new Findings();
  for (const request of run.requests) {
    const needed = isMigration(request) ? 1 : isReset(request) || isRestore(request) ? 2 : 0;
    const proven = provenBefore(run, request.at);
    const what = `${request.method} ${request.path}`;
    findings.unless(proven >= needed, `${what} came after ${proven} proven backups instead of ${needed}`);
  }
  for (const { running } of run.moments.restores) {
    findings.unless(running.length === 0, `the database was restored beside ${running.join(', ')}`);
  }
  findings.addAll(judgeNamed(run, 'result.json', named.join(', ')));
  const goesOn = run.atEnd.transfers.filter(({ state }) => state === 'pending' || state === 'running');
  if (exitCode !== 3 && exitCode !== 4) {
    for (const { name } of goesOn) {
      findings.unless(/backup .*may go on/.test(run.log), `${name} was left going on, and nobody says so`);
    }
  }
  return findings.all;
}

/** What is named must be there; and what was relied on must be named. */
export function judgeNamed(run: Observation, who: string, text: string): readonly string[] {
  const findings = new Findings();
  const named: readonly string[] = text.match(/\bb\d{3}\b/g) ?? [];
  const there = run.after.transfers.filter((one) => isBackup(one) && one.state === 'succeeded');
  for (const name of named) {
    findings.unless(
      there.some((one) => one.name === name),
      `${who} names ${name}, which is no backup`,
    );
  }
  const needed = wasEmptied(run) ? 2 : run.requests.some(isMigration) ? 1 : 0;
  for (const { name } of there.slice(0, needed)) {
    findings.unless(named.includes(name), `${who} does not name ${name}`);
  }
  return findings.all;
}

/** Backups that had succeeded by then, and whose success the run had been told. */
function provenBefore({ requests, after }: Observation, at: string): number {
  return after.transfers.filter((transfer) => {
    const { finishedAt } = transfer;
    if (!isBackup(transfer) || transfer.state !== 'succeeded' || finishedAt === null) return false;
    return requests.some(
      (one) =>
        one.method === 'GET' &&
        one.path.includes('/transfers') &&
        one.fault === null &&
        one.outcome === 'answered' &&
        one.at >= finishedAt &&
        one.at <= at,
    );
  }).length;
}
