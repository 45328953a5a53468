import { execFile, spawn } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { signalGroup, trackGroup, untrackGroup } from '../processes/process-group.ts';
import { gitEnvironment } from './environment.ts';
import { brokeOff, readStart } from './read-start.ts';

/** What git gets to end by itself, and then to answer SIGTERM: only then it removes quarantined objects. */
const GRACE_MS = 1_000;
const LONGEST_HEADER = 64 * 1024;
const KEPT_ERROR_OUTPUT = 4_000;

export interface BackendRun {
  /** From `findHttpBackend`. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** What was read of the request's body already, and the rest of it. */
  readonly start: Buffer;
  readonly body: Readable;
  readonly response: ServerResponse;
  /** Ends git: its input ends, and what is not gone soon after is killed. */
  readonly signal: AbortSignal;
  /** The other end of the descriptor that hooks inherit. */
  onHookChannel(channel: Duplex): void;
}

/**
 * Where git-http-backend is. It is started without the `git` command around it, which would cost a process
 * more and hide by what its end came.
 */
export async function findHttpBackend(): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['--exec-path'], { env: gitEnvironment() });
  return path.join(stdout.trim(), 'git-http-backend');
}

/** Runs git http-backend as a CGI program for one request. Resolves when git and its hooks are gone. */
export async function runHttpBackend(run: BackendRun): Promise<void> {
  const { response, signal } = run;
  const child = spawn(run.program, [], {
    cwd: run.directory,
    env: run.environment,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  if (child.pid === undefined) {
    const { message } = await failed;
    throw new Error(`git http-backend could not be started (on Alpine it is in git-daemon): ${message}`);
  }
  const group = child.pid;
  trackGroup(group);
  // Killed from outside, it leaves git and its hook behind, waiting for each other.
  child.once('exit', (code) => code !== 0 && signalGroup(group, 'SIGKILL'));
  const closed = new Promise<{ killed: boolean }>((resolve) => {
    child.once('close', (_code, killedBy) => resolve({ killed: killedBy !== null }));
  });
  const [stdin, stdout, stderr, channel] = child.stdio as unknown as [Writable, Readable, Readable, Duplex];
  const stopKilling = endOnAbort(group, stdin, signal);
  try {
    run.onHookChannel(channel);
    const complaint = keepText(stderr);
    feed(stdin, run);
    const answered = await forward(stdout, response).catch((error: Error) => error);
    const { killed } = await closed;
    if (killed) response.destroy();
    else if (answered instanceof Error) throw new Error(`${answered.message} ${complaint()}`.trim());
    else response.end();
  } finally {
    stopKilling();
    untrackGroup(group);
  }
}

function feed(stdin: Writable, { start, body }: BackendRun): void {
  // git may stop reading early, when it refuses: its answer says why, not this pipe.
  stdin.on('error', () => body.resume());
  // A body that breaks off must not leave git waiting for the rest: it answers to the end it sees.
  body.once('error', () => stdin.destroy());
  if (brokeOff(body)) stdin.destroy();
  stdin.write(start);
  body.pipe(stdin);
}

/** Sends on the CGI answer, its header first; the body as it comes. */
async function forward(stdout: Readable, response: ServerResponse): Promise<void> {
  const { value: header, bytes } = await readStart(stdout, parseHeader, LONGEST_HEADER);
  if (header === undefined) {
    stdout.resume();
    throw new Error('git http-backend gave no answer.');
  }
  response.writeHead(header.status, header.fields);
  response.write(bytes.subarray(header.length));
  stdout.pipe(response, { end: false });
  // With nobody left to read, git must not wait for a reader. Only after `pipe`, whose own listener pauses.
  response.once('close', () => stdout.resume());
  if (response.closed) stdout.unpipe(response).resume();
}

interface CgiHeader {
  readonly status: number;
  readonly fields: Record<string, string>;
  /** Bytes up to the body. */
  readonly length: number;
}

function parseHeader(bytes: Buffer): CgiHeader | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  let status = 200;
  const fields: Record<string, string> = {};
  for (const line of bytes.toString('latin1', 0, end).split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else fields[name] = value;
  }
  return { status, fields, length: end + 4 };
}

/** Returns what takes the listener and the timers away again. */
function endOnAbort(group: number, stdin: Writable, signal: AbortSignal): () => void {
  const timers: NodeJS.Timeout[] = [];
  const end = () => {
    stdin.destroy();
    timers.push(setTimeout(() => signalGroup(group, 'SIGTERM'), GRACE_MS));
    timers.push(setTimeout(() => signalGroup(group, 'SIGKILL'), 2 * GRACE_MS));
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return () => {
    signal.removeEventListener('abort', end);
    timers.forEach(clearTimeout);
  };
}

function keepText(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-KEPT_ERROR_OUTPUT);
  });
  return () => text.trim();
}
