import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** How one of Postgres's programs is watched and ended. */
export interface ProgramRun {
  /** Ends the program; what it has done by then stays done. */
  readonly signal?: AbortSignal;
  /** Told each line that the program says. */
  readonly onLine?: (line: string) => void;
  /** Told how many bytes it has written by now. */
  readonly onBytes?: (total: number) => void;
}

/** How a program ended: its exit status, or the signal that ended it, or why it could not start. */
export type ProgramEnd = number | NodeJS.Signals | Error;

/** Where a database's programs are, and how they reach it. */
export interface ProgramPlace {
  readonly binaries: string;
  readonly url: string;
}

/** Names no owner and no right: the dump of an app's database goes into any other one, as Heroku's do. */
const anybodys = ['--no-owner', '--no-acl'];

/** Dumps into a file in pg_dump's custom format (PostgreSQL: pg_dump, `-Fc`). */
export async function dumpTo(place: ProgramPlace, file: string, run: ProgramRun): Promise<ProgramEnd> {
  const child = start(place, 'pg_dump', ['--format=custom', '--verbose', ...anybodys], run);
  let total = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length;
      run.onBytes?.(total);
      done(null, chunk);
    },
  });
  const written = pipeline(child.process.stdout, counter, createWriteStream(file));
  // Where the file cannot be written, nobody reads what the program writes.
  written.catch(() => child.process.kill());
  const end = await child.ended;
  try {
    await written;
  } catch (error) {
    return error as Error;
  }
  return end;
}

/** What {@link restoreFrom} is asked for. */
export interface RestoreRun extends ProgramRun {
  /** Ends before the data: tables are there, and empty. */
  readonly withoutData?: boolean;
}

/**
 * Restores a dump over what is there: what the dump knows is dropped and made anew, what it does not know
 * stays, and each statement counts by itself (PostgreSQL: pg_restore, `--clean --if-exists`). It waits for as
 * long as another session holds a lock on what is to be dropped.
 */
export async function restoreFrom(place: ProgramPlace, file: string, run: RestoreRun): Promise<ProgramEnd> {
  const database = decodeURIComponent(new URL(place.url).pathname.slice(1));
  const child = start(
    place,
    'pg_restore',
    [
      ...['--clean', '--if-exists', '--verbose', ...anybodys, `--dbname=${database}`],
      ...(run.withoutData ? ['--section=pre-data'] : []),
      file,
    ],
    run,
  );
  child.process.stdout.resume();
  return child.ended;
}

/** The database as SQL, the same for the same content: without comments, and without what is made up for each dump. */
export async function dumpText(place: ProgramPlace): Promise<string> {
  const said: string[] = [];
  const child = start(place, 'pg_dump', ['--format=plain', ...anybodys], {
    onLine: (line) => said.push(line),
  });
  const [sql, end] = await Promise.all([text(child.process.stdout), child.ended]);
  if (end !== 0) throw new Error(`pg_dump ended (${String(end)}): ${said.join('\n')}`);
  const lines = sql.split('\n').filter((line) => !/^(--|\\(un)?restrict\b)/.test(line));
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

function start(place: ProgramPlace, name: string, args: readonly string[], run: ProgramRun) {
  const { hostname, port, username, password, pathname } = new URL(place.url);
  const child = spawn(join(place.binaries, name), [...args], {
    // Nothing of the caller's environment counts, and no password is among the arguments.
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      LC_ALL: 'C',
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password),
      PGDATABASE: decodeURIComponent(pathname.slice(1)),
      PGSSLMODE: 'disable',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => run.onLine?.(line));
  const onAbort = () => child.kill();
  if (run.signal?.aborted) onAbort();
  run.signal?.addEventListener('abort', onAbort, { once: true });
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.once('error', resolve);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  }).finally(() => run.signal?.removeEventListener('abort', onAbort));
  return { process: child, ended };
}
