import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/**
 * Brotli at its best setting is a tenth smaller than gzip, and Node unpacks both; nothing else unpacks the
 * payload, because `base64` and `gunzip` differ between images or are missing.
 */
const BEST = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

/** Base64 is wrapped so that editors and linters can show the file. A line holds whole groups of three bytes. */
const LINE = 120;
const LINE_BYTES = (LINE / 4) * 3;

/** The bytes of the compressed helper that one environment string carries at most, before they are base64. */
export const PART_LIMIT = 86_016;

const PART_LINES = Math.floor(PART_LIMIT / LINE_BYTES);

/** The helper as the orb carries it. */
export interface Payload {
  /** Compressed and in base64, in lines, each one ended: as many texts as it takes, to be read one after the other. */
  readonly parts: readonly string[];
  /** The size of the compressed helper before base64, in bytes. */
  readonly compressedBytes: number;
  /** SHA-256 of the helper itself, in hexadecimal. */
  readonly sha256: string;
}

/** Compresses the bundled helper. The same bytes give the same payload with one version of Node's zlib. */
export function packPayload(helper: Uint8Array): Payload {
  const compressed = brotliCompressSync(helper, BEST);
  const lines = compressed.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  const parts: string[] = [];
  while (lines.length > 0) parts.push(`${lines.splice(0, PART_LINES).join('\n')}\n`);
  return {
    parts,
    compressedBytes: compressed.byteLength,
    sha256: createHash('sha256').update(helper).digest('hex'),
  };
}

/** The helper that {@link packPayload} was given. Throws when a part is damaged or missing. */
export function unpackPayload(parts: readonly string[]): Buffer {
  return brotliDecompressSync(Buffer.from(parts.join(''), 'base64'));
}
