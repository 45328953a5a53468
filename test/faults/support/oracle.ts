/**
 * Judges a run by the contract alone (exit codes, what a run may leave behind, what it must tell): nothing here
 * knows how the helper works, and everything is compared with the local Heroku's control port and the database.
 */
import { commitOf, currentOf, differences, Findings, notServing, statusOf } from './oracle-app.ts';
import { judgeFlush, judgeHealth } from './oracle-after.ts';
import { judgeBackups } from './oracle-backups.ts';
import { type Intent, judgeLog, judgeResult, type Result, VERDICTS } from './oracle-told.ts';
import type { Observation } from './slot.ts';

/** Everything that the run did or told against the contract; empty where it kept it. */
export function judge(run: Observation, intent: Intent): readonly string[] {
  if (run.hung) return ['it hung'];
  const { exitCode } = run;
  if (exitCode === null || VERDICTS[exitCode] === undefined) {
    return [`it ended with ${exitCode ?? 'a crash'}, which is no exit code of an uninterrupted run`];
  }
  const result = run.result as Result | undefined;
  return [
    ...judgeApp(run, intent, exitCode, result),
    ...(result === undefined ? ['there is no result.json'] : judgeResult(run, intent, exitCode, result)),
    ...judgeLog(run, intent, exitCode),
    ...judgeRemains(run, exitCode),
    ...judgeMoments(run),
    ...judgeFlush(run, intent, exitCode, result),
    ...judgeHealth(run, intent, exitCode, result),
    ...(intent.addOn ? judgeBackups(run, exitCode, result?.backups ?? []) : []),
    ...(run.buildsElsewhere.some(({ status }) => status === 'pending') &&
    !/may still be pending/.test(run.log)
      ? ['a build of the build app is pending, and nobody says so']
      : []),
  ];
}

function judgeApp(
  run: Observation,
  intent: Intent,
  exitCode: number,
  result: Result | undefined,
): readonly string[] {
  const { before, after, database } = run;
  const findings = new Findings();
  const commit = commitOf(after);
  const isOpen = after.maintenance === before.maintenance;
  const migrated = database.after === intent.database.migrated;
  if (after.builds.some(({ status }) => status === 'pending')) findings.add('a build is pending');
  switch (exitCode) {
    case 0:
      findings.unless(commit === intent.commit, `the commit that runs is ${commit ?? 'none'}`);
      findings.unless(currentOf(after)?.status === 'succeeded', 'the current release has not succeeded');
      findings.unless(migrated, 'the database is not migrated');
      findings.addAll(differences(before, after, ['code']));
      findings.addAll(notServing(after));
      break;
    case 1:
      findings.addAll(notAsFound(run));
      break;
    case 2:
      findings.addAll(notAsFound(run));
      findings.unless(after.releases.length === before.releases.length, 'there is a new release');
      findings.unless(after.builds.length === before.builds.length, 'there is a new build');
      findings.unless(after.oneOffs.length === before.oneOffs.length, 'a one-off dyno was started');
      break;
    case 3:
    case 4:
      // Who cannot look any more cannot know that nothing is held, and says that instead.
      findings.unless(
        intent.blind || !isOpen || differences(before, after, ['code']).length > 0,
        'nothing is held: page and processes are as found',
      );
      findings.unless(statusOf(run.journal) === 'held', 'the journal does not say that it is held');
      break;
    case 5:
      findings.unless(isOpen, 'the page is not as it was found');
      findings.addAll(notServing(after));
      for (const difference of differences(before, after, ['code'])) {
        const [subject = ''] = difference.split(' ');
        findings.unless(
          result?.error?.what.includes(subject) === true || run.log.includes(subject),
          `${difference}, and nobody says so`,
        );
      }
      break;
  }
  if (exitCode !== 3 && exitCode !== 4) {
    findings.unless(
      !['open', 'held'].includes(statusOf(run.journal) ?? ''),
      `the journal is left ${statusOf(run.journal) ?? ''}`,
    );
  }
  if (!after.maintenance) findings.addAll(unfitCode(run, intent, exitCode));
  return findings.all;
}

function notAsFound({ before, after, database }: Observation): readonly string[] {
  return [
    ...(database.after === database.before ? [] : ['the database was changed']),
    ...differences(before, after),
    ...notServing(after),
  ];
}

/** With the page off, code and schema must fit, or the run must have said that they may not. */
function unfitCode({ after, database }: Observation, intent: Intent, exitCode: number): readonly string[] {
  const commit = commitOf(after);
  const fits =
    (commit === intent.commitBefore && database.after === database.before) ||
    (commit === intent.commit && database.after === intent.database.migrated);
  // Rolled-back code over a half applied migration is what exit 5 is for; who may not look any more whether
  // the page came off says that it is held.
  const isTold = exitCode === 5 || (exitCode === 3 && intent.blind);
  const isToldOf = isTold && commit === intent.commitBefore;
  return fits || isToldOf ? [] : [`code ${commit ?? 'none'} serves with a database that does not fit it`];
}

/** What is left of a run: processes of its own, and dynos that nobody knows of. */
function judgeRemains(run: Observation, exitCode: number): readonly string[] {
  const findings = new Findings();
  for (const left of run.leftProcesses) findings.add(`a process was left behind: ${left}`);
  for (const { name, state } of run.atEnd.oneOffs) {
    if (state === 'ended') continue;
    findings.unless(exitCode === 4, `${name} was left running`);
    findings.unless(run.log.includes(name), `${name} was left running, and nobody says so`);
  }
  return findings.all;
}

/** The migration runs behind the page, beside no other process; the page comes off only onto web dynos that are up. */
function judgeMoments({ moments }: Observation): readonly string[] {
  const findings = new Findings();
  for (const { name, maintenance, others } of moments.starts) {
    findings.unless(maintenance, `${name} ran without the page`);
    findings.unless(others.length === 0, `${name} ran beside ${others.join(', ')}`);
  }
  for (const { notUp } of moments.openings) {
    findings.unless(notUp.length === 0, `the page came off before ${notUp.join(', ')} was up`);
  }
  return findings.all;
}
