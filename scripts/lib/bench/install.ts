import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unescapeTemplates } from '../../../src/orb/sdk/index.ts';
import { fromYaml } from '../../../src/orb/tree/index.ts';
import { bareNode, costOf, leastCost, type Command, type Cost } from './child.ts';
import { costFigures, type Figure } from './figures.ts';
import type { Materials } from './materials.ts';
import { interleave } from './rounds.ts';

/** The step as CircleCI's agent runs it: bash, the script as one argument, in a HOME where nothing is. */
export async function measureInstall(materials: Materials, rounds: number): Promise<Figure[]> {
  const { command, environment } = installStep(materials.orb);
  const here = { cwd: materials.folder, environment: materials.environment };
  const install = async (home: string): Promise<Cost> => {
    await mkdir(home);
    const step: Command = {
      program: 'bash',
      args: ['-eo', 'pipefail', '-c', command],
      cwd: materials.folder,
      environment: { ...materials.environment, HOME: home, ...environment },
    };
    return costOf(step, materials.folder);
  };
  const found = await interleave(rounds, {
    bare: () => leastCost(() => costOf(bareNode(here), materials.folder)),
    install: (round) => leastCost((run) => install(join(materials.folder, `install-${round}-${run}`))),
  });
  return costFigures(
    'install',
    ["the orb's install step, which unpacks and verifies", found.install],
    ['`node -e 0`', found.bare],
  );
}

interface PackedInstall {
  readonly commands: {
    readonly install: {
      readonly steps: readonly {
        readonly run?: { readonly command: string; readonly environment: Readonly<Record<string, string>> };
      }[];
    };
  };
}

/** The run step of the packed orb's install command, as the compiler would hand it on. */
function installStep(orb: string): { command: string; environment: Record<string, string> } {
  const run = (fromYaml(orb) as PackedInstall).commands.install.steps.find((step) => step.run)?.run;
  if (run === undefined) throw new Error('The install command of the orb has no run step.');
  const variables = Object.entries(run.environment);
  return {
    command: unescapeTemplates(run.command),
    environment: Object.fromEntries(variables.map(([name, value]) => [name, unescapeTemplates(value)])),
  };
}
