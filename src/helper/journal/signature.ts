import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../output/secret.ts';

/** Signs with a key derived from the API key, so that a cache that anybody may write cannot steer a run. */
export function sign(content: unknown, apiKey: Secret): string {
  const key = hkdfSync('sha256', apiKey.reveal(), '', 'heroku-cd journal 1', 32);
  return createHmac('sha256', Buffer.from(key)).update(canonical(content)).digest('hex');
}

/** Whether the signature belongs to this content and this key. */
export function verify(content: unknown, signature: string, apiKey: Secret): boolean {
  const expected = Buffer.from(sign(content, apiKey), 'hex');
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** JSON with sorted keys: the same text however the object was put together. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
