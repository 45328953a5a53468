import { Failure, type HerokuCdError } from '../errors.ts';
import { LOOKS_MS } from '../heroku/create-once.ts';
import { HerokuApiError } from '../heroku/heroku-api-error.ts';
import type { AttachedDyno, Dyno, NewDyno } from '../ports/heroku.ts';
import { DynoEnd } from './dyno-end.ts';
import type { DynoLog } from './dyno-log.ts';
import type { Halt } from './halt.ts';
import type { OneOffOutcome, OneOffPorts } from './one-off.ts';

export interface Creation {
  readonly ports: OneOffPorts;
  readonly app: string;
  readonly dyno: NewDyno;
  /** Part of the dyno's command and of no other's. */
  readonly nonce: string;
  readonly dynoLog: DynoLog;
  readonly halt: Halt;
}

/** What became of a dyno whose creation was not answered. `why`: a reason for not being certain. */
type Lost = { readonly ran: 'no' } | { readonly ran: 'maybe'; readonly why: string; readonly dyno?: Dyno };

/** A line of the log holds 10 000 bytes (Dev Center: Limits), and more than the command is in it. */
const LONGEST_IN_LOG = 9_000;
/** How long lines of the log may take to come after the dyno is gone. */
export const LOG_GRACE_MS = 20_000;

/**
 * Creates the dyno, and where the answer is lost, not a second one beside it: what may have been created
 * is looked for by the nonce in its command, stopped, and proven by the log to have started nothing. Only
 * then the request is sent once more. A dyno that was found cannot be gone on with: its attach URL was in
 * the answer alone.
 */
export async function createAttached(creation: Creation): Promise<AttachedDyno | OneOffOutcome> {
  const { ports, app, dyno, halt } = creation;
  for (let tries = 1; ; tries++) {
    let lost: HerokuApiError;
    try {
      return await ports.heroku.createDyno(app, dyno);
    } catch (error) {
      if (!(error instanceof HerokuApiError) && halt.by === undefined) throw error;
      if (!(error instanceof HerokuApiError)) return { kind: 'not-started', error: halt.error() };
      if (error.effect === 'none') return { kind: 'not-started', error };
      lost = error;
    }
    ports.log.info(`${lost.what} Looking whether Heroku created the dyno all the same.`);
    const found = await settleLost(creation, lost);
    if (found.ran === 'maybe') {
      const name = found.dyno?.name;
      const gone = found.dyno !== undefined && (await endOf(creation, found.dyno).isGone());
      const why = `${lost.what} ${found.why}`;
      const stop = halt.stop(found.why);
      return { kind: 'unknown', why, dyno: name, gone, ...(stop === undefined ? {} : { stop }) };
    }
    if (halt.by !== undefined) return { kind: 'not-started', error: halt.error() };
    if (tries === 2) return { kind: 'not-started', error: withoutEffect(lost) };
    ports.log.info('No dyno of this run has started the command; sending the request once more.');
  }
}

async function settleLost(creation: Creation, lost: HerokuApiError): Promise<Lost> {
  const { ports, dynoLog } = creation;
  const { clock, log } = ports;
  const found = await look(creation);
  if (found === 'unreadable') return { ran: 'maybe', why: 'Whether there is such a dyno cannot be read.' };
  if (found !== undefined) {
    log.info(`Heroku had created ${found.name}, which nobody can attach to any more: stopping it.`);
    dynoLog.follow(found);
    if (!(await endOf(creation, found).stop())) {
      return { ran: 'maybe', why: `${found.name} was created, and did not stop.`, dyno: found };
    }
  } else if (lost.status !== undefined && lost.status < 300) {
    return { ran: 'maybe', why: 'Heroku said that it created the dyno, which is not to be seen.' };
  }
  await clock.sleep(LOG_GRACE_MS);
  const named = found === undefined ? {} : { dyno: found };
  if (dynoLog.startedByNonce || dynoLog.facts.started) {
    const { exitStatus } = dynoLog.facts;
    const end = exitStatus === undefined ? '' : `, and it exited with status ${exitStatus}`;
    return { ran: 'maybe', why: `The app's log says that the command was started${end}.`, ...named };
  }
  // The nonce is at the end of the command, and of a long line of the log that may be missing.
  const shown = found !== undefined || creation.dyno.command.length < LONGEST_IN_LOG;
  if (!dynoLog.whole || !shown) {
    const why = "Without all of the app's log it cannot be proven that the command was not started.";
    return { ran: 'maybe', why, ...named };
  }
  return { ran: 'no' };
}

/** The dyno with our nonce, looked for until it cannot come into being any more. */
async function look(creation: Creation): Promise<Dyno | 'unreadable' | undefined> {
  const { ports, app, nonce } = creation;
  for (const pause of LOOKS_MS) {
    await ports.clock.sleep(pause);
    try {
      const dynos = await ports.closingHeroku.dynos(app);
      const found = dynos.find(({ command }) => command.includes(nonce));
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof HerokuApiError)) throw error;
      ports.log.warn(`Whether Heroku created the dyno could not be read: ${error.what}`);
      return 'unreadable';
    }
  }
  return undefined;
}

function endOf({ ports, app }: Creation, dyno: Dyno): DynoEnd {
  return new DynoEnd({ ...ports, heroku: ports.closingHeroku }, app, dyno);
}

/** The lost answer's error, now that it is settled that it had no effect. */
function withoutEffect(lost: HerokuApiError): HerokuCdError {
  return new Failure({
    what: `The one-off dyno could not be created: ${lost.what}`,
    why: `No dyno of this run has started the command. ${lost.why ?? ''}`.trim(),
    next: 'See https://status.heroku.com, then run again.',
  });
}
