import { randomBytes } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import type { ProgramRun, RestoreRun } from './programs.ts';
import { dumpText, dumpTo, restoreFrom } from './programs.ts';
import { withSession } from './session.ts';
import type { Database, DatabaseFacts, Row } from './types.ts';

/** Postgres cuts names off after 63 bytes. */
const longestLabel = 40;
/** Milliseconds to wait for a session that is to end. */
const goneMs = 5_000;

const facts = `SELECT pg_database_size(current_database()) AS bytes,
  (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
     AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%') AS tables,
  (SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()) AS sessions,
  split_part(current_setting('server_version'), ' ', 1) AS version`;

/**
 * Makes a database and the role that owns it, both of one name that begins with the label.
 * @param superuser Address of a session that may do so.
 * @param binaries Folder of `pg_dump` and `pg_restore`.
 */
export async function createDatabase(superuser: URL, binaries: string, label: string): Promise<Database> {
  const name = `${readable(label)}_${randomBytes(5).toString('hex')}`;
  const password = newPassword();
  const role = escapeIdentifier(name);
  await withSession(superuser.href, async (run) => {
    await run(`CREATE ROLE ${role} LOGIN PASSWORD ${escapeLiteral(password)}`);
    await makeEmpty(run, role);
  });
  return new OwnedDatabase(superuser, binaries, name, password);
}

type Run = (sql: string) => Promise<readonly Row[]>;

async function makeEmpty(run: Run, role: string): Promise<void> {
  // Not to be joined: it refuses to run in a transaction, which several statements at once are.
  await run(`CREATE DATABASE ${role} OWNER ${role}`);
  await run(`REVOKE ALL ON DATABASE ${role} FROM PUBLIC`);
}

class OwnedDatabase implements Database {
  #password: string;

  constructor(
    private readonly superuser: URL,
    private readonly binaries: string,
    readonly name: string,
    password: string,
  ) {
    this.#password = password;
  }

  get url(): string {
    const url = new URL(this.superuser.href);
    Object.assign(url, { username: this.name, password: this.#password, pathname: `/${this.name}` });
    return url.href;
  }

  readonly query = (sql: string, values?: readonly unknown[]): Promise<readonly Row[]> =>
    withSession(this.url, (run) => run(sql, values));

  get #place() {
    return { binaries: this.binaries, url: this.url };
  }

  async facts(): Promise<DatabaseFacts> {
    const [row] = await this.query(facts);
    return row as unknown as DatabaseFacts;
  }

  dump(file: string, run: ProgramRun = {}) {
    return dumpTo(this.#place, file, run);
  }

  dumpText(): Promise<string> {
    return dumpText(this.#place);
  }

  restore(file: string, run: RestoreRun = {}) {
    return restoreFrom(this.#place, file, run);
  }

  async endSessions(): Promise<void> {
    await this.#asSuperuser(async (run) => this.#endSessions(run));
  }

  async reset(): Promise<void> {
    await this.#asSuperuser(async (run) => {
      const role = escapeIdentifier(this.name);
      await run(`DROP DATABASE ${role} WITH (FORCE)`);
      await makeEmpty(run, role);
    });
  }

  async rotate(): Promise<void> {
    const password = newPassword();
    await this.#asSuperuser(async (run) => {
      await run(`ALTER ROLE ${escapeIdentifier(this.name)} PASSWORD ${escapeLiteral(password)}`);
      this.#password = password;
      await this.#endSessions(run);
    });
  }

  async drop(): Promise<void> {
    await this.#asSuperuser(async (run) => {
      const role = escapeIdentifier(this.name);
      await run(`DROP DATABASE ${role} WITH (FORCE)`);
      await run(`DROP ROLE ${role}`);
    });
  }

  async #endSessions(run: Run): Promise<void> {
    const mine = `datname = ${escapeLiteral(this.name)}`;
    // All of them first, so that none goes on with what another one's end sets free; then each one's end.
    const told = await run(`SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${mine}`);
    const pids = told.map(({ pid }) => Number(pid)).join(', ');
    if (pids)
      await run(`SELECT pg_terminate_backend(pid, ${goneMs}) FROM pg_stat_activity WHERE pid IN (${pids})`);
  }

  async #asSuperuser(work: (run: Run) => Promise<void>): Promise<void> {
    await withSession(this.superuser.href, work);
  }
}

function newPassword(): string {
  return randomBytes(24).toString('hex');
}

/** Letters, digits and underscores only: the name goes into addresses and shells. */
function readable(label: string): string {
  const kept = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, longestLabel);
  return /^[a-z]/.test(kept) ? kept : `d${kept}`;
}
