import type { StateStore } from '../deployment/ports.ts';
import type { Secret } from '../output/secret.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { parseJournal, type Journal } from './journal.ts';
import { sign, verify } from './signature.ts';

export const JOURNAL_FILE = 'journal.json';
/** A journal that is not held says nothing about an app after a day. */
const EXPIRES_MS = 24 * 3_600_000;

/** What keeping a journal needs. */
export interface JournalPorts {
  readonly store: StateStore;
  readonly apiKey: Secret;
  readonly clock: Clock;
  readonly log: Log;
}

/** The journal of this run, written to the state directory at every change. */
export class JournalKeeper {
  readonly #ports: JournalPorts;
  #journal: Journal;

  constructor(ports: JournalPorts, journal: Journal) {
    this.#ports = ports;
    this.#journal = journal;
  }

  get log(): Log {
    return this.#ports.log;
  }

  get current(): Journal {
    return this.#journal;
  }

  /** Writes the change before anything else happens. @throws Refusal where it cannot be written. */
  async note(change: Partial<Omit<Journal, 'schemaVersion' | 'run' | 'app'>> = {}): Promise<void> {
    const { store, apiKey, clock } = this.#ports;
    this.#journal = { ...this.#journal, ...change, writtenAt: new Date(clock.now()).toISOString() };
    const { reason } = this.#journal;
    // An error's words may be a server's, and journals go into a cache.
    if (reason !== null) this.#journal.reason = this.#ports.log.clean(reason);
    await store.write(JOURNAL_FILE, { ...this.#journal, signature: sign(this.#journal, apiKey) });
    await store.own(this.#journal.app.id);
  }

  /** Remembers a release as this run's own. */
  async knowRelease(id: string): Promise<void> {
    if (!this.#journal.releases.includes(id)) await this.note({ releases: [...this.#journal.releases, id] });
  }
}

/** What lies in the state directory: a journal to act on, or why there is none. */
export type Found = { readonly journal: Journal } | { readonly none: string | undefined };

/**
 * Reads the journal of an earlier run. One that is unsigned, of another key or app, or too old is not acted on,
 * and `none` says why; `evenOld` is for what an old one still tells. Without `app` it is of whichever app had the name.
 * An app that was renamed since bears its name of now: the old one may be another app's by now.
 */
export async function readJournal(
  ports: JournalPorts,
  app: Journal['app'] | undefined,
  options: { evenOld?: boolean } = {},
): Promise<Found> {
  const content = await ports.store.read(JOURNAL_FILE);
  if (content === undefined) return { none: undefined };
  if (typeof content !== 'object' || content === null) return { none: 'it is damaged' };
  const { signature, ...rest } = content as { signature?: unknown };
  if (typeof signature !== 'string' || !verify(rest, signature, ports.apiKey)) {
    return { none: 'its signature is not of this API key' };
  }
  const journal = parseJournal(rest);
  if (journal === undefined) return { none: 'it is of another version' };
  if (app !== undefined && journal.app.id !== app.id) return { none: 'it belongs to another app' };
  const age = ports.clock.now() - Date.parse(journal.writtenAt);
  if (!options.evenOld && journal.status !== 'held' && age > EXPIRES_MS)
    return { none: 'it is more than a day old' };
  return { journal: app === undefined ? journal : { ...journal, app: { id: app.id, name: app.name } } };
}
