import {
  AFTER_THE_RELEASE,
  AT_THE_END,
  BEFORE_THE_WINDOW,
  IN_THE_WINDOW,
  lostAt,
  type Phase,
} from './support/phases.ts';
import type { Stage, Standing } from './support/stage.ts';
import { useStage } from './support/use-stage.ts';

/** A machine is lost (SIGKILL, no step after it), and the next job has nothing but what the cache holds. */
let stage: Stage;
let found: Standing;
useStage((...now) => {
  [stage, found] = now;
});

const named = (phases: readonly Phase[]): [string, Phase][] => phases.map((phase) => [phase.name, phase]);

test.each(named([...BEFORE_THE_WINDOW, ...IN_THE_WINDOW, ...AFTER_THE_RELEASE]))(
  'lost at %s: recover puts everything back as it was found',
  async (_name, phase) => {
    const { workflow } = await lostAt(stage, phase);

    const { exitCode, log } = await stage.job('recover', { workflow }).end;

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(await stage.standing()).toEqual(found);
  },
);

test.each(named(AT_THE_END))('lost at %s: there is nothing to put back', async (_name, phase) => {
  const { workflow } = await lostAt(stage, phase);

  const { exitCode, log } = await stage.job('recover', { workflow }).end;

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toEqual({ ...found, code: stage.newest });
});

test.each(named([...BEFORE_THE_WINDOW, ...IN_THE_WINDOW, ...AFTER_THE_RELEASE, ...AT_THE_END]))(
  'lost at %s: a plain new run deploys, and the formation is as before',
  async (_name, phase) => {
    await lostAt(stage, phase);

    const { exitCode, log } = await stage.job(phase.command, { parameters: phase.parameters }).end;

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(await stage.standing()).toEqual({ ...found, code: stage.newest });
  },
);
