/** git's wire format: four hex digits of length, themselves included, then the bytes; `0000` is a flush. */
const FLUSH = '0000';
/** The longest packet of side-band-64k, less its length and its band number. */
const LARGEST_BAND_DATA = 65_520 - 5;

export type Packets = {
  /** The packets before the flush. */
  readonly packets: readonly Buffer[];
};

/** The packets up to the first flush; undefined where it has not come yet. @throws Error on malformed bytes. */
export function readPackets(bytes: Buffer): Packets | undefined {
  const packets: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const digits = bytes.toString('latin1', at, at + 4);
    if (digits === FLUSH) return { packets };
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : 0;
    if (length < 4) throw new Error(`"${digits}" is not the length of a pkt-line.`);
    if (at + length > bytes.length) return undefined;
    packets.push(bytes.subarray(at + 4, at + length));
    at += length;
  }
  return undefined;
}

export function packet(data: Buffer | string): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

export const flushPacket = Buffer.from(FLUSH);

/** Wraps bytes for one band of side-band-64k: 1 is the protocol, 2 what the person at the other end sees. */
export function band(number: 1 | 2, data: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += LARGEST_BAND_DATA) {
    parts.push(packet(Buffer.concat([Buffer.from([number]), data.subarray(at, at + LARGEST_BAND_DATA)])));
  }
  return Buffer.concat(parts);
}
