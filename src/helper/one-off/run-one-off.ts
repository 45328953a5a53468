import { HerokuCdError, Refusal } from '../errors.ts';
import type { AttachedDyno } from '../ports/heroku.ts';
import { Attended } from './attended.ts';
import { refuseApp } from './attach-url.ts';
import { createAttached } from './create-attached.ts';
import { messageOf } from '../output/message.ts';
import { DynoLog } from './dyno-log.ts';
import { firstOf } from './waits.ts';
import { ExitMarker } from './exit-marker.ts';
import { Halt } from './halt.ts';
import type { OneOff, OneOffOutcome, OneOffPorts, OneOffRequest } from './one-off.ts';

const DEFAULT_TYPE = 'run';
/** What Heroku allows (Dev Center: Platform API Reference, dyno create). */
const LONGEST_LIFE_S = 86_400;

/** Runs a command in a one-off dyno and learns how it ended. See {@link startOneOff}. */
export function runOneOff(ports: OneOffPorts, request: OneOffRequest): Promise<OneOffOutcome> {
  return startOneOff(ports, request).outcome;
}

/**
 * Starts a command in a one-off dyno of the app's current release, streams its output line by line, and
 * learns its exit status. That the connection ended proves nothing: the status comes from a marker in the
 * output, else from the platform's log, else it is unknown. When the limit is reached, the signal is
 * aborted or {@link OneOff.stop} is called, the dyno is stopped and its end learned all the same.
 *
 * What can go wrong with Heroku and the network is in the outcome and is not thrown.
 */
export function startOneOff(ports: OneOffPorts, request: OneOffRequest): OneOff {
  const halt = new Halt(ports.clock, request.limit, ports.signal);
  const outcome = run(ports, request, halt).finally(() => halt.release());
  return {
    outcome,
    stop: () => {
      halt.now('caller');
      return outcome;
    },
  };
}

async function run(ports: OneOffPorts, request: OneOffRequest, halt: Halt): Promise<OneOffOutcome> {
  const marker = new ExitMarker();
  const type = request.type ?? DEFAULT_TYPE;
  const closingPorts = { ...ports, heroku: ports.closingHeroku };
  const dynoLog = new DynoLog(closingPorts, { app: request.app, type, nonce: marker.nonce });
  try {
    const refusal = await refuse(ports, request, halt);
    if (refusal !== undefined) return { kind: 'not-started', error: refusal };
    await firstOf(() => [dynoLog.open(), halt.happened]);
    if (halt.by !== undefined) return { kind: 'not-started', error: halt.error() };

    const dyno = {
      command: marker.wrap(request.command),
      type,
      env: { TERM: 'dumb', ...request.env },
      timeToLive: Math.min(LONGEST_LIFE_S, Math.ceil(request.timeToLiveSeconds)),
      ...(request.size === undefined ? {} : { size: request.size }),
    };
    const creation = { ports, app: request.app, dyno, nonce: marker.nonce, dynoLog, halt };
    const created = await createAttached(creation);
    if ('kind' in created) return created;
    ports.log.info(`Heroku starts ${created.name} on ${request.app}, of v${created.releaseVersion}.`);
    return await attend(ports, request, { dyno: created, dynoLog, marker, halt });
  } finally {
    dynoLog.close();
  }
}

/** Stays with a dyno until it has ended. A fault of our own must not leave it running. */
async function attend(
  ports: OneOffPorts,
  request: OneOffRequest,
  parts: { dyno: AttachedDyno; dynoLog: DynoLog; marker: ExitMarker; halt: Halt },
): Promise<OneOffOutcome> {
  const attended = new Attended(ports, request, parts);
  try {
    return await attended.outcome();
  } catch (error) {
    await attended
      .stop()
      .catch((second: unknown) => ports.log.warn(`The dyno could not be stopped: ${messageOf(second)}`));
    throw error;
  } finally {
    attended.close();
  }
}

/** Why no dyno is created at all; undefined where nothing speaks against it. */
async function refuse(
  ports: OneOffPorts,
  request: OneOffRequest,
  halt: Halt,
): Promise<HerokuCdError | undefined> {
  if (request.command.trim() === '') {
    return new Refusal({
      what: 'There is no command to run in a one-off dyno.',
      next: 'Give one, such as `rake db:migrate`.',
    });
  }
  try {
    return refuseApp(request.known ?? (await ports.heroku.app(request.app)));
  } catch (error) {
    if (halt.by !== undefined) return halt.error();
    if (error instanceof HerokuCdError) return error;
    throw error;
  }
}
