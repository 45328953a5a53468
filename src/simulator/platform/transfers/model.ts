import type { AddOn } from '../add-ons/index.ts';

/** A line of a transfer's log. */
export interface TransferLine {
  readonly at: Date;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

/** A backup or a restore of a database, as Heroku's data API tells it. */
export interface Transfer {
  readonly uuid: string;
  /** Counts all transfers of the billing app. */
  readonly num: number;
  readonly kind: 'backup' | 'restore';
  readonly addOn: AddOn;
  readonly fromName: string;
  readonly fromUrl: string;
  readonly toName: string;
  readonly toUrl: string;
  /** Only backups that a schedule makes have one. */
  readonly scheduleId: string | undefined;
  readonly createdAt: Date;
  startedAt: Date | undefined;
  finishedAt: Date | undefined;
  canceledAt: Date | undefined;
  deletedAt: Date | undefined;
  updatedAt: Date;
  /** Undefined until it is over. */
  succeeded: boolean | undefined;
  /** Statements of a restore that Postgres refused. */
  warnings: number;
  /** Size of the database; undefined until it is known. */
  sourceBytes: number | undefined;
  /** Bytes of the dump by now. */
  bytes: number;
  readonly log: TransferLine[];
  readonly cancellation: AbortController;
  /** Resolves when it is over. */
  readonly settled: Promise<void>;
}

/** What the Heroku CLI calls it: `b` for a backup, `a` for a scheduled one, `r` for a restore, and the number. */
export function transferName({ kind, scheduleId, num }: Transfer): string {
  const letter = kind === 'restore' ? 'r' : scheduleId === undefined ? 'b' : 'a';
  return `${letter}${String(num).padStart(3, '0')}`;
}

/** How many bytes it shows as processed: they grow over the time that it is to take. */
export function processedBytes({ startedAt, finishedAt, bytes }: Transfer, leastMs: number): number {
  if (!startedAt || finishedAt || leastMs <= 0) return bytes;
  return Math.floor(bytes * Math.min(1, (Date.now() - startedAt.getTime()) / leastMs));
}
