import { setTimeout as delay } from 'node:timers/promises';
import type { ControlApi, Row } from '../../../src/simulator/index.ts';

/** Milliseconds between two looks: Postgres has no event for "some session has changed a row". */
const POLL_MS = 20;

/** A run of a job, as the worker recorded it. */
export interface JobRun {
  readonly jobId: number;
  readonly dyno: string;
  readonly code: number;
  readonly takenAt: string;
  readonly doneAt: string;
}

/** What tests ask the database of a {@link databaseAppFiles} app, past the app itself. */
export class DatabaseWatch {
  constructor(
    private readonly control: ControlApi,
    private readonly app: string,
  ) {}

  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    return this.control.query(this.app, sql, values);
  }

  /** Resolves with the rows as soon as there are any. */
  async untilRows(sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    for (;;) {
      const rows = await this.query(sql, values);
      if (rows.length > 0) return rows;
      await delay(POLL_MS);
    }
  }

  /** In the order in which they ended. */
  async jobRuns(): Promise<JobRun[]> {
    const rows = await this.query(
      `SELECT job_id AS "jobId", dyno, code, taken_at AS "takenAt", done_at AS "doneAt"
       FROM job_runs ORDER BY done_at`,
    );
    return rows as unknown as JobRun[];
  }

  async untilJobsDone(count: number): Promise<JobRun[]> {
    await this.untilRows('SELECT FROM job_runs HAVING count(*) >= $1', [count]);
    return this.jobRuns();
  }

  async openJobs(): Promise<number> {
    const [row] = await this.query('SELECT count(*) AS open FROM jobs WHERE done_at IS NULL');
    return Number(row?.['open']);
  }

  /** Waits until this many dynos of a type have a session. */
  async untilConnected(type: string, count: number): Promise<void> {
    await this.untilRows(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE $1
       HAVING count(*) = $2`,
      [`${type}.%`, count],
    );
  }

  /** Names of the migrations' statements that were run, in order. */
  async migrationSteps(): Promise<string[]> {
    return (await this.query('SELECT step FROM migration_steps ORDER BY done_at')).map((row) =>
      String(row['step']),
    );
  }

  /** Waits for a migration that holds. */
  async untilHeld(): Promise<void> {
    await this.untilRows("SELECT FROM pg_tables WHERE tablename = 'migration_gate'");
    await this.untilRows('SELECT FROM migration_gate');
  }

  /** Lets the migration that holds go on. */
  async letGo(): Promise<void> {
    await this.query('DELETE FROM migration_gate');
  }
}
