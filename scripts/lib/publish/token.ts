import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Variables that hold a token: the CLI's own since version 0, the CLI's own since version 1, and orb-tools'. */
const VARIABLES = ['CIRCLECI_CLI_TOKEN', 'CIRCLECI_TOKEN', 'CIRCLE_TOKEN'] as const;

/** The tokens of the environment, the one that every version of the CLI reads first. */
export function tokensOf(environment: NodeJS.ProcessEnv): string[] {
  return VARIABLES.flatMap((name) => environment[name] || []);
}

/** The environment with a token where every version of the CLI looks for it; never on its command line. */
export function environmentWithToken(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const [token] = tokensOf(environment);
  return token === undefined ? environment : { ...environment, CIRCLECI_CLI_TOKEN: token };
}

/** Whether there is a token in the environment, or in the file where `circleci setup` of version 0 puts it. */
export function knowsToken(environment: NodeJS.ProcessEnv): boolean {
  if (tokensOf(environment).length > 0) return true;
  const file = join(environment['HOME'] || homedir(), '.circleci', 'cli.yml');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
  const settings: unknown = parse(text);
  return (
    typeof settings === 'object' &&
    settings !== null &&
    'token' in settings &&
    typeof settings.token === 'string' &&
    settings.token !== ''
  );
}
