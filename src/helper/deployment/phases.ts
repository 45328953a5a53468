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

/** `rollback` is what `on-unhealthy` does, where it does it. */
export type PhaseName = (typeof PHASES)[number] | 'rollback';

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
  /** It ran in the first half of the deployment (`--until window`), some time before the second. */
  readonly firstHalf?: true;
}

/** What people read for each phase: what was done a second time says so. */
export function phaseLabels(phases: readonly Pick<PhaseRecord, 'name'>[]): readonly string[] {
  return phases.map(({ name }, index) =>
    phases.findIndex((one) => one.name === name) < index ? `${name} again` : name,
  );
}

/** The phase that an error belongs to; of two of one name, the one that failed. */
export function phaseOf(
  phases: readonly PhaseRecord[],
  error: { readonly phase: string | null } | null,
): PhaseRecord | undefined {
  const named = phases.filter(({ name }) => name === error?.phase);
  return named.findLast(({ outcome }) => outcome === 'failed') ?? named.at(-1);
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

  /** Takes over what was done before this process began. */
  goOnFrom(earlier: readonly PhaseRecord[]): void {
    this.records.unshift(...earlier);
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
