import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Refusal } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import { readPublicKey, type PublicKey } from './public-key.ts';

/** A key pair on this machine. */
export interface KeyPair {
  readonly publicKey: PublicKey;
  /** The private key's file. */
  readonly file: string;
  /** It was not there before. */
  readonly made: boolean;
  /** Somebody else on this machine can read the private key. */
  readonly isOpen: boolean;
  /** Takes a pair away that was made; leaves one alone that was found. */
  discard(): Promise<void>;
}

/** Far more than any key has. */
const LARGEST_BYTES = 65_536;

/**
 * The key pair of a file, made where there is none. Nothing that is there is written to.
 * @throws Refusal where there is no public key to be had, or none can be made.
 */
export async function keyPair(
  given: string,
  comment: string,
  environment: NodeJS.ProcessEnv,
): Promise<KeyPair> {
  const file = resolve(given.replace(/\.pub$/, ''));
  const publicFile = `${file}.pub`;
  const isOpen = async (): Promise<boolean> => ((await modeOf(file)) ?? 0) % 0o100 !== 0;
  const found = await read(publicFile);
  if (found !== undefined) {
    const publicKey = readPublicKey(publicFile, found);
    return { publicKey, file, made: false, isOpen: await isOpen(), discard: () => Promise.resolve() };
  }
  if ((await modeOf(file)) !== undefined) {
    const { code, stdout, stderr } = await sshKeygen(['-y', '-P', '', '-f', file], environment);
    if (code !== 0) throw locked(file, stderr);
    const publicKey = readPublicKey(publicFile, stdout);
    return { publicKey, file, made: false, isOpen: await isOpen(), discard: () => Promise.resolve() };
  }
  await makeFolder(file);
  const { code, stderr } = await sshKeygen(
    ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file],
    environment,
  );
  const text = code === 0 ? await read(publicFile) : undefined;
  if (text === undefined) throw unwritable(file, lastLine(stderr));
  const discard = async (): Promise<void> => {
    await Promise.all([rm(file, { force: true }), rm(publicFile, { force: true })]);
  };
  return { publicKey: readPublicKey(publicFile, text), file, made: true, isOpen: await isOpen(), discard };
}

async function modeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mode;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(file, messageOf(error));
  }
}

async function read(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_BYTES) throw unreadable(file, `It has ${size} bytes, more than any key.`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof Refusal) throw error;
    throw unreadable(file, messageOf(error));
  }
}

/** A folder that is there stays as it is: it may be everybody's. */
async function makeFolder(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unwritable(file, messageOf(error));
  }
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Node.js can make keys, but not write private ones as OpenSSH reads them. */
function sshKeygen(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ended> {
  const { PATH, HOME } = environment;
  return new Promise((done, fail) => {
    const child = spawn('ssh-keygen', args, {
      env: { ...(PATH === undefined ? {} : { PATH }), ...(HOME === undefined ? {} : { HOME }) },
      // A question of it, such as whether to overwrite, finds nobody who would say yes.
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const written = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text));
    child.once('error', (error) => fail(noKeygen(error)));
    child.once('close', (code) => done({ code, ...written }));
  });
}

function noKeygen(error: Error): Refusal {
  return new Refusal({
    what: 'There is no ssh-keygen that could make a key or read a private one.',
    why: messageOf(error),
    next: 'Install OpenSSH’s client (`sudo apt-get install openssh-client`), or give a `key-file` with its `.pub` beside it.',
    parameter: 'key-file',
  });
}

function locked(file: string, stderr: string): Refusal {
  return new Refusal({
    what: `key-file: the public key of ${file} is not beside it, and could not be read out of the private one.`,
    why: `ssh-keygen: ${lastLine(stderr)}`,
    next: `Write it with \`ssh-keygen -y -f ${file} > ${file}.pub\`, which asks for the passphrase where there is one.`,
    parameter: 'key-file',
  });
}

function unreadable(file: string, why: string): Refusal {
  const next = 'Give another `key-file`, or let this user read that one.';
  return new Refusal({ what: `key-file: ${file} cannot be read.`, why, next, parameter: 'key-file' });
}

function unwritable(file: string, why: string): Refusal {
  const next = 'Give a `key-file` in a folder that this user may write.';
  return new Refusal({ what: `key-file: ${file} cannot be made.`, why, next, parameter: 'key-file' });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}
