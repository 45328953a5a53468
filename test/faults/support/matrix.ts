import { createHash } from 'node:crypto';
import { CACHE_PASSWORD } from './cache.ts';
import { faultsAt, isPassing, OUTAGE, type PlacedFault } from './fault-kinds.ts';
import { judge } from './oracle.ts';
import {
  type Place,
  cachePlacesOf,
  firstAfterEachChange,
  placeName,
  placesOf,
  withoutRepeatedPolls,
} from './requests.ts';
import { DEADLINE_MINUTES, LAPSE, type Scenario } from './scenarios.ts';
import { KEY, revisionOf, Slot, type Observation, type Trial } from './slot.ts';
import { createStage, type Stage } from './stage.ts';

/** One fault at one request of one scenario. */
export interface Case {
  /** By it, `FAULT_CASE` names the case to run alone. */
  readonly name: string;
  readonly scenario: Scenario;
  readonly place: Place;
  readonly fault: PlacedFault;
}

/** What became of a case. */
export interface Verdict {
  readonly case: Case;
  readonly exitCode: number | null;
  readonly milliseconds: number;
  /** Whether any request met the fault: polls are not of the same number in every run. */
  readonly met: boolean;
  readonly hung: boolean;
  /** Everything against the contract; empty where there is nothing. */
  readonly findings: readonly string[];
  readonly log: string;
}

/** What a trial came to. */
export interface Tried {
  readonly exitCode: number | null;
  readonly findings: readonly string[];
  readonly log: string;
}

export interface MatrixRun {
  /** Requests of a run without faults, by scenario. */
  readonly requests: Readonly<Record<string, number>>;
  /** Cases of all parts. */
  readonly total: number;
  readonly verdicts: readonly Verdict[];
  /** Of the runs without a fault, the slowest. */
  readonly faultlessMs: number;
}

/** A run may take three times as long as one without a fault, or as long as its parameter `deadline` says. */
const DEADLINE_MS = (DEADLINE_MINUTES * 60_000) / LAPSE;
/** Cases that run at once: each waits for processes and timers most of the time. */
const SLOTS = 3;

/** A stage with its slots. */
export class Matrix {
  private constructor(
    readonly stage: Stage,
    private readonly slots: readonly Slot[],
  ) {}

  static async create(): Promise<Matrix> {
    const stage = await createStage();
    const slots = await Promise.all(Array.from({ length: SLOTS }, (_, index) => Slot.start(stage, index)));
    return new Matrix(stage, slots);
  }

  async close(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.close()));
    await this.stage.close();
  }

  /**
   * Runs each scenario without a fault, and with every fault at every request that it made.
   * @param part Which of the cases are run here: a number from 0, of so many.
   */
  async run(scenarios: readonly Scenario[], part: number, parts: number): Promise<MatrixRun> {
    const requests: Record<string, number> = {};
    let faultlessMs = 0;
    const cases: Case[] = [];
    for (const scenario of scenarios) {
      // All slots at once, so that the time is that of a run among others.
      const runs = await Promise.all(this.slots.map((slot) => slot.run({ scenario })));
      for (const run of runs) this.#requireFaultless(scenario, run);
      faultlessMs = Math.max(faultlessMs, ...runs.map(({ milliseconds }) => milliseconds));
      const shortest = runs.toSorted((a, b) => a.requests.length - b.requests.length)[0];
      if (shortest === undefined) throw new Error('There is no slot to run in.');
      // Polls are not of the same number in every run: what the shortest one has asked, each of them asks.
      requests[scenario.name] = shortest.requests.length;
      cases.push(...casesOf(scenario, shortest));
    }
    const own = selected(cases).filter(({ name }) => partOf(name, parts) === part);
    const verdicts = await this.#runAll(own, Math.max(3 * faultlessMs, DEADLINE_MS));
    return { requests, total: cases.length, verdicts, faultlessMs };
  }

  /** Tries things one after the other in as many slots as there are; gives what is to be said of each. */
  async tryAll(trials: readonly Trial[]): Promise<readonly Tried[]> {
    const queue = [...trials.entries()];
    const tried: Tried[] = [];
    await Promise.all(
      this.slots.map(async (slot) => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const [index, trial] = next;
          const run = await slot.run(trial);
          const findings = this.#judge(trial.scenario, run, false);
          tried[index] = { exitCode: run.exitCode, findings, log: run.log };
        }
      }),
    );
    return tried;
  }

  async #runAll(cases: readonly Case[], limitMs: number): Promise<readonly Verdict[]> {
    const queue = [...cases];
    const verdicts: Verdict[] = [];
    await Promise.all(
      this.slots.map(async (slot) => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          verdicts.push(await this.#verdict(slot, next, limitMs));
        }
      }),
    );
    return verdicts;
  }

  async #verdict(slot: Slot, each: Case, limitMs: number): Promise<Verdict> {
    const run = await slot.run({ scenario: each.scenario, ...each.fault });
    const { exitCode, milliseconds, hung, log, met } = run;
    const findings = [
      ...this.#judge(each.scenario, run, each.fault.lasting === true),
      ...needless(each, run),
      ...(milliseconds > limitMs ? [`it took ${milliseconds} ms, more than ${limitMs}`] : []),
    ];
    return { case: each, exitCode, milliseconds, met: met > 0, hung, findings, log };
  }

  #judge(scenario: Scenario, run: Observation, blind: boolean): readonly string[] {
    const { commitBefore, databases } = this.stage;
    const { addOn = false } = scenario;
    return judge(run, {
      commit: revisionOf(this.stage, scenario),
      commitBefore,
      database: {
        before: databases.before,
        migrated: scenario.unhealthy ? databases.before : databases.migrated,
      },
      secrets: [KEY, run.databasePassword, CACHE_PASSWORD],
      addOn,
      healthy: scenario.unhealthy !== true,
      checked: Number(scenario.settings['health-check-successes'] ?? 0),
      blind,
    });
  }

  #requireFaultless(scenario: Scenario, run: Observation): void {
    const findings = this.#judge(scenario, run, false);
    if (run.exitCode === scenario.exitCode && findings.length === 0) return;
    throw new Error(
      `Without a fault, "${scenario.name}" ends with ${run.exitCode}: ${findings.join('; ')}\n${run.log}`,
    );
  }
}

/** Verdicts that are true, and worse than they have to be. */
function needless({ scenario, place, fault }: Case, run: Observation): readonly string[] {
  const { exitCode } = run;
  if (isPassing(place, fault) && exitCode !== scenario.exitCode) {
    return [`it ended with ${exitCode} though a second try would have got over it`];
  }
  const isLeftClosed = exitCode === 3 || exitCode === 4;
  // While the migration's end is not known, nobody may open the app.
  return isLeftClosed && scenario.exitCode === 0 && fault.kind === OUTAGE && phaseMet(run) !== 'migrate'
    ? ['the app was left closed, though Heroku was back long before the deadline']
    : [];
}

/** The phase in which the first request met the fault: polls may have shifted it. */
function phaseMet(run: Observation): string | undefined {
  const hit = run.requests.find(({ fault }) => fault !== null);
  return hit && phasesOf(run).findLast(({ startedAt }) => startedAt <= hit.at)?.name;
}

function phasesOf({ result }: Observation): readonly { name: string; startedAt: string }[] {
  return (result as { phases: { name: string; startedAt: string }[] } | undefined)?.phases ?? [];
}

function casesOf(scenario: Scenario, run: Observation): Case[] {
  const all = placesOf(run.app, run.requests, phasesOf(run));
  const places = scenario.fewPolls ? firstAfterEachChange(all) : withoutRepeatedPolls(all);
  const cached = cachePlacesOf(run.cache?.asked ?? [], phasesOf(run));
  return [...places, ...cached].flatMap((place) =>
    faultsAt(place)
      .filter((fault) => scenario.wants(place, fault))
      .map((fault) => ({
        name: `${scenario.name}: ${placeName(place)} ${fault.kind}`,
        scenario,
        place,
        fault,
      })),
  );
}

/** The case that `FAULT_CASE` names, or all whose names match it as a regular expression. */
function selected(cases: readonly Case[]): readonly Case[] {
  const wanted = process.env['FAULT_CASE'];
  if (wanted === undefined || wanted === '') return cases;
  const exact = cases.filter(({ name }) => name === wanted);
  return exact.length > 0 ? exact : cases.filter(({ name }) => new RegExp(wanted).test(name));
}

/** By its name alone, so that all parts agree though their runs made different numbers of polls. */
function partOf(name: string, parts: number): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % parts;
}
