import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { text } from 'node:stream/consumers';

/** What a visitor of the app was given. `lost` is whatever is neither the app's page nor the maintenance page. */
export type Visit =
  | { readonly kind: 'served'; readonly edition: number }
  | { readonly kind: 'page' }
  | { readonly kind: 'lost'; readonly why: string };

/** Milliseconds between two visits: about fifty a second. */
const INTERVAL_MS = 20;
/** Milliseconds after which a visitor goes away; Heroku's router gives up after 30 s (Dev Center: H12). */
const PATIENCE_MS = 30_000;
const LONGEST_WAIT_MS = 60_000;

/** People who ask for the app's page all the time, each over a connection of its own. */
export class Visitors {
  readonly #visits: Promise<Visit>[] = [];
  readonly #seen: Visit[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly url: string) {}

  start(): void {
    this.#timer ??= setInterval(() => {
      const visit = visitOnce(this.url);
      this.#visits.push(visit);
      void visit.then((one) => this.#seen.push(one));
    }, INTERVAL_MS);
  }

  /** Waits until an edition of the code has served so many. @throws the signal's reason; Error after a minute. */
  async untilServed(edition: number, count: number, signal: AbortSignal): Promise<void> {
    const served = (visit: Visit): boolean => visit.kind === 'served' && visit.edition === edition;
    for (const end = Date.now() + LONGEST_WAIT_MS; this.#seen.filter(served).length < count;) {
      signal.throwIfAborted();
      if (Date.now() > end)
        throw new Error(`Edition ${edition} of the code did not serve ${count} requests.`);
      await delay(INTERVAL_MS);
    }
  }

  /** Lets nobody in any more, waits for those who are on their way, and tells what each was given. */
  async stop(): Promise<readonly Visit[]> {
    clearInterval(this.#timer);
    return Promise.all(this.#visits);
  }
}

/** Asks once, over a connection of its own. Never throws: what goes wrong is a lost visit. */
export function visitOnce(url: string, patienceMs = PATIENCE_MS): Promise<Visit> {
  return new Promise((resolve) => {
    const lost = (error: Error): void => resolve({ kind: 'lost', why: error.message });
    const request = get(url, { agent: false, signal: AbortSignal.timeout(patienceMs) }, (response) => {
      const status = response.statusCode ?? 0;
      text(response).then((body) => resolve(classify(status, response.headers['x-edition'], body)), lost);
    });
    request.on('error', lost);
  });
}

function classify(status: number, edition: string | string[] | undefined, body: string): Visit {
  if (status === 200 && typeof edition === 'string') return { kind: 'served', edition: Number(edition) };
  if (status === 503 && body.includes('Offline for Maintenance')) return { kind: 'page' };
  return {
    kind: 'lost',
    why: `${status} ${body
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()}`,
  };
}
