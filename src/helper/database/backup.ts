import type { Preflight, Run } from '../deployment/deploy-state.ts';
import type { UndoOutcome } from '../deployment/undo-stack.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import type { DatabaseAddOn, Transfer } from '../ports/heroku.ts';
import type { Window } from '../window/window.ts';
import { cancelBackup, captureBackup } from './capture.ts';

/**
 * The phase between the window and the new code: a proven backup or, where the plan protects the database
 * by itself and `backup` leaves the choice, the point in time to go back to. Formation and dynos are read
 * again right before it.
 * @throws Failure where there is no proven backup: then nothing may be migrated.
 */
export async function backUp(
  run: Run,
  plan: NonNullable<Preflight['backup']>,
  journal: JournalKeeper,
  window: Window | undefined,
): Promise<void> {
  await window?.guard?.checkAtFirst();
  const { database } = plan;
  if (plan.act === 'recovery-point') return noteRecoveryPoint(run, database, journal);
  const { closingHeroku, log } = run.ports;
  let pending: Transfer | undefined;
  run.undo.push({
    what: 'cancel the backup if it is still going on',
    async run(): Promise<UndoOutcome> {
      if (pending === undefined) return 'nothing-to-do';
      const stopped = await cancelBackup(closingHeroku, log, database.billingApp, pending.id);
      return stopped ? 'undone' : 'nothing-to-do';
    },
  });
  const work = async (signal: AbortSignal): Promise<void> => {
    const done = await captureBackup(
      { ...run, signal },
      {
        ...plan,
        purpose: 'before anything changes',
        started: async (backup) => {
          pending = backup;
          await journal.note({ database: { ...journalOf(database), pending: backup.id } });
        },
      },
    );
    await journal.note({ database: { ...journalOf(database), backup: { id: done.id, name: done.name } } });
  };
  await (window?.guard === undefined ? work(run.ports.signal) : window.guard.during(work, 'stop'));
}

/** Dev Center: Heroku Postgres Rollback. A rollback makes a new database, which is then promoted. */
async function noteRecoveryPoint(run: Run, database: DatabaseAddOn, journal: JournalKeeper): Promise<void> {
  const recoveryPoint = new Date(run.ports.clock.now()).toISOString();
  await journal.note({ database: { ...journalOf(database), recoveryPoint } });
  run.ports.log.info(
    `${database.name} (${database.plan}) has continuous protection, so no dump is taken (\`backup: always\` takes one). The database as it is now: ${rollbackCommand(database, recoveryPoint)}`,
  );
}

function rollbackCommand({ name, plan, billingApp }: DatabaseAddOn, at: string): string {
  const to = `${at.slice(0, 19).replace('T', ' ')}+00:00`;
  return `heroku addons:create ${plan} -a ${billingApp} -- --rollback ${name} --to '${to}'`;
}

/** The database as a journal names it. */
export function journalOf({ id, name, plan, billingApp }: DatabaseAddOn): NonNullable<Journal['database']> {
  return { addOn: { id, name, plan, billingApp } };
}

/** What there is to go back to, for `State now:`. */
export function describeBackups(journal: Journal | undefined): string {
  const { addOn, backup, safety, recoveryPoint } = journal?.database ?? {};
  const point =
    addOn === undefined || recoveryPoint === undefined
      ? undefined
      : `none, but a recovery point: ${rollbackCommand(addOn, recoveryPoint)}`;
  return (
    [
      backup && `${backup.name} (before the migration)`,
      safety && `${safety.name} (before the restore)`,
      point,
    ]
      .filter(Boolean)
      .join(', ') || 'none taken by this run'
  );
}
