/** Whether what a run tells is true: in `result.json`, in its log, and in the block `State now:`. */
import type { AppView } from '../../../src/simulator/index.ts';
import type { DatabaseContent } from './database.ts';
import { judgeNamed, wasEmptied } from './oracle-backups.ts';
import { commitOf, currentOf, Findings, formationOf, type Process, sorted } from './oracle-app.ts';
import type { Observation } from './slot.ts';

/** What the deployment was to come to. */
export interface Intent {
  readonly commit: string;
  readonly commitBefore: string;
  readonly database: { readonly before: DatabaseContent; readonly migrated: DatabaseContent };
  /** The database is an add-on, and backed up before it is migrated. */
  readonly addOn: boolean;
  /** Whether what is deployed answers as it should. */
  readonly healthy: boolean;
  /** So many accepted answers in a row are wanted; 0 where the health is not checked. */
  readonly checked: number;
  /** Texts that nobody may get to see. */
  readonly secrets: readonly string[];
  /** The account lost its rights on the way: what the run could not read it cannot tell. */
  readonly blind: boolean;
}

/** The fields of `result.json` that the contract names. */
export interface Result {
  readonly verdict: string;
  readonly exitCode: number;
  readonly app: string;
  readonly revision: string;
  readonly releaseBefore: Release | null;
  readonly releaseAfter: Release | null;
  readonly maintenance: { readonly before: boolean | null; readonly after: boolean | null };
  readonly formation: {
    readonly before: readonly Process[] | null;
    readonly after: readonly Process[] | null;
  };
  readonly database: string;
  readonly backups: readonly string[];
  readonly migration: { readonly exitStatus: number | null } | null;
  readonly caches: readonly string[];
  readonly phases: readonly unknown[];
  readonly error: {
    readonly what: string;
    readonly why: string | null;
    readonly next: string | null;
  } | null;
}
interface Release {
  readonly version: number;
  readonly commit: string | null;
}

/** Verdicts by exit code. */
export const VERDICTS: Readonly<Record<number, string>> = {
  0: 'succeeded',
  1: 'failed',
  2: 'refused',
  3: 'held',
  4: 'unknown',
  5: 'incomplete',
};

/** Compares `result.json` with the app and the database. */
export function judgeResult(
  run: Observation,
  intent: Intent,
  exitCode: number,
  result: Result,
): readonly string[] {
  const { before, after, database } = run;
  const findings = new Findings();
  const same = (what: string, told: unknown, truth: unknown): void =>
    findings.unless(
      JSON.stringify(told) === JSON.stringify(truth),
      `result.json says ${what} ${JSON.stringify(told)}, and it is ${JSON.stringify(truth)}`,
    );
  same('exitCode', result.exitCode, exitCode);
  same('verdict', result.verdict, VERDICTS[exitCode]);
  same('app', result.app, run.app);
  same('revision', result.revision, intent.commit);
  const releaseOf = (app: AppView): Release => ({
    version: app.currentRelease,
    commit: commitOf(app) ?? null,
  });
  if (result.releaseBefore !== null) same('releaseBefore', result.releaseBefore, releaseOf(before));
  if (result.maintenance.before !== null)
    same('maintenance.before', result.maintenance.before, before.maintenance);
  if (result.formation.before !== null)
    same('formation.before', sorted(result.formation.before), formationOf(before));
  const isTold = result.maintenance.after !== null;
  if (isTold) {
    same('maintenance.after', result.maintenance.after, after.maintenance);
    same('formation.after', sorted(result.formation.after ?? []), formationOf(after));
    same('releaseAfter', result.releaseAfter, releaseOf(after));
  }
  findings.unless(
    isTold || intent.blind || result.releaseBefore === null,
    'result.json does not say how the app is, though it could be read',
  );
  findings.addAll(databaseLie(result.database, database.after, intent));
  if (exitCode === 0) same('database', result.database, 'migrated');
  if (exitCode === 1 || exitCode === 2) {
    same('database', result.database, wasEmptied(run) ? 'restored' : 'untouched');
  }
  const { migration } = result;
  if (migration !== null && migration.exitStatus !== null) {
    const last = after.oneOffs.findLast(({ exitStatus }) => exitStatus !== null);
    same('migration.exitStatus', migration.exitStatus, last?.exitStatus);
  }
  findings.unless(
    (result.error === null) === (exitCode === 0),
    'result.json’s error does not go with the verdict',
  );
  findings.unless(result.error === null || result.error.what.trim() !== '', 'the error says nothing');
  findings.unless(result.phases.length > 0, 'result.json has no phases');
  return findings.all;
}

/** `unknown` is never a lie; every other word says something that can be looked up. */
function databaseLie(told: string, content: DatabaseContent, intent: Intent): readonly string[] {
  const { before, migrated } = intent.database;
  const isTrue =
    told === 'unknown' ||
    ((told === 'untouched' || told === 'restored') && content === before) ||
    (told === 'migrated' && content === migrated);
  return isTrue ? [] : [`the database is said to be ${told}, and it is not`];
}

/**
 * The error that nobody waited for, where the run met one. It aborts and undoes as a signal does, so that the exit
 * code may be that of any failure, and a closing window's only a warning: the app is as it should be, the helper is not.
 */
export function notAwaited(log: string): string | undefined {
  return /that nobody waited for: (.*?)(?: Stopping and putting things back\.)?$/m.exec(log)?.[1];
}

/** Looks for what the log must say, and must not. */
export function judgeLog(run: Observation, intent: Intent, exitCode: number): readonly string[] {
  const findings = new Findings();
  const { log } = run;
  const stray = notAwaited(log);
  findings.unless(stray === undefined, `it met an error that was not awaited: ${stray}`);
  findings.unless(
    stray !== undefined || !log.includes('not foreseen'),
    'it met an error that was not foreseen',
  );
  findings.unless(exitCode === 0 || /^.*ERROR: \S/m.test(log), 'the log has no error');
  findings.unless(log.includes(`exit ${exitCode}`), 'the log does not tell the exit code');
  const everything = [log, JSON.stringify(run.result), JSON.stringify(run.journal)].join('\n');
  for (const secret of intent.secrets) {
    for (const form of [secret, Buffer.from(secret).toString('base64')]) {
      findings.unless(!everything.includes(form), 'a secret is shown');
    }
  }
  findings.unless(!everything.includes('/_backups/'), 'the address of a backup is shown');
  if (exitCode === 3 || exitCode === 4 || exitCode === 5) findings.addAll(judgeStateNow(run, intent));
  return findings.all;
}

/** The block `State now:` must be there, and be true. */
function judgeStateNow(run: Observation, intent: Intent): readonly string[] {
  const at = run.log.lastIndexOf('State now:');
  if (at < 0) return ['there is no `State now:`'];
  const lines = run.log.slice(at).split('\n').slice(1);
  const rows = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('  ')),
  );
  const values = (name: string): readonly string[] =>
    rows.flatMap((row) => new RegExp(`^ {2}${name} +(.*)$`).exec(row)?.[1] ?? []);
  const findings = new Findings();
  findings.unless((values('next')[0] ?? '') !== '', '`State now:` names no next command');
  findings.unless(values('backups').length === 1, '`State now:` says nothing of backups');
  if (intent.addOn) findings.addAll(judgeNamed(run, '`State now:`', values('backups')[0] ?? ''));
  findings.addAll(databaseLie(values('database')[0] ?? 'nothing', run.database.after, intent));
  if (values('app').some((value) => value.includes('could not be read'))) {
    findings.unless(intent.blind, '`State now:` says that the app cannot be read, though it can');
    return findings.all;
  }
  const { after } = run;
  const current = currentOf(after);
  const commit = commitOf(after);
  const told = (what: string, lines: readonly string[], truth: readonly string[]): void =>
    findings.unless(
      JSON.stringify(lines) === JSON.stringify(truth),
      `\`State now:\` says ${what} ${lines.join(', ') || 'nothing'}, and it is ${truth.join(', ')}`,
    );
  told('maintenance', values('maintenance'), [after.maintenance ? 'on' : 'off']);
  told(
    'process',
    [...values('process')].sort(),
    formationOf(after).map(({ type, quantity, size }) => `${type}: ${quantity} x ${size}`),
  );
  told('release', values('release'), [
    `v${after.currentRelease}${commit === undefined ? '' : ` (${commit.slice(0, 8)})`}, ${current?.status ?? ''}`,
  ]);
  return findings.all;
}
