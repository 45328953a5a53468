import type { Settings } from '../../parameters/index.ts';
import { Failure, partsOf, UnknownOutcome } from '../errors.ts';
import { runOneOff } from '../one-off/index.ts';
import type { Act, Done } from './act.ts';

/** Settings of a command in a one-off dyno. */
export type RunSettings = Pick<Settings<'run'>, 'app-name' | 'command' | 'dyno-size' | 'migrate-timeout'>;

/**
 * Runs a command in a one-off dyno of the current release, and streams its output. A signal or the limit
 * stops the dyno, and its end is learned all the same.
 * @throws HerokuCdError where it certainly did not run; the signal's reason where that ended it.
 */
export async function runCommand({ ports, settings, budget }: Act<RunSettings>): Promise<Done> {
  const { log, signal } = ports;
  const { 'app-name': app, command } = settings;
  const limit = budget.limit({ ms: settings['migrate-timeout'], parameter: 'migrate-timeout' });
  log.info(`Running on ${app}: ${command}`);
  const outcome = await runOneOff(ports, {
    app,
    command,
    ...(settings['dyno-size'] === '' ? {} : { size: settings['dyno-size'] }),
    // Heroku's own cap, should this process be lost: the limit and a little, so that ours comes first.
    timeToLiveSeconds: Math.min(86_400, Math.ceil(limit.ms / 1000) + 60),
    limit,
    onLines: (lines) => log.output('run', lines),
  });
  if (outcome.kind === 'not-started') throw signal.aborted ? signal.reason : outcome.error;
  const { dyno = 'run', stop } = outcome;
  const next = `Read \`heroku logs -a ${app} --dyno ${dyno}\`.`;
  if (outcome.kind === 'unknown') {
    const why = `${outcome.why}${outcome.gone ? '' : ` The dyno ${dyno} may be running still.`}`;
    const error = new UnknownOutcome({ what: 'How the command ended could not be learned.', why, next });
    return { what: error.what, error, exitStatus: null, dyno };
  }
  const { exitStatus } = outcome;
  if (exitStatus === 0) return { what: 'The command succeeded (exit status 0).', exitStatus, dyno };
  const what = `The command ended with exit status ${exitStatus}.`;
  if (stop?.by === 'signal') {
    log.info(`${what} Its dyno was stopped, because the job was interrupted.`);
    throw stop.reason;
  }
  const error = new Failure(
    stop?.by === 'limit'
      ? { ...partsOf(stop.error), what: `${what} ${stop.error.what}` }
      : { what, why: 'Its output above says why.', next },
  );
  return { what, error, exitStatus, dyno };
}
