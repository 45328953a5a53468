import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newId } from './ids.ts';

/** A place for one source tarball, at an address that is its own credential. */
export interface Source {
  readonly id: string;
  readonly signature: string;
  readonly file: string;
  readonly expiresAt: Date;
  uploaded: boolean;
}

/** Signed upload addresses live for an hour. */
const lifetimeMs = 3_600_000;

/** The stand-in for the storage service that Heroku's source addresses point at. */
export class Sources {
  readonly #sources = new Map<string, Source>();

  constructor(private readonly folder: string) {}

  create(): Source {
    const id = newId();
    const source: Source = {
      id,
      signature: newId(),
      file: join(this.folder, `${id}.tgz`),
      expiresAt: new Date(Date.now() + lifetimeMs),
      uploaded: false,
    };
    this.#sources.set(id, source);
    return source;
  }

  /** The source whose address this is; undefined for a wrong or expired signature. */
  find(id: string, signature: string | undefined): Source | undefined {
    const source = this.#sources.get(id);
    if (!source || source.signature !== signature || source.expiresAt.getTime() < Date.now())
      return undefined;
    return source;
  }

  /** Stores the upload whole; one that breaks off leaves the source as it was. */
  async store(source: Source, content: Readable): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const partial = `${source.file}.${newId()}`;
    await pipeline(content, createWriteStream(partial));
    await rename(partial, source.file);
    source.uploaded = true;
  }

  async read(source: Source): Promise<Buffer> {
    return readFile(source.file);
  }
}
