import { type Act, OP, ScriptedMemcached } from '../../support/scripted-memcached.ts';

/** A request of the cache's server that is not answered as it should be. */
export interface CacheFault {
  readonly operation: number;
  /** Counting from 1 among the requests of that operation. */
  readonly nth: number;
  readonly act: Act;
  /** That one, and all of that operation after it. */
  readonly lasting?: true;
  /** Keys of this kind are gone by then, as when a server needs the room. */
  readonly evicts?: RegExp;
}

/** What no flush may leave. */
const KEPT = 'kept';
export const CACHE_PASSWORD = 'c0ffee-of-the-fault-matrix';

/** The cache of one case's app: a server on loopback that holds something before the run. */
export class CaseCache {
  /** What it was asked for, in order. */
  readonly asked: { readonly operation: number; readonly at: string }[] = [];
  /** Called when it is told to forget everything. */
  onFlush: (() => void) | undefined;
  /** How many requests met a fault. */
  met = 0;

  /** Where it listens, or listened. */
  readonly address: string;

  private constructor(private readonly server: ScriptedMemcached) {
    this.address = server.address;
  }

  static async start(faults: readonly CacheFault[] = []): Promise<CaseCache> {
    const script: Record<number, Act> = {};
    const server = await ScriptedMemcached.start(script);
    const cache = new CaseCache(server);
    cache.fill();
    server.onRequest = (operation) => {
      cache.asked.push({ operation, at: new Date().toISOString() });
      const nth = cache.asked.filter((one) => one.operation === operation).length;
      if (operation === OP.flush) cache.onFlush?.();
      const hit = faults.find(
        (one) => one.operation === operation && (one.lasting ? nth >= one.nth : nth === one.nth),
      );
      script[operation] = hit?.act ?? 'do it';
      if (hit === undefined) return;
      cache.met += 1;
      for (const key of [...server.keys.keys()]) if (hit.evicts?.test(key)) server.keys.delete(key);
    };
    return cache;
  }

  /** What was there before the run is there still. */
  get isFilled(): boolean {
    return this.server.keys.has(KEPT);
  }

  /** Something is there, which no flush may leave. */
  fill(): void {
    this.server.keys.set(KEPT, Buffer.from('from before'));
  }

  /** As MemCachier's add-on has them. */
  get configVars(): Readonly<Record<string, string>> {
    return {
      MEMCACHIER_SERVERS: this.address,
      MEMCACHIER_USERNAME: 'f00d',
      MEMCACHIER_PASSWORD: CACHE_PASSWORD,
    };
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
