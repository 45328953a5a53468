import type { FlatJob } from '../expand/types.ts';
import { member } from '../expand/values.ts';
import { RehearsalError } from '../errors.ts';
import { environmentTexts, jobEnvironment } from './environment.ts';
import type { JobSetup } from './types.ts';

/** The variables that decide whom a deployment talks to; the first one decides for those that are not set. */
const HOST_VARIABLES = ['HEROKU_HOST', 'HEROKU_DATA_HOST', 'HEROKU_GIT_HOST', 'MEMCACHIER_API_URL'];

const REAL_HEROKU = 'heroku.com';

/** The host of a URL or of a bare `host[:port]`, lower case; the text itself when it is neither. */
function hostOf(value: string): string {
  try {
    return new URL(value.includes('://') ? value : `http://${value}`).hostname.toLowerCase();
  } catch {
    // Not a host at all: it is shown as it is and matches no loopback address.
    return value;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function same(host: string, named: string): boolean {
  const plain = (text: string): string => hostOf(text).replace(/^api\./, '');
  return plain(host) === plain(named);
}

/**
 * Keeps a rehearsal away from real apps: every host that the job's environment, or one step's, names must be this
 * machine, or be named by the user.
 * @param against the host that the user allows, such as `api.heroku.com`.
 * @throws RehearsalError naming the variable and what to do.
 */
export function checkHosts(job: FlatJob, layers: JobSetup['environment'], against: string | undefined): void {
  const base = jobEnvironment(job, layers);
  const environments = [
    base,
    ...job.steps.map((step) => ({ ...base, ...environmentTexts(member(step.options, 'environment')) })),
  ];
  for (const environment of environments) {
    for (const variable of HOST_VARIABLES) {
      const value = environment[variable] ?? '';
      if (value === '' && variable !== 'HEROKU_HOST') continue;
      const host = value === '' ? REAL_HEROKU : hostOf(value);
      if (isLoopback(host) || (against !== undefined && same(host, against))) continue;
      const what =
        value === ''
          ? `${variable} is not set in the job's environment, so the job would talk to the real Heroku.`
          : `${variable} names ${host}, which is not this machine.`;
      throw new RehearsalError(
        `${what} Start a local Heroku with "heroku-cd simulate" and hand its address on with ` +
          `--env HEROKU_HOST=http://127.0.0.1:PORT, or allow the real one with --against ${host === REAL_HEROKU ? 'api.heroku.com' : host}.`,
        variable,
      );
    }
  }
}
