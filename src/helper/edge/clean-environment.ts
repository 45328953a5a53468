import { EXIT } from '../exit-codes.ts';
import { inspect } from 'node:util';

/** Names of the variables that were taken away, for `doctor` to tell. */
export const UNSET_VARIABLES = 'HEROKU_CD_UNSET';

/** Variables by which Node, the `debug` package and git print requests with their credentials. */
export function isLeaking(name: string): boolean {
  return (
    name === 'DEBUG' || name === 'NODE_DEBUG' || name === 'GIT_CURL_VERBOSE' || name.startsWith('GIT_TRACE')
  );
}

/** The names among them that are set in this environment. */
export function leakingVariables(environment: NodeJS.ProcessEnv): readonly string[] {
  return Object.keys(environment).filter((name) => isLeaking(name) && environment[name] !== undefined);
}

/**
 * Runs this same program again without those variables, because Node reads NODE_DEBUG before any line of
 * ours. Gives the exit code; signals are passed on.
 */
export async function runAgainWithout(names: readonly string[]): Promise<number> {
  const { spawn } = await import('node:child_process');
  const environment = { ...process.env };
  for (const name of names) delete environment[name];
  environment[UNSET_VARIABLES] = names.join(' ');
  const options = {
    env: environment,
    stdio: 'inherit' as const,
    // Under NODE_DEBUG, spawn itself prints what it was given, the environment included.
    [inspect.custom]: () => '[not shown]',
  };
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], options);
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? exitCodeAfter(signal)));
  });
}

/** A process that was killed has undone nothing, so what became of the app is not known (exit 4). */
function exitCodeAfter(signal: NodeJS.Signals | null): number {
  if (signal === 'SIGINT') return EXIT.interrupted;
  return signal === 'SIGTERM' || signal === 'SIGHUP' ? EXIT.terminated : EXIT.unknown;
}
