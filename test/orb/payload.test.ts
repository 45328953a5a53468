import { createHash, randomBytes } from 'node:crypto';
import { packPayload, PART_LIMIT, unpackPayload, type Payload } from '../../src/orb/payload.ts';

describe('the payload', () => {
  it.each([
    ['text', Buffer.from('console.log("é");\n'.repeat(500))],
    ['nothing', Buffer.alloc(0)],
    ['what does not compress', randomBytes(5000)],
  ])('unpacks to what was packed: %s', (_name, helper) => {
    const payload = packPayload(helper);
    expect(unpackPayload(payload.parts)).toEqual(helper);
    expect(payload.sha256).toBe(createHash('sha256').update(helper).digest('hex'));
    expect(payload.parts).toHaveLength(1);
    expect(Buffer.from(payload.parts.join(''), 'base64')).toHaveLength(payload.compressedBytes);
  });

  it.each([
    ['the largest that fits into one', 85_950, 1],
    ['one byte more', 85_951, 2],
    ['three', 2 * 85_950 + 1, 3],
  ])('is as many parts as it takes: %s', (_name, compressedBytes, count) => {
    const payload = packTo(compressedBytes);
    expect(payload.parts).toHaveLength(count);
    expect(unpackPayload(payload.parts)).toHaveLength(payload.helperBytes);
    for (const part of payload.parts) {
      expect(part).toMatch(/^(?:[A-Za-z0-9+/]{120}\n)*[A-Za-z0-9+/]+={0,2}\n$/);
      expect(Buffer.from(part, 'base64').byteLength).toBeLessThanOrEqual(PART_LIMIT);
    }
    // No padding but at the end, so that the parts are one text.
    for (const part of payload.parts.slice(0, -1)) expect(part).toMatch(/[A-Za-z0-9+/]{120}\n$/);
  });

  it('is the same for the same helper', () => {
    const helper = randomBytes(3000);
    expect(packPayload(helper)).toEqual(packPayload(Buffer.from(helper)));
  });

  it('is short lines of base64, which YAML and editors can show', () => {
    expect(packPayload(randomBytes(1000)).parts.join('')).toMatch(/^(?:[A-Za-z0-9+/]{120}\n)*[A-Za-z0-9+/]+={0,2}\n$/);
  });

  it('does not unpack when it is cut or spoilt', () => {
    const text = packPayload(randomBytes(3000)).parts.join('');
    expect(() => unpackPayload([text.slice(0, 2000)])).toThrow();
    expect(() => unpackPayload([''])).toThrow();
    expect(() => unpackPayload([])).toThrow();
  });

  it('does not unpack without one of its parts, or in another order', () => {
    // Letters, because bytes by chance are packed as they are, and then a part may be missing unnoticed here: what a
    // job unpacks is compared by its digest as well.
    const { parts } = packPayload(Buffer.from(randomBytes(3 * 86_016).toString('hex')));
    expect(parts).toHaveLength(4);
    for (const left of parts) expect(() => unpackPayload(parts.filter((part) => part !== left))).toThrow();
    expect(() => unpackPayload([...parts].reverse())).toThrow();
  });
});

/** Packs what does not compress, of such a size that it is exactly so many bytes then. */
function packTo(compressedBytes: number): Payload & { readonly helperBytes: number } {
  for (let helperBytes = compressedBytes; ; helperBytes -= 1) {
    const payload = packPayload(randomBytes(helperBytes));
    if (payload.compressedBytes === compressedBytes) return { ...payload, helperBytes };
    if (payload.compressedBytes < compressedBytes) throw new Error('Brotli leaves no such size.');
  }
}
