import { createHash, randomBytes } from 'node:crypto';
import { packPayload, unpackPayload } from '../../src/orb/payload.ts';

describe('the payload', () => {
  it.each([
    ['text', Buffer.from('console.log("é");\n'.repeat(500))],
    ['nothing', Buffer.alloc(0)],
    ['what does not compress', randomBytes(5000)],
  ])('unpacks to what was packed: %s', (_name, helper) => {
    const payload = packPayload(helper);
    expect(unpackPayload(payload.text)).toEqual(helper);
    expect(payload.sha256).toBe(createHash('sha256').update(helper).digest('hex'));
    expect(Buffer.from(payload.text, 'base64')).toHaveLength(payload.compressedBytes);
  });

  it('is the same for the same helper', () => {
    const helper = randomBytes(3000);
    expect(packPayload(helper)).toEqual(packPayload(Buffer.from(helper)));
  });

  it('is short lines of base64, which YAML and editors can show', () => {
    expect(packPayload(randomBytes(1000)).text).toMatch(/^(?:[A-Za-z0-9+/]{120}\n)*[A-Za-z0-9+/]+={0,2}\n$/);
  });

  it('does not unpack when it is cut or spoilt', () => {
    const { text } = packPayload(randomBytes(3000));
    expect(() => unpackPayload(text.slice(0, 2000))).toThrow();
    expect(() => unpackPayload('')).toThrow();
  });
});
