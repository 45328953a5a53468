import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LineSplitter } from '../../../src/helper/heroku/lines.ts';

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
