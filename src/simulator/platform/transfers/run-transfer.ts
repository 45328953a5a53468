import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramEnd, ProgramRun } from '../../postgres/programs.ts';
import type { Database } from '../../postgres/types.ts';
import type { Changes } from '../changes.ts';
import type { AppSettings, TransferResult } from '../model.ts';
import type { Transfer, TransferLine } from './model.ts';
import type { DumpStorage } from './storage.ts';

/** What a transfer needs to run. */
export interface TransferParts {
  readonly storage: DumpStorage;
  readonly changes: Changes;
  /** Resolves when it is this transfer's turn. */
  readonly turn: Promise<unknown>;
}

/** How a transfer ended; rejects where it is cancelled. */
export interface TransferEnd {
  readonly succeeded: boolean;
  readonly warnings: number;
}

/**
 * Takes a backup or restores one, with the delays and the result that the billing app's settings ask for.
 * @throws Error where it cannot be done, or is cancelled.
 */
export async function runTransfer(
  transfer: Transfer,
  database: Database,
  parts: TransferParts,
): Promise<TransferEnd> {
  const { settings } = transfer.addOn.app;
  const { signal } = transfer.cancellation;
  const result = () => resultOf(transfer, settings);
  const until = (isOver: () => boolean) => parts.changes.until(() => isOver() || undefined, signal);
  let isItsTurn = false;
  void parts.turn.then(() => {
    isItsTurn = true;
    parts.changes.notify();
  });
  await until(() => isItsTurn);
  if (settings.transferDelayMs > 0) await sleep(settings.transferDelayMs, undefined, { signal, ref: false });
  await until(() => result() !== 'stay-pending');
  transfer.startedAt = new Date();
  parts.changes.notify();
  transfer.sourceBytes = (await database.facts()).bytes;
  const run = { signal, onLine: (line: string) => say(transfer, 'info', line) };
  const isToFail = result() === 'fail';
  const end =
    transfer.kind === 'backup'
      ? await backUp(transfer, database, parts.storage, run)
      : await restore(transfer, database, parts.storage, { ...run, withoutData: isToFail });
  signal.throwIfAborted();
  const left = leastMs(transfer) - (Date.now() - transfer.startedAt.getTime());
  if (left > 0) await sleep(left, undefined, { signal, ref: false });
  await until(() => result() !== 'stay-running');
  if (result() !== 'fail') return end;
  say(transfer, 'error', `The ${transfer.kind} failed, as the settings of this app ask for.`);
  return { succeeded: false, warnings: end.warnings };
}

/** Milliseconds that it takes at least. */
export function leastMs({ kind, addOn }: Transfer): number {
  const { backupMs, restoreMs } = addOn.app.settings;
  return kind === 'backup' ? backupMs : restoreMs;
}

export function say(transfer: Transfer, level: TransferLine['level'], message: string): void {
  transfer.log.push({ at: new Date(), level, message });
}

function resultOf({ kind }: Transfer, { backupResult, restoreResult }: AppSettings): TransferResult {
  return kind === 'backup' ? backupResult : restoreResult;
}

async function backUp(
  transfer: Transfer,
  database: Database,
  storage: DumpStorage,
  run: ProgramRun,
): Promise<TransferEnd> {
  const onBytes = (total: number) => (transfer.bytes = total);
  const end = await database.dump(await storage.place(transfer.uuid), { ...run, onBytes });
  if (end !== 0) say(transfer, 'error', ended('pg_dump', end));
  return { succeeded: end === 0, warnings: 0 };
}

async function restore(
  transfer: Transfer,
  database: Database,
  storage: DumpStorage,
  run: Parameters<Database['restore']>[1] & object,
): Promise<TransferEnd> {
  const dump = await storage.fetch(transfer.fromUrl, transfer.cancellation.signal);
  let refused = 0;
  const onLine = (line: string) => {
    refused = Number(/errors ignored on restore: (\d+)/.exec(line)?.[1] ?? refused);
    run.onLine?.(line);
  };
  try {
    transfer.bytes = await sizeOf(dump.file);
    const end = await database.restore(dump.file, { ...run, onLine });
    const wasCut = transfer.log.some(({ message }) => /server closed the connection|FATAL:/.test(message));
    // pg_restore goes on after a refused statement and ends with 1: Heroku calls that finished, with warnings.
    if (end === 0 || (end === 1 && refused > 0 && !wasCut)) return { succeeded: true, warnings: refused };
    say(transfer, 'error', ended('pg_restore', end));
    return { succeeded: false, warnings: refused };
  } finally {
    await dump.release();
  }
}

/** @throws Error where the dump is there no more. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('The backup could not be read: 404 Not Found.', { cause: error });
  }
}

function ended(program: string, end: ProgramEnd): string {
  return end instanceof Error ? `${program} could not run: ${end.message}` : `${program} ended (${end}).`;
}
