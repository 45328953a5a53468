import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessHost } from '../../parts.ts';
import type { Changes } from '../changes.ts';
import { deferred } from '../deferred.ts';
import { dynoEnvironment } from '../dyno-environment.ts';
import { newDyno } from '../dynos.ts';
import { exitStatus } from '../exit-status.ts';
import type { App, Dyno, DynoState, Release, SlugRecord } from '../model.ts';
import type { CheckedRequest } from './one-off-request.ts';
import { expandCommand } from './one-off-request.ts';
import type { AttachedClient, AttachedProcess } from './attachment.ts';
import { ProcessInput } from './process-input.ts';

/** What a one-off dyno works with. */
export interface OneOffParts {
  readonly host: ProcessHost;
  readonly changes: Changes;
  /** Aborted when the platform closes. */
  readonly closed: AbortSignal;
}

export type OneOffState = 'booting' | 'awaiting-client' | 'running' | 'ended';

/** Exit status of a dyno that nobody attached to, and of one whose command could not be started. */
const statusNotStarted = 128;

/** One one-off dyno, from its start to its end. Heroku's log lines about it are in Dev Center: logging, error codes. */
export class OneOff implements AttachedProcess {
  readonly dyno: Dyno;
  readonly ended: Promise<void>;
  #state: OneOffState = 'booting';
  #exitStatus: number | null = null;
  #client: AttachedClient | undefined;
  #stopping: Promise<void> | undefined;
  readonly #input = new ProcessInput((signal) => this.dyno.process?.signal(signal));
  readonly #over = new AbortController();
  readonly #end: () => void;

  constructor(
    private readonly parts: OneOffParts,
    private readonly app: App,
    private readonly release: Release & { readonly slug: SlugRecord },
    readonly request: CheckedRequest,
    name: string,
  ) {
    ({ promise: this.ended, resolve: this.#end } = deferred());
    this.dyno = newDyno(name, request.type, request.size, request.command, release);
    this.dyno.oneOff = { stop: () => this.stop() };
  }

  get state(): OneOffState {
    return this.#state;
  }

  get isAttached(): boolean {
    return this.#client !== undefined;
  }

  /** Null until it has ended. */
  get exitStatus(): number | null {
    return this.#exitStatus;
  }

  /** Boots it. It starts its command when it is up and, where it is to be attached to, a client is there. */
  start(): void {
    this.app.dynos.push(this.dyno);
    this.parts.changes.notify();
    void this.#boot();
    void this.#expire();
  }

  /** Lets a client in. */
  attach(client: AttachedClient): void {
    if (this.#state === 'ended') return client.end();
    this.#client = client;
    if (this.#state === 'awaiting-client') this.#run();
    else this.parts.changes.notify();
  }

  /** SIGTERM after the app's stop delay, SIGKILL after its grace. Resolves when it has ended. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop(this.app.settings.stopDelayMs);
    return this.#stopping;
  }

  receive(bytes: Buffer): void {
    this.#input.write(bytes);
  }

  hangUp(): void {
    if (this.#state === 'ended') return;
    this.#log('heroku', 'Client connection closed. Sending SIGHUP to all processes');
    if (this.dyno.process) this.dyno.process.signal('SIGHUP');
    else this.#finish(128 + constants.signals.SIGHUP);
  }

  kill(): void {
    this.dyno.process?.signal('SIGKILL');
  }

  async #boot(): Promise<void> {
    const { startDelayMs, attachTimeoutMs } = this.app.settings;
    if (!(await this.#pause(startDelayMs))) return;
    if (!this.request.attach) {
      this.#run();
      return this.#setState('up');
    }
    this.#log('heroku', 'Awaiting client');
    this.#setState('up');
    this.#state = 'awaiting-client';
    if (this.#client) return this.#run();
    if (!(await this.#pause(attachTimeoutMs)) || this.isAttached) return;
    this.#log('heroku', 'Error R13 (Attach error) -> Failed to attach to process');
    this.#finish(statusNotStarted);
  }

  #run(): void {
    const { slug } = this.release;
    const command = expandCommand(this.request.command, slug.processTypes);
    const client = this.#client;
    this.#state = 'running';
    this.#log('heroku', `Starting process with command \`${command}\``);
    try {
      this.dyno.process = this.parts.host.start({
        name: this.dyno.name,
        command,
        directory: slug.directory,
        environment: dynoEnvironment(this.app, this.release, this.dyno, this.request.env),
        hasInput: client !== undefined,
        // Up is what the dyno is, whatever its process does.
        onState: () => undefined,
        onLine: (line) => this.#log('app', line),
        ...(client === undefined ? {} : { onOutput: (chunk: Buffer) => client.write(chunk) }),
      });
    } catch (error) {
      this.#log('heroku', `Error: ${error instanceof Error ? error.message : String(error)}`);
      return this.#finish(statusNotStarted);
    }
    this.#input.connect(this.dyno.process.input);
    void this.dyno.process.exited.then((exit) => this.#finish(exitStatus(exit)));
    this.parts.changes.notify();
  }

  async #expire(): Promise<void> {
    if (await this.#pause(this.request.timeToLive * 1000)) this.#stopping ??= this.#stop(0);
  }

  async #stop(delayMs: number): Promise<void> {
    this.dyno.stopping ??= this.ended;
    this.parts.changes.notify();
    if (!(await this.#pause(delayMs))) return;
    this.#log('heroku', 'Stopping all processes with SIGTERM');
    if (this.dyno.process) void this.dyno.process.stop(this.app.settings.stopGraceMs);
    else this.#finish(128 + constants.signals.SIGTERM);
    await this.ended;
  }

  #finish(status: number): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#exitStatus = status;
    this.#log('heroku', `Process exited with status ${status}`);
    this.#log('heroku', `State changed from ${this.dyno.state} to complete`);
    this.dyno.state = 'down';
    this.app.dynos.splice(this.app.dynos.indexOf(this.dyno), 1);
    this.#over.abort();
    this.#client?.end();
    this.#end();
    this.parts.changes.notify();
  }

  #setState(state: DynoState): void {
    if (this.#state === 'ended') return;
    this.#log('heroku', `State changed from ${this.dyno.state} to ${state}`);
    this.dyno.state = state;
    this.dyno.updatedAt = new Date();
    this.parts.changes.notify();
  }

  #log(source: 'app' | 'heroku', text: string): void {
    this.app.log.append(source, this.dyno.name, text);
    this.parts.changes.notify();
  }

  /** True after the time; false when the dyno, or the platform, has ended before. */
  async #pause(milliseconds: number): Promise<boolean> {
    const signal = AbortSignal.any([this.parts.closed, this.#over.signal]);
    if (milliseconds <= 0) return !signal.aborted;
    try {
      await sleep(milliseconds, undefined, { signal, ref: false });
      return true;
    } catch {
      // The only failure of a timer is that its signal was aborted.
      return false;
    }
  }
}
