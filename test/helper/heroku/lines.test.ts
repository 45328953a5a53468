import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LineSplitter, WholeLines } from '../../../src/helper/heroku/lines.ts';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

function heldAfterCollection(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

function split(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  splitter.end();
  return lines;
}

describe('lines of a stream', () => {
  it.each<[string, string[], string[]]>([
    ['whole lines', ['a\nb\n'], ['a', 'b']],
    ['a last line without its end', ['a\nb'], ['a', 'b']],
    ['lines over chunks', ['a', 'b\nc', '', 'd\n'], ['ab', 'cd']],
    ['empty lines', ['\n\na\n\n'], ['', '', 'a', '']],
    ["a terminal's line ends", ['a\r\nb\r\n'], ['a', 'b']],
    ['line ends over chunks', ['a\r', '\nb\r', '\n'], ['a', 'b']],
    ['a carriage return within a line', ['10%\r20%\n'], ['10%\r20%']],
    ['nothing', [], []],
    ['an empty chunk', [''], []],
  ])('%s', (_name, chunks, lines) => {
    expect(split(...chunks)).toEqual(lines);
  });

  it('puts characters together that chunks tore apart', () => {
    const bytes = Buffer.from('größe 🚀 done\n');
    const single = [...bytes].map((byte) => Buffer.from([byte]));
    expect(split(...single)).toEqual(['größe 🚀 done']);
  });

  it('goes on after bytes that are no UTF-8', () => {
    expect(split(Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xe2, 0x82]))).toEqual(['a\ufffdb', '\ufffd']);
  });

  it('keeps a bounded part of a line without end, and says how much it left out', () => {
    const chunk = Buffer.from('word '.repeat(20_000));
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    const before = heldAfterCollection();
    for (let count = 0; count < 1_000; count += 1) splitter.push(chunk);
    expect(heldAfterCollection() - before).toBeLessThan(5 * 1024 * 1024);
    splitter.push(Buffer.from('\nnext\n'));
    expect(lines).toHaveLength(2);
    expect(lines[0]?.length).toBeLessThan(10_100);
    expect(lines[0]).toMatch(/word \[999\d{5} more characters of this line left out\]$/);
    expect(lines[1]).toBe('next');
  });

  it('cuts a long line at a space, so that no part of a secret is left alone', () => {
    const [line] = split(
      `${'x'.repeat(9_990)} postgres://user:password@host/db and more ${'y'.repeat(100)}\n`,
    );
    expect(line).toMatch(/^x{9990} \[\d+ more/);
  });

  it('leaves a long word out altogether', () => {
    expect(split('z'.repeat(20_000))).toEqual([' [20000 more characters of this line left out]']);
  });
});

describe('lines that come together', () => {
  it('are passed on together and at once, without what is not complete', () => {
    const passed: string[] = [];
    const lines = new WholeLines((text) => passed.push(text));
    for (const [chunk, so] of [
      ['one\ntwo\nthr', ['one\ntwo']],
      ['ee', ['one\ntwo']],
      ['\r\n\nfo', ['one\ntwo', 'three\n']],
      ['ur\n', ['one\ntwo', 'three\n', 'four']],
    ] as const) {
      lines.push(Buffer.from(chunk));
      expect(passed).toEqual(so);
    }
    lines.end();
    expect(passed).toHaveLength(3);
  });

  it('are the same lines, wherever they are cut and however long some are', () => {
    const long = 'word '.repeat(2_100);
    const bytes = Buffer.from(
      `a\r\n${long}é\n\n${'y'.repeat(9_999)}\r\nb\rc\r\r\n${'z'.repeat(10_001)}\nlast\r`,
    );
    const whole = split(bytes);
    expect(whole.map(({ length }) => length)).toEqual([1, 10_043, 0, 9_999, 4, 46, 4]);
    for (const size of [1, 7, 1_000, 9_999, 16_384]) {
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect([size, split(...chunks)]).toEqual([size, whole]);
    }
  });
});
