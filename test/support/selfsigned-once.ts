/**
 * In the place of `selfsigned` in tests: what it makes, kept for the files of tests that ask for the same. Loading it
 * and making keys takes each of them longer than starting a local Heroku. Whoever asks twice gets two, as ever.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Selfsigned from 'selfsigned';

type Generate = typeof Selfsigned.generate;
type Made = Awaited<ReturnType<Generate>>;

const MODULES = join(__dirname, '..', '..', 'node_modules');
const FOLDER = join(MODULES, '.cache', 'heroku-cd', 'certificates');
/** Certificates whose dates are as near as this to what is asked for are as good. */
const NEAR_MS = 6 * 60 * 60 * 1000;

const asked = new Map<string, number>();

export async function generate(...[attributes, options = {}]: Parameters<Generate>): Promise<Made> {
  const { notBeforeDate, notAfterDate, ...others } = options;
  if (notBeforeDate === undefined || notAfterDate === undefined)
    return (await real()).generate(attributes, options);
  const key = createHash('sha256')
    .update(JSON.stringify([process.version, attributes, others]))
    .digest('hex');
  const nth = asked.get(key) ?? 0;
  asked.set(key, nth + 1);
  const file = join(FOLDER, `${key}-${nth}.json`);
  const dates = [notBeforeDate.getTime(), notAfterDate.getTime()] as const;
  const kept = await read(file);
  if (kept?.dates.every((date, index) => Math.abs(date - (dates[index] ?? 0)) < NEAR_MS) === true) {
    return kept.made;
  }
  const made = await (await real()).generate(attributes, options);
  await keep(file, JSON.stringify({ dates, made }));
  return made;
}

async function real(): Promise<typeof Selfsigned> {
  return (await import(join(MODULES, 'selfsigned'))) as typeof Selfsigned;
}

async function read(file: string): Promise<{ dates: readonly number[]; made: Made } | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as { dates: readonly number[]; made: Made };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Another worker may keep the same at the same time: whole files only. */
async function keep(file: string, text: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const aside = `${file}.${process.pid}`;
  await writeFile(aside, text, { mode: 0o600 });
  await rename(aside, file);
}
