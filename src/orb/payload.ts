import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/**
 * Brotli at its best setting is a tenth smaller than gzip, and Node unpacks both; nothing else unpacks the
 * payload, because `base64` and `gunzip` differ between images or are missing.
 */
const BEST = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

/** Base64 is wrapped so that editors and linters can show the file. */
const LINE = 120;

/** The helper as the orb carries it. */
export interface Payload {
  /** Compressed and in base64, in lines, the last one ended too. */
  readonly text: string;
  /** The size of the compressed helper before base64, in bytes. */
  readonly compressedBytes: number;
  /** SHA-256 of the helper itself, in hexadecimal. */
  readonly sha256: string;
}

/** Compresses the bundled helper. The same bytes give the same payload with one version of Node's zlib. */
export function packPayload(helper: Uint8Array): Payload {
  const compressed = brotliCompressSync(helper, BEST);
  const lines = compressed.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return {
    text: `${lines.join('\n')}\n`,
    compressedBytes: compressed.byteLength,
    sha256: createHash('sha256').update(helper).digest('hex'),
  };
}

/** The helper that {@link packPayload} was given. Throws when the text is damaged. */
export function unpackPayload(text: string): Buffer {
  return brotliDecompressSync(Buffer.from(text, 'base64'));
}
