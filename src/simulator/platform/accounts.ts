import { timingSafeEqual } from 'node:crypto';
import { PlatformError, forbidden, unauthorized } from './errors.ts';
import { newId } from './ids.ts';
import type { Account, ApiKey, RateBucket, Scope } from './model.ts';

/** A key to make; `global` and without an end unless said. */
export interface KeyOptions {
  readonly key: string;
  readonly scopes?: readonly Scope[];
  readonly description?: string;
  /** Seconds from now. */
  readonly expiresIn?: number;
  readonly session?: boolean;
}

/** An account to make; see {@link Accounts.create}. */
export interface AccountOptions {
  readonly email: string;
  readonly name?: string;
  readonly twoFactor?: boolean;
  /** Defaults to one key, made up in today's form `HRKU-…`. */
  readonly keys?: readonly KeyOptions[];
}

/** Who asks, and with which of the account's keys. */
export interface Caller {
  readonly account: Account;
  readonly key: ApiKey;
}

/** 4500 requests an hour for each account, refilled steadily (Dev Center: limits). */
const rateCapacity = 4500;

/** The platform's accounts, their API keys and how many requests they have left. */
export class Accounts {
  readonly #accounts: Account[] = [];

  get all(): readonly Account[] {
    return this.#accounts;
  }

  /** @throws PlatformError 422 for an e-mail that is taken. */
  create(options: AccountOptions): Account {
    if (this.byEmail(options.email)) {
      throw new PlatformError(422, 'invalid_params', `The account ${options.email} exists already.`);
    }
    const account: Account = {
      id: newId(),
      email: options.email,
      name: options.name ?? null,
      createdAt: new Date(),
      keys: [],
      sshKeys: [],
      twoFactor: options.twoFactor ?? true,
      rate: {
        remaining: rateCapacity,
        refillPerMinute: rateCapacity / 60,
        capacity: rateCapacity,
        filledAt: Date.now(),
        retryAfter: undefined,
      },
    };
    for (const key of options.keys ?? [{ key: `HRKU-${newId()}` }]) this.addKey(account, key);
    this.#accounts.push(account);
    return account;
  }

  addKey(account: Account, options: KeyOptions): ApiKey {
    const { scopes = ['global'], description = 'Long-lived user authorization', session = false } = options;
    const key: ApiKey = {
      key: options.key,
      scopes,
      revoked: false,
      id: newId(),
      description,
      createdAt: new Date(),
      expiresAt: options.expiresIn === undefined ? null : new Date(Date.now() + options.expiresIn * 1000),
      session,
    };
    account.keys.push(key);
    return key;
  }

  byEmail(identity: string): Account | undefined {
    return this.#accounts.find((account) => account.email === identity || account.id === identity);
  }

  /** The caller a key belongs to; undefined for a key that is unknown, revoked or expired. */
  byKey(key: string): Caller | undefined {
    const given = Buffer.from(key);
    for (const account of this.#accounts) {
      for (const known of account.keys) {
        const expected = Buffer.from(known.key);
        const expired = known.expiresAt !== null && known.expiresAt.getTime() <= Date.now();
        if (known.revoked || expired || expected.length !== given.length || !timingSafeEqual(expected, given))
          continue;
        return { account, key: known };
      }
    }
    return undefined;
  }

  /** @throws PlatformError 401. */
  authenticate(key: string | undefined): Caller {
    const caller = key === undefined ? undefined : this.byKey(key);
    if (!caller) throw unauthorized();
    return caller;
  }
}

/** The key of an Authorization header: `Bearer <key>`, or Basic with the key as the password. */
export function keyOfHeader(header: string | undefined): string | undefined {
  const [scheme, value] = header?.trim().split(/\s+/, 2) ?? [];
  if (!scheme || !value) return undefined;
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

/**
 * Checks a key's OAuth scopes (Dev Center: OAuth): `identity` for the account itself, `read` and `write`,
 * and their `-protected` forms for config vars.
 * @throws PlatformError 403.
 */
export function requireScope(caller: Caller, needed: Scope): void {
  const held = new Set<Scope>(caller.key.scopes);
  if (held.has('write-protected')) held.add('write').add('read-protected');
  if (held.has('write') || held.has('read-protected')) held.add('read');
  if (held.has('global') || held.has(needed)) return;
  throw forbidden('The scope of this OAuth authorization does not allow access to this resource.');
}

/** Fills the bucket up for the time that has passed, and returns what is in it. */
export function requestsLeft(bucket: RateBucket): number {
  const now = Date.now();
  const gained = ((now - bucket.filledAt) / 60_000) * bucket.refillPerMinute;
  bucket.remaining = Math.min(bucket.capacity, bucket.remaining + gained);
  bucket.filledAt = now;
  return Math.floor(bucket.remaining);
}

/**
 * Takes one request out of the account's bucket.
 * @throws PlatformError 429 when it is empty.
 */
export function spendRequest(bucket: RateBucket): void {
  if (requestsLeft(bucket) < 1) {
    throw new PlatformError(
      429,
      'rate_limit',
      'Your account reached the API rate limit\nPlease wait a few minutes before making new requests',
      {},
      bucket.retryAfter === undefined ? {} : { 'Retry-After': String(bucket.retryAfter) },
    );
  }
  bucket.remaining -= 1;
}
