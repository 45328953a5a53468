import { Refusal } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { systemClock } from './system-clock.ts';

const VARIABLE = 'HEROKU_CD_TIME_LAPSE';

/**
 * How many times faster than the wall clock a run's waits pass: `HEROKU_CD_TIME_LAPSE`, for rehearsals
 * against a local Heroku, whose builds take milliseconds. Against Heroku itself it has no effect.
 * @throws Refusal when it is not a number from 1 to 1000.
 */
export function readTimeLapse(environment: NodeJS.ProcessEnv, isHeroku: boolean): number {
  const text = environment[VARIABLE];
  if (text === undefined || text === '' || isHeroku) return 1;
  const factor = Number(text);
  if (!(factor >= 1 && factor <= 1000)) {
    throw new Refusal({
      what: `${VARIABLE}: ${JSON.stringify(text)} is not a number from 1 to 1000.`,
      next: `Unset ${VARIABLE}, or set it to a number such as 20.`,
    });
  }
  return factor;
}

/** A clock that runs `factor` times as fast as the machine's. */
export function createClock(factor: number): Clock {
  if (factor === 1) return systemClock;
  const start = systemClock.now();
  return {
    now: () => start + (systemClock.now() - start) * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}
