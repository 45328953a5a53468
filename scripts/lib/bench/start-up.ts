import { join } from 'node:path';
import { bareNode, costOf, leastCost, peakMemoryOf, type Command } from './child.ts';
import { costFigures, type Figure } from './figures.ts';
import type { LocalWorld } from './local-world.ts';
import type { Materials } from './materials.ts';
import { makeRepository } from './repository.ts';
import { interleave, ratioOf } from './rounds.ts';

const APP = 'bench-doctor';

/**
 * What the helper takes to start, and to do something small: `--version`, `maintenance on` with its two requests, and
 * `doctor` with its many.
 */
export async function measureStartUp(
  materials: Materials,
  world: LocalWorld,
  rounds: number,
): Promise<Figure[]> {
  world.createApp(APP);
  const cwd = join(materials.folder, 'doctor');
  const repository = await makeRepository(cwd, 1, materials.environment);
  const commit = await repository.commit();
  const here = { cwd, environment: { ...world.environment, CIRCLE_SHA1: commit } };
  const helper = (...args: string[]): Command => ({
    program: process.execPath,
    args: [materials.helper, ...args],
    ...here,
  });
  const [bare, version] = [bareNode(here), helper('--version')];
  // It is on from the first time on.
  const maintenance = helper('maintenance', 'on', '--app-name', APP);
  const doctor = helper('doctor', '--app-name', APP);
  const cost = (command: Command) => leastCost(() => costOf(command, materials.folder));
  const memory = (command: Command) => peakMemoryOf(command, materials.folder);
  const found = await interleave(rounds, {
    bare: () => cost(bare),
    version: () => cost(version),
    maintenance: () => cost(maintenance),
    doctor: () => cost(doctor),
    bareMemory: () => memory(bare),
    versionMemory: () => memory(version),
    maintenanceMemory: () => memory(maintenance),
    doctorMemory: () => memory(doctor),
  });
  const against = '`node -e 0`';
  const [versionCalled, maintenanceCalled, doctorCalled] = [
    '`heroku-cd --version`',
    '`heroku-cd maintenance on`',
    '`heroku-cd doctor`',
  ];
  return [
    ...costFigures('start-up', [versionCalled, found.version], [against, found.bare]),
    {
      id: 'start-up-memory',
      measured: `${versionCalled}: peak memory`,
      against,
      ratio: ratioOf(found.versionMemory, found.bareMemory),
    },
    ...costFigures('maintenance', [maintenanceCalled, found.maintenance], [against, found.bare]),
    {
      id: 'maintenance-memory',
      measured: `${maintenanceCalled}: peak memory`,
      against,
      ratio: ratioOf(found.maintenanceMemory, found.bareMemory),
    },
    ...costFigures('doctor', [doctorCalled, found.doctor], [against, found.bare]),
    {
      id: 'doctor-memory',
      measured: `${doctorCalled}: peak memory`,
      against,
      ratio: ratioOf(found.doctorMemory, found.bareMemory),
    },
  ];
}
