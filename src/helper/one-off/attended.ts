import { Failure, type HerokuCdError } from '../errors.ts';
import type { AttachedDyno } from '../ports/heroku.ts';
import { type AttachTarget, parseAttachUrl, refuseAttachUrl } from './attach-url.ts';
import { CommandOutput } from './command-output.ts';
import { LOG_GRACE_MS } from './create-attached.ts';
import { DynoEnd } from './dyno-end.ts';
import type { DynoLog } from './dyno-log.ts';
import { firstOf, within } from './waits.ts';
import type { ExitMarker } from './exit-marker.ts';
import type { Halt } from './halt.ts';
import { connectionError, describeLoss, describeUnknown, type Loss } from './losses.ts';
import type { OneOffOutcome, OneOffPorts, OneOffRequest, Stop } from './one-off.ts';
import { Rendezvous } from './rendezvous.ts';

/** How often Heroku is asked about a dyno whose connection is open: for one that ended without closing it. */
const WATCH_MS = 30_000;
/** How long what is under way over the connection may take once the dyno has ended. */
const QUIET_MS = 5_000;
/** How long the connection is read on after the command told its end: for what it left running. */
const LINGER_MS = 5_000;
/** A dyno can take minutes to boot; what has not greeted by then will not. */
const GREETING_LIMIT_MS = 5 * 60_000;

/** Attaches to a dyno that was created, and stays with it until it is known how it ended. */
export class Attended {
  readonly #ports: OneOffPorts;
  readonly #request: OneOffRequest;
  readonly #dyno: AttachedDyno;
  readonly #dynoLog: DynoLog;
  readonly #halt: Halt;
  readonly #output: CommandOutput;
  readonly #end: DynoEnd;
  #connection: Rendezvous | undefined;
  #stopped = false;

  constructor(
    ports: OneOffPorts,
    request: OneOffRequest,
    parts: { dyno: AttachedDyno; dynoLog: DynoLog; marker: ExitMarker; halt: Halt },
  ) {
    this.#ports = ports;
    this.#request = request;
    this.#dyno = parts.dyno;
    this.#dynoLog = parts.dynoLog;
    this.#halt = parts.halt;
    this.#output = new CommandOutput(parts.marker, (lines) => request.onLines(lines));
    this.#end = new DynoEnd({ ...ports, heroku: ports.closingHeroku }, request.app, parts.dyno);
  }

  /** Attaches and waits for the end. Rejects with what the receiver of the lines throws. */
  async outcome(): Promise<OneOffOutcome> {
    this.#dynoLog.follow(this.#dyno);
    const target = parseAttachUrl(this.#dyno.attachUrl);
    if (target === undefined) return this.#prevent(refuseAttachUrl(this.#request.app));
    if (this.#halt.by !== undefined) return this.#prevent(this.#halt.error());
    this.#ports.log.addSecret(target.secret);
    const { clock, certificateAuthority } = this.#ports;
    const connection = new Rendezvous(target, this.#output, { clock, certificateAuthority });
    this.#connection = connection;

    const loss = await this.#watch(connection);
    if (this.#output.exitStatus !== undefined) return this.#byMarker(connection);
    if (!connection.greeted) return this.#prevent(this.#neverAttached(loss, target));
    return this.#settle(connection, loss);
  }

  /** Stops the dyno, whatever state it is in. */
  async stop(): Promise<boolean> {
    this.#stopped = true;
    return this.#end.stop();
  }

  close(): void {
    this.#connection?.close();
  }

  #watch(connection: Rendezvous): Promise<Loss> {
    return firstOf<Loss>((signal) => [
      // Looked at by the caller; here it only ends the wait.
      this.#output.marked.then(() => ({ kind: 'closed' })),
      connection.ended,
      this.#halt.happened.then(() => ({ kind: 'halted' })),
      this.#silentEnd(connection, signal),
    ]);
  }

  /** The end of a dyno whose connection does not say so: a connection that died unnoticed stays silent. */
  async #silentEnd(connection: Rendezvous, signal: AbortSignal): Promise<Loss> {
    const { clock, closingHeroku } = this.#ports;
    const since = clock.now();
    for (;;) {
      const pause = clock.sleep(WATCH_MS * (closingHeroku.slowdown ?? 1), signal);
      await firstOf(() => [this.#dynoLog.exited, pause]);
      signal.throwIfAborted();
      if (!connection.greeted && clock.now() - since > GREETING_LIMIT_MS) return { kind: 'no-greeting' };
      if (this.#dynoLog.facts.exitStatus === undefined && !(await this.#end.isGone())) continue;
      await connection.quiet(QUIET_MS);
      return { kind: 'silent' };
    }
  }

  /**
   * The command can print the marker itself, in the midst of its work. So it counts once the dyno has ended,
   * and a failure that the platform's log has counts more: that line nobody but the platform can write.
   */
  async #byMarker(connection: Rendezvous): Promise<OneOffOutcome> {
    const { clock, log } = this.#ports;
    const { name } = this.#dyno;
    await within(connection.ended, LINGER_MS, clock);
    const gone = (await this.#endedByItself()) || (await this.stop());
    if (this.#dynoLog.whole) await within(this.#dynoLog.exited, LOG_GRACE_MS, clock);
    const told = this.#output.exitStatus ?? 0;
    if (!gone)
      return this.#unknown(`${name} told an exit status of ${told}, and Heroku lists it still.`, gone);
    const logged = this.#dynoLog.facts.exitStatus ?? told;
    if (told !== 0 || logged === 0) return this.#exited(told, 'marker');
    log.warn(`${name} told an exit status of 0; the app's log says ${logged}, which counts.`);
    return this.#exited(logged, 'log');
  }

  #exited(exitStatus: number, evidence: 'marker' | 'log'): OneOffOutcome {
    const { errorCodes } = this.#dynoLog.facts;
    return {
      kind: 'exited',
      exitStatus,
      evidence,
      dyno: this.#dyno.name,
      ...(errorCodes.length === 0 ? {} : { errorCodes }),
      ...this.#stop(`It exited with status ${exitStatus}.`),
    };
  }

  #unknown(why: string, gone: boolean): OneOffOutcome {
    return { kind: 'unknown', why, dyno: this.#dyno.name, gone, ...this.#stop(why) };
  }

  /** Who had the dyno stopped; nobody, where it had ended before that. */
  #stop(end: string): { stop?: Stop } {
    const stop = this.#stopped ? this.#halt.stop(end) : undefined;
    return stop === undefined ? {} : { stop };
  }

  #neverAttached(loss: Loss, target: AttachTarget): HerokuCdError {
    return loss.kind === 'halted' ? this.#halt.error() : connectionError(loss, this.#dyno.name, target);
  }

  /** Gets rid of a dyno that nobody attached to, and proves that it did not start its command. */
  async #prevent(error: HerokuCdError): Promise<OneOffOutcome> {
    const { name } = this.#dyno;
    this.#connection?.close();
    if (!(await this.stop())) {
      return this.#unknown(`${error.what} Heroku still lists ${name}, which did not stop.`, false);
    }
    await within(this.#dynoLog.exited, LOG_GRACE_MS, this.#ports.clock);
    if (this.#neverBegan()) return { kind: 'not-started', error };
    const { started, exitStatus } = this.#dynoLog.facts;
    if (!started && !this.#output.any) {
      const why = "Without all of the app's log it cannot be proven that its command was not started.";
      return this.#unknown(`${error.what} ${name} is gone. ${why}`, true);
    }
    const end = exitStatus === undefined ? '' : ` and exited with status ${exitStatus}`;
    return this.#unknown(`${error.what} ${name} had started its command all the same${end}.`, true);
  }

  /** Whether it is proven that nothing of the command has run. */
  #neverBegan(): boolean {
    const { started, errorCodes } = this.#dynoLog.facts;
    if (started || this.#output.any) return false;
    if (errorCodes.includes('R13')) return true;
    return this.#connection?.greeted !== true && this.#dynoLog.whole;
  }

  /** Learns the end of a command whose connection is lost, or that has to be stopped. */
  async #settle(connection: Rendezvous, loss: Loss): Promise<OneOffOutcome> {
    const { log, clock } = this.#ports;
    const { name } = this.#dyno;
    if (loss.kind !== 'halted') {
      log.warn(`${describeLoss(loss, name)} Following the app's log until ${name} has ended.`);
    }
    const gone = (await this.#endedByItself()) || (await this.stop());
    await connection.quiet(QUIET_MS);
    if (this.#output.exitStatus !== undefined) return this.#byMarker(connection);
    if (gone && this.#dynoLog.facts.exitStatus === undefined) {
      await within(this.#dynoLog.lookAgain(), LOG_GRACE_MS, clock);
      await within(this.#dynoLog.exited, LOG_GRACE_MS, clock);
    }
    return this.#judge(loss, gone);
  }

  /** Waits for the end as long as nothing says that the dyno has to go; false where something does. */
  async #endedByItself(): Promise<boolean> {
    const { signal } = this.#halt;
    if (signal.aborted) return false;
    const told = (): boolean => this.#dynoLog.facts.exitStatus !== undefined;
    try {
      return await this.#end.gone(Infinity, told, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      return false;
    }
  }

  #judge(loss: Loss, gone: boolean): OneOffOutcome {
    const { name } = this.#dyno;
    const { exitStatus, stopped, errorCodes } = this.#dynoLog.facts;
    if (gone && this.#neverBegan()) {
      const what = `${name} could not be attached to (Heroku's error R13), so its command was not started.`;
      return { kind: 'not-started', error: new Failure({ what, next: 'Run again.' }) };
    }
    // Told to stop, a command may well end with 0 in the middle of its work.
    const certain = exitStatus !== undefined && !(exitStatus === 0 && (this.#stopped || stopped));
    if (certain) return this.#exited(exitStatus, 'log');
    return this.#unknown(describeUnknown(loss, { name, gone, exitStatus, errorCodes }), gone);
  }
}
