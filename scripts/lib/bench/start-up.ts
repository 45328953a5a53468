import { join } from 'node:path';
import { bareNode, peakMemoryOf, timeOf, type Command } from './child.ts';
import type { Figure } from './figures.ts';
import type { LocalWorld } from './local-world.ts';
import type { Materials } from './materials.ts';
import { makeRepository } from './repository.ts';
import { interleave, ratioOf } from './rounds.ts';

const APP = 'bench-doctor';

/** What the helper takes to start, and to do something small: `--version`, and `doctor` with its requests. */
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
  const [bare, version, doctor] = [bareNode(here), helper('--version'), helper('doctor', '--app-name', APP)];
  const memory = (command: Command) => peakMemoryOf(command, materials.folder);
  const found = await interleave(rounds, {
    bare: () => timeOf(bare),
    version: () => timeOf(version),
    doctor: () => timeOf(doctor),
    bareMemory: () => memory(bare),
    versionMemory: () => memory(version),
    doctorMemory: () => memory(doctor),
  });
  const against = '`node -e 0`';
  return [
    {
      id: 'start-up-time',
      measured: '`heroku-cd --version`, time',
      against,
      ratio: ratioOf(found.version, found.bare),
    },
    {
      id: 'start-up-memory',
      measured: '`heroku-cd --version`, peak memory',
      against,
      ratio: ratioOf(found.versionMemory, found.bareMemory),
    },
    {
      id: 'doctor-time',
      measured: '`heroku-cd doctor` against the local Heroku, time',
      against,
      ratio: ratioOf(found.doctor, found.bare),
    },
    {
      id: 'doctor-memory',
      measured: '`heroku-cd doctor` against the local Heroku, peak memory',
      against,
      ratio: ratioOf(found.doctorMemory, found.bareMemory),
    },
  ];
}
