import type { Secret } from '../output/secret.ts';

/** Where one memcached server listens. */
export interface CacheServer {
  readonly host: string;
  readonly port: number;
}

/** A cache of memcached servers, all with the same credentials. */
export interface Cache {
  /** What its config vars begin with, such as `MEMCACHIER`. */
  readonly prefix: string;
  readonly foundIn: 'config vars' | 'environment';
  readonly servers: readonly CacheServer[];
  readonly username: Secret;
  readonly password: Secret;
  /** MemCachier's HTTP API, where it is to do the flushing. */
  readonly api: URL | undefined;
}

/** What became of one server of a cache, or of `flush-command`. */
export interface Flushed {
  /** `mc1.example.com:11211 (MEMCACHIER)`, or `flush-command`. */
  readonly cache: string;
  readonly flushed: boolean;
  /** How that is known, or what happened instead. */
  readonly how: string;
  /** It could not be reached from here, so that only a dyno of the app may be able to. */
  readonly unreachable?: true;
}

/** `host:port`, an IPv6 address in brackets. */
export function addressOf({ host, port }: CacheServer): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
