/** What a TLS record holds at the most (RFC 8446, record layer). */
const longestRecord = 16_384;
const lineFeed = 0x0a;

export function* piecesOf(bytes: Buffer, size: number): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/**
 * Pieces that fit into a record and end with a line where they can: the Heroku CLI's `--exit-code` finds the
 * status only if its line comes in one record.
 */
export function* piecesAtLines(bytes: Buffer): Generator<Buffer> {
  for (let rest = bytes; rest.length > 0;) {
    const lineEnd = rest.length > longestRecord ? rest.lastIndexOf(lineFeed, longestRecord - 1) : -1;
    const length = lineEnd < 0 ? longestRecord : lineEnd + 1;
    yield rest.subarray(0, length);
    rest = rest.subarray(length);
  }
}
