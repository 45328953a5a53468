import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { formatDuration } from '../time/format.ts';

/** Every phase of a deployment, in order. */
export const PHASES = [
  'preflight',
  'build',
  'snapshot',
  'open window',
  'backup',
  'ship',
  'release',
  'migrate',
  'restart',
  'flush caches',
  'close window',
  'health',
  'report',
] as const;

export type PhaseName = (typeof PHASES)[number];

/** What a command without phases does: one of its own. */
export type ActName = 'recover' | 'rollback' | 'window close';

export interface PhaseRecord {
  readonly name: PhaseName | ActName;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: 'succeeded' | 'failed';
  /** Milliseconds of it that the maintenance window was open; known once the run has ended. */
  readonly windowMs?: number;
}

/** Runs phases one after the other, logs each with its duration, and knows which one is on. */
export class PhaseRunner {
  readonly records: PhaseRecord[] = [];
  readonly #clock: Clock;
  readonly #log: Log;
  #current: PhaseName | undefined;
  #startedAt: number;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
    this.#startedAt = clock.now();
  }

  /** The phase that runs or, after a failure, the one that failed. */
  get current(): PhaseName | undefined {
    return this.#current;
  }

  /** Milliseconds since the epoch, as the records have them. */
  now(): number {
    return this.#clock.now();
  }

  /** Milliseconds since the current phase began. */
  get elapsedMs(): number {
    return this.#clock.now() - this.#startedAt;
  }

  async run<T>(name: PhaseName, work: () => Promise<T>): Promise<T> {
    this.#current = name;
    this.#startedAt = this.#clock.now();
    this.#log.info(`== ${name}`);
    try {
      const value = await work();
      this.#record(name, 'succeeded');
      return value;
    } catch (error) {
      this.#record(name, 'failed');
      throw error;
    }
  }

  #record(name: PhaseName, outcome: PhaseRecord['outcome']): void {
    const durationMs = this.elapsedMs;
    this.records.push({ name, startedAt: new Date(this.#startedAt).toISOString(), durationMs, outcome });
    this.#log.info(`== ${name} ${outcome} after ${formatDuration(durationMs)}`);
  }
}
