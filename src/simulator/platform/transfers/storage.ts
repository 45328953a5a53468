import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newId } from '../ids.ts';

/** An address that lets anybody read a dump, until it expires. */
export interface SignedUrl {
  readonly url: string;
  readonly expiresAt: Date;
}

/** Stands in for the storage service that Heroku keeps dumps in. */
export class DumpStorage {
  readonly #key = randomBytes(32);
  /** In each dump's own address, which Heroku alone can read from. */
  readonly #token = randomBytes(16).toString('hex');

  constructor(
    private readonly folder: string,
    private readonly base: () => string,
  ) {}

  /** A place for a new dump, and its address: good for a restore, and not for reading. */
  async place(id: string): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    return this.fileOf(id);
  }

  url(id: string): string {
    return `${this.base()}/_backups/${id}?token=${this.#token}`;
  }

  fileOf(id: string): string {
    return join(this.folder, `${id}.dump`);
  }

  async remove(id: string): Promise<void> {
    await rm(this.fileOf(id), { force: true });
  }

  sign(id: string, lifetimeMs: number): SignedUrl {
    const expiresAt = new Date(Date.now() + lifetimeMs);
    const expires = String(expiresAt.getTime());
    const signature = this.#signatureOf(id, expires).toString('hex');
    return { url: `${this.base()}/_backups/${id}?expires=${expires}&signature=${signature}`, expiresAt };
  }

  /** Whether the address' query lets its holder read the dump now. */
  isSigned(id: string, query: URLSearchParams): boolean {
    const [expires, signature] = [query.get('expires') ?? '', query.get('signature') ?? ''];
    const expected = this.#signatureOf(id, expires);
    const given = Buffer.from(signature, 'hex');
    const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
    return isOurs && Number(expires) > Date.now();
  }

  /**
   * The file that a restore's address names: a dump kept here, or one that is fetched.
   * @throws Error for an address that may not be read, or that has nothing.
   */
  async fetch(address: string, signal: AbortSignal): Promise<{ file: string; release(): Promise<void> }> {
    if (!URL.canParse(address)) throw new Error(`${JSON.stringify(address)} is no address.`);
    const url = new URL(address);
    const id = /^\/_backups\/([\w-]+)$/.exec(url.pathname)?.[1];
    if (url.origin === this.base() && id !== undefined) {
      const isAllowed = url.searchParams.get('token') === this.#token || this.isSigned(id, url.searchParams);
      if (!isAllowed) throw new Error('The backup could not be read: 403 Forbidden.');
      return { file: this.fileOf(id), release: () => Promise.resolve() };
    }
    const response = await fetch(url, { signal });
    if (!response.ok || !response.body) throw new Error(`The backup could not be read: ${response.status}.`);
    const file = await this.place(`fetched-${newId()}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
    return { file, release: () => rm(file, { force: true }) };
  }

  #signatureOf(id: string, expires: string): Buffer {
    return createHmac('sha256', this.#key).update(`${id} ${expires}`).digest();
  }
}
