import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unescapeTemplates } from '../../../src/orb/sdk/index.ts';
import { fromYaml } from '../../../src/orb/tree/index.ts';
import { bareNode, timeOf, type Command } from './child.ts';
import type { Figure } from './figures.ts';
import type { Materials } from './materials.ts';
import { interleave, ratioOf } from './rounds.ts';

/** The step as CircleCI's agent runs it: bash, the script as one argument, in a HOME where nothing is. */
export async function measureInstall(materials: Materials, rounds: number): Promise<Figure[]> {
  const { command, environment } = installStep(materials.orb);
  const here = { cwd: materials.folder, environment: materials.environment };
  const found = await interleave(rounds, {
    bare: () => timeOf(bareNode(here)),
    install: async (round) => {
      const home = join(materials.folder, `install-${round}`);
      await mkdir(home);
      const step: Command = {
        program: 'bash',
        args: ['-eo', 'pipefail', '-c', command],
        cwd: materials.folder,
        environment: { ...materials.environment, HOME: home, ...environment },
      };
      return timeOf(step);
    },
  });
  return [
    {
      id: 'install-time',
      measured: "the orb's install step in bash: unpack and verify, time",
      against: '`node -e 0`',
      ratio: ratioOf(found.install, found.bare),
    },
  ];
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
