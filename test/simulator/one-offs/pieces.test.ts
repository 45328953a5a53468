import { piecesAtLines, piecesOf } from '../../../src/simulator/rendezvous/pieces.ts';

const texts = (pieces: Iterable<Buffer>) => [...pieces].map(String);

describe('output that is cut into records', () => {
  it('stays whole where it fits into one', () => {
    expect(texts(piecesAtLines(Buffer.from('one\ntwo\nthree')))).toEqual(['one\ntwo\nthree']);
    expect(texts(piecesAtLines(Buffer.alloc(0)))).toEqual([]);
  });

  it('is cut after a line, and within one only where it is longer than a record', () => {
    const line = `${'x'.repeat(9_999)}\n`;
    expect(texts(piecesAtLines(Buffer.from(line.repeat(3))))).toEqual([line, line, line]);
    const endless = Buffer.alloc(40_000, 'y');
    expect(texts(piecesAtLines(endless)).map(({ length }) => length)).toEqual([16_384, 16_384, 7_232]);
  });

  it('can be cut anywhere', () => {
    expect(texts(piecesOf(Buffer.from('marker 7'), 3))).toEqual(['mar', 'ker', ' 7']);
  });
});
