import type { Run } from '../deployment/deploy-state.ts';
import { messageOf } from '../output/message.ts';
import { runOneOff } from '../one-off/index.ts';

/** What `pending-migrations-command` says; `unknown`: it could not be run, or its end is not known. */
export type Answer = 'nothing' | 'pending' | 'unknown';

/** What asking needs of a run. */
export interface Asking extends Pick<Run, 'budget'> {
  readonly ports: Pick<Run['ports'], 'heroku' | 'closingHeroku' | 'clock' | 'log'> &
    Partial<Pick<Run['ports'], 'signal'>>;
  readonly settings: Pick<
    Run['settings'],
    'app-name' | 'pending-migrations-command' | 'migrate-dyno-size' | 'migrate-timeout'
  >;
}

/**
 * Runs `pending-migrations-command` in a one-off dyno of the current release. Exit statuses by which a shell
 * says that the command was not there or was killed (Bash manual: Exit Status) are no answer.
 * @throws What the signal was aborted with.
 */
export async function askPending({ ports, settings, budget }: Asking): Promise<Answer> {
  const command = settings['pending-migrations-command'];
  const limit = budget.limit({ ms: settings['migrate-timeout'], parameter: 'migrate-timeout' });
  ports.log.info(`Is a migration pending on ${settings['app-name']}? ${command}`);
  const outcome = await runOneOff(ports, {
    app: settings['app-name'],
    command,
    ...(settings['migrate-dyno-size'] === '' ? {} : { size: settings['migrate-dyno-size'] }),
    timeToLiveSeconds: Math.min(86_400, Math.ceil(limit.ms / 1000) + 60),
    limit,
    onLines: (lines) => ports.log.output('pending', lines),
  });
  ports.signal?.throwIfAborted();
  const unknown = (why: string): Answer => {
    ports.log.warn(`pending-migrations-command gave no answer: ${why}`);
    return 'unknown';
  };
  if (outcome.kind !== 'exited')
    return unknown(outcome.kind === 'unknown' ? outcome.why : messageOf(outcome.error));
  const { exitStatus, stop } = outcome;
  if (stop !== undefined || exitStatus >= 126) return unknown(`exit status ${exitStatus}.`);
  ports.log.info(
    `${exitStatus === 0 ? 'Nothing is' : 'Migrations are'} pending (exit status ${exitStatus}).`,
  );
  return exitStatus === 0 ? 'nothing' : 'pending';
}

/** The same, whatever the run was told meanwhile: what has been migrated must be known. */
export function askPendingInTheEnd({ ports, settings, budget }: Asking): Promise<Answer> {
  const { closingHeroku, clock, log } = ports;
  return askPending({ ports: { heroku: closingHeroku, closingHeroku, clock, log }, settings, budget });
}
