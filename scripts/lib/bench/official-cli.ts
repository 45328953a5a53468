import { delimiter, join } from 'node:path';
import { installCli, installedCli } from '../../test-cli/install.ts';
import type { Materials } from './materials.ts';

/** The official Heroku CLI, unmodified. */
export interface OfficialCli {
  /** Its program, for Node.js to run. */
  readonly program: string;
  /** Its own HOME, where it writes settings of git that nothing else is to have, and the PATH that it is on. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The official CLI where it is installed, or is to be.
 * @param install whether to fetch it with npm where it is not there.
 */
export async function findCli(
  materials: Materials,
  install: boolean,
  say: (line: string) => void,
): Promise<OfficialCli | undefined> {
  const folder = install ? await installCli(say) : await installedCli();
  if (folder === undefined) return undefined;
  return {
    program: join(folder, 'heroku'),
    environment: {
      HOME: join(materials.folder, 'cli-home'),
      PATH: [folder, materials.environment['PATH'] ?? ''].join(delimiter),
      TERM: 'dumb',
      NO_COLOR: '1',
      GIT_TERMINAL_PROMPT: '0',
    },
  };
}
