import { createHash, randomUUID } from 'node:crypto';

/** A fresh identifier. */
export function newId(): string {
  return randomUUID();
}

/**
 * The same identifier for the same name in every run: for things that exist once for the whole platform,
 * such as stacks, regions and dyno sizes.
 */
export function idFor(kind: string, name: string): string {
  const hex = createHash('sha256').update(`${kind}:${name}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

export function looksLikeId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
