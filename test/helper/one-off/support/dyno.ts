import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { DynoPlatform } from './platform.ts';

/** A one-off dyno that runs its command in real bash once a client is attached. */
export class TestDyno {
  readonly id = randomUUID();
  /** What a client has to know. */
  readonly secret = `rendezvous-secret-${randomUUID()}`;
  readonly createdAt = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  state = 'starting';
  /** Whether it is stopped by a signal to its processes, as Heroku does. */
  obeysStop = true;
  /** Whether losing its client ends its processes, as it normally does. */
  obeysHangUp = true;
  /** Whether somebody reads the command's output when the client is gone. */
  keepsReading = true;
  #child: ChildProcess | undefined;
  readonly #platform: DynoPlatform;

  constructor(
    platform: DynoPlatform,
    readonly name: string,
    readonly type: string,
    readonly command: string,
    readonly env: Readonly<Record<string, string>>,
  ) {
    this.#platform = platform;
  }

  get row(): Record<string, unknown> {
    return {
      id: this.id,
      name: this.name,
      type: this.type,
      state: this.state,
      size: 'Standard-1X',
      command: this.command,
      release: { id: 'r7', version: 7 },
      created_at: this.createdAt,
      attach_url: `rendezvous://127.0.0.1:${this.#platform.rendezvousPort}/${this.secret}`,
    };
  }

  /** The marker that the command will print, without its status. */
  get marker(): string {
    const [, word, nonce] = /' ([\w-]+) ([0-9a-f]{32}) "\$heroku_cd_status"/.exec(this.command) ?? [];
    return `${word}-${nonce}`;
  }

  log(text: string): void {
    this.#platform.writeLog('heroku', this.name, text);
  }

  /** The log's word that the command begins. */
  logStart(): void {
    this.log(`Starting process with command \`${this.command}\``);
    this.state = 'up';
    this.log('State changed from starting to up');
  }

  /** Ends it without a word in the log. */
  vanish(): void {
    this.#platform.remove(this);
  }

  /** Ends it as a platform does. */
  exit(status: number): void {
    this.log(`Process exited with status ${status}`);
    this.log(`State changed from ${this.state} to complete`);
    this.vanish();
  }

  /** Runs the command, its output and input over the socket; resolves when it has ended. */
  async run(socket: TLSSocket): Promise<void> {
    this.logStart();
    const child = spawn('bash', ['--norc', '-c', 'exec bash --norc -c "$1" 2>&1', 'dyno', this.command], {
      // A group of its own, so that a signal reaches everything that the command has started.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env.PATH, ...this.env },
    });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    socket.on('data', (data: Buffer) => {
      if (data.includes(0x04)) child.stdin.end();
    });
    socket.on('close', () => {
      if (this.keepsReading) child.stdout.resume();
      else child.stdout.destroy();
      this.#hangUp();
    });
    child.stdout.pipe(socket, { end: false });
    await new Promise<void>((resolve) => child.on('close', () => resolve()));
    const { exitCode, signalCode } = child;
    const status = exitCode ?? 128 + ({ SIGHUP: 1, SIGKILL: 9, SIGTERM: 15 }[signalCode as string] ?? 0);
    this.exit(status);
    socket.end();
  }

  #hangUp(): void {
    if (this.#child?.exitCode !== null || !this.obeysHangUp) return;
    this.log('Client connection closed. Sending SIGHUP to all processes');
    this.kill('SIGHUP');
  }

  stop(): void {
    if (!this.obeysStop) return;
    this.log('Stopping all processes with SIGTERM');
    if (this.#child === undefined) this.exit(143);
    else this.kill('SIGTERM');
  }

  kill(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined || this.#child?.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has just ended by itself.
    }
  }
}
