import { PART_LIMIT } from '../../../src/orb/payload.ts';
import { sizeReport } from '../bundle.ts';
import type { Size } from './figures.ts';
import type { Materials } from './materials.ts';

/** A compiled configuration may have 8 MB ("CircleCI support: maximum size of a configuration"). */
const COMPILED_LIMIT = 8_000_000;

/** What the orb weighs, and every package in its helper. */
export function measureSizes({ orb, payload, bundle }: Materials): Size[] {
  const helper = bundle.code.byteLength;
  return [
    {
      part: 'orb.yml, packed',
      bytes: Buffer.byteLength(orb),
      of: "a compiled configuration's limit",
      ofBytes: COMPILED_LIMIT,
    },
    {
      part: 'payload: the helper, compressed',
      bytes: payload.compressedBytes,
      of: `the limit of its parts, ${payload.parts.length} of ${PART_LIMIT}`,
      ofBytes: payload.parts.length * PART_LIMIT,
    },
    { part: 'payload', bytes: payload.compressedBytes, of: 'the helper', ofBytes: helper },
    ...sizeReport(bundle.metafile).map(([name, bytes]) => ({
      part: name === 'heroku-cd' ? "heroku-cd's own code" : name,
      bytes,
      of: 'the helper',
      ofBytes: helper,
    })),
  ];
}
