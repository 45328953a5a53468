import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { PortSource } from '../processes/ports.ts';
import { findBinaries } from './binaries.ts';
import { PortTaken, initialize, launch, superuser } from './cluster.ts';
import { createDatabase } from './database.ts';
import type { Guardian } from './guardian.ts';
import { startGuardian } from './guardian.ts';
import { findOwner } from './owner.ts';
import type { Place } from './place.ts';
import { makePlace, removePlace } from './place.ts';
import type { Database, PostgresServer } from './types.ts';

/** How a Postgres starts. */
export interface PostgresOptions {
  /** Folder of `initdb`, `postgres` and `pg_ctl`; looked for if missing. */
  readonly binaries?: string;
  /** Gives the port to try; a free one of loopback if missing. */
  readonly port?: () => Promise<number>;
}

const portTries = 5;
/** Milliseconds between the end of the data folder's lock and the end of the process that held it. */
const lastBreathMs = 5_000;

/**
 * Starts a Postgres of one's own on loopback: a data folder in the temporary folder, every session by password
 * (scram-sha-256), and nothing written to disk for good. Where this process is root, the server runs as
 * `postgres` or `nobody`. It ends with {@link PostgresServer.close}, or with this process, however that ends.
 * @throws Error that names Debian's package when Postgres is not installed, or with what Postgres says.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = options.binaries ?? (await findBinaries());
  const place = await makePlace(binaries, await findOwner());
  const guardian = startGuardian(place);
  try {
    const password = randomBytes(18).toString('base64url');
    await initialize(place, guardian, password);
    const ports = new PortSource();
    const { child, port } = await launchOnFreePort(place, options.port ?? (() => ports.next()));
    return new RunningPostgres(place, guardian, child, port, password);
  } catch (error) {
    await guardian.end();
    await removePlace(place);
    throw error;
  }
}

async function launchOnFreePort(place: Place, nextPort: () => Promise<number>) {
  for (let tries = 1; ; tries += 1) {
    const port = await nextPort();
    try {
      return { port, child: await launch(place, port) };
    } catch (error) {
      if (!(error instanceof PortTaken) || tries === portTries) throw error;
    }
  }
}

class RunningPostgres implements PostgresServer {
  readonly binaries: string;
  readonly folder: string;
  readonly #superuser: URL;
  readonly #exited: Promise<unknown>;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly place: Place,
    private readonly guardian: Guardian,
    private readonly child: ChildProcess,
    readonly port: number,
    password: string,
  ) {
    this.binaries = place.binaries;
    this.folder = place.folder;
    this.#superuser = new URL(`postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`);
    this.#exited = once(child, 'exit');
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  createDatabase(label: string): Promise<Database> {
    return createDatabase(this.#superuser, this.binaries, label);
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    await this.guardian.end();
    // The guardian may have been killed itself. SIGQUIT ends a server at once, SIGKILL leaves its shared memory.
    for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
      const late = delay(lastBreathMs, 'late', { ref: false });
      if ((await Promise.race([this.#exited, late])) !== 'late') break;
      this.child.kill(signal);
    }
    await this.#exited;
    // The guardian emptied it; the folder above may be closed to its user.
    await removePlace(this.place);
  }
}
