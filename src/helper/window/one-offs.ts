import { Failure } from '../errors.ts';
import type { Dyno, Heroku, ProcessFormation } from '../ports/heroku.ts';
import { TimedOut, waitFor } from '../time/wait.ts';
import type { Window } from './window.ts';

/**
 * Whether a dyno is none of the formation's: a one-off dyno (`run`), or one that a scheduler started
 * (`scheduler`). One-off dynos may bear the name of a process type; then their number tells, which has four
 * digits (Dev Center: One-Off Dynos). The release phase's dyno is the deployment's own.
 */
export function isOneOff(
  { name, type }: Pick<Dyno, 'name' | 'type'>,
  processTypes: readonly string[],
): boolean {
  return type !== 'release' && (!processTypes.includes(type) || hasOneOffNumber(name));
}

/** As in `run.4711`; dynos of the formation are counted from 1. */
export function hasOneOffNumber(name: string): boolean {
  return /\.\d{4,}$/.test(name);
}

/** Reads what the app runs. */
export async function readRunning(heroku: Heroku, app: string): Promise<Seen> {
  const [formation, dynos] = await Promise.all([heroku.formation(app), heroku.dynos(app)]);
  return { formation, dynos };
}

/** The process types that the app has now, and those that it was found with. */
export function processTypesOf(window: Pick<Window, 'journal'>, live: readonly ProcessFormation[]): string[] {
  return [...live, ...window.journal.current.found.formation].map(({ type }) => type);
}

/** Whether a command is one that heroku-cd runs in a one-off dyno: all of them end with its marker. */
export function isOurCommand(command: string): boolean {
  return command.includes('heroku-cd');
}

/** What an app runs, as it was read in one go. */
export interface Seen {
  readonly formation: readonly ProcessFormation[];
  readonly dynos: readonly Dyno[];
}

/** What became of one-off dynos. */
export interface SettledOneOffs {
  /** Names of those that go on running. */
  readonly left: readonly string[];
  /** Whether some had to be waited for, so that what was read before is stale. */
  readonly waited: boolean;
}

/**
 * Deals with the one-off dynos that run while the window opens, as `running-one-offs` says. `seen`: what was read a
 * moment ago.
 * @throws Failure that names `running-one-offs` where they do not end.
 */
export async function settleOneOffs(window: Window, seen?: Seen): Promise<SettledOneOffs> {
  const { heroku, log, clock, signal } = window.ports;
  const app = window.settings['app-name'];
  const rule = window.settings['running-one-offs'];
  const asked = new Set<string>();
  let names: readonly string[] = [];
  let first = seen;
  const look = async (): Promise<readonly string[] | undefined> => {
    const { formation, dynos } = first ?? (await readRunning(heroku, app));
    first = undefined;
    const types = processTypesOf(window, formation);
    const left = dynos.filter((dyno) => dyno.state !== 'down' && isOneOff(dyno, types));
    names = left.map((dyno) => dyno.name);
    if (left.length === 0) return names;
    const fresh = left.filter((dyno) => !asked.has(dyno.id));
    for (const dyno of fresh) asked.add(dyno.id);
    if (fresh.length > 0) {
      const these = fresh.map((dyno) => dyno.name).join(', ');
      if (rule === 'ignore') {
        log.warn(`${these} keep running while the window is open (\`running-one-offs: ignore\`).`);
      } else if (rule === 'stop') {
        log.info(`Stopping ${these} (\`running-one-offs: stop\`).`);
        for (const dyno of fresh) await heroku.stopDyno(app, dyno.name);
      } else {
        log.info(`Waiting for ${these} to end (\`running-one-offs: wait\`).`);
      }
    }
    return rule === 'ignore' ? names : undefined;
  };
  try {
    const left = await waitFor(look, {
      clock,
      signal,
      limit: window.budget.limit({ ms: window.settings['scale-timeout'], parameter: 'scale-timeout' }),
      get what() {
        return `the one-off dynos ${names.join(', ')} to end`;
      },
      slowdown: () => heroku.slowdown ?? 1,
    });
    return { left, waited: left.length === 0 && asked.size > 0 };
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    throw new Failure({
      what: error.what,
      why: `${error.why ?? ''} A dyno that goes on working would work while the database is migrated.`.trim(),
      next:
        rule === 'stop'
          ? `Look at \`heroku ps -a ${app}\`, or raise \`scale-timeout\`.`
          : 'Raise `scale-timeout`, or set `running-one-offs` to `stop` or `ignore`.',
      parameter: 'running-one-offs',
      cause: error,
    });
  }
}
