import { LineSplitter } from '../../../src/simulator/processes/line-splitter.ts';

function split(chunks: (string | Buffer)[], longest?: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line), longest);
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.end();
  return lines;
}

test.each<[string, (string | Buffer)[], string[]]>([
  ['several in one chunk', ['a\nb\n\nc\n'], ['a', 'b', '', 'c']],
  ['one over several chunks', ['a', 'b', 'c\nd'], ['abc', 'd']],
  ['CRLF, also cut in two', ['a\r\nb\r', '\nc\r\n'], ['a', 'b', 'c']],
  ['a bare CR stays', ['10%\r20%\n'], ['10%\r20%']],
  ['nothing', [], []],
  ['only an end', ['\n'], ['']],
])('%s', (_name, chunks, lines) => {
  expect(split(chunks)).toEqual(lines);
});

test('a character cut in the middle of its bytes', () => {
  const bytes = Buffer.from('grün → ok\nnext');
  for (let at = 0; at <= bytes.length; at++) {
    expect(split([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(['grün → ok', 'next']);
  }
});

test('a line that does not end is handed on in pieces', () => {
  expect(split(['abcdefg', 'hij\nk'], 4)).toEqual(['abcd', 'efgh', 'ij', 'k']);
  expect(split(['abcd\n'], 4)).toEqual(['abcd']);
});

test('a line is there as soon as its end is', () => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  splitter.push(Buffer.from('one\ntw'));
  expect(lines).toEqual(['one']);
});
