import { PushOutput } from '../../../src/helper/git/push-output.ts';

const STDERR = [
  'Enumerating objects: 4, done.',
  'Counting objects:  50% (2/4)\rCounting objects: 100% (4/4)\rCounting objects: 100% (4/4), done.',
  'Total 4 (delta 0), reused 0 (delta 0), pack-reused 0',
  'remote: -----> Käse found        ',
  'remote:        indented \t ',
  'remote: ',
  'remote: fetching 10%        \rremote: fetching 100%        \rremote: fetching 100%, done.        ',
  'remote:        Released v12        ',
  'error: something of git’s own',
  '',
].join('\n');

const STDOUT = 'To https://git.heroku.com/app.git\n*\tabc:refs/heads/main\t[new branch]\nDone\n';

function read(
  stderr: Buffer[],
  stdout: Buffer[] = [],
  branch = 'main',
): { output: PushOutput; lines: string[] } {
  const lines: string[] = [];
  const output = new PushOutput(branch, (line) => lines.push(line));
  for (const chunk of stderr) output.stderr(chunk);
  for (const chunk of stdout) output.stdout(chunk);
  output.end();
  return { output, lines };
}

function split(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

test.each([1, 2, 3, 7, 64, 100_000])('reads the same from chunks of %d bytes', (size) => {
  const { output, lines } = read(split(STDERR, size), split(STDOUT, size));
  expect(lines).toEqual([
    '-----> Käse found',
    '       indented',
    '',
    'fetching 100%, done.',
    '       Released v12',
  ]);
  expect(output).toMatchObject({
    releasedVersion: 12,
    packBegun: true,
    status: { flag: '*', summary: '[new branch]' },
    ownLines: ['error: something of git’s own'],
    remoteLines: lines,
  });
});

test('a line is told when it ends, not when the push does', () => {
  const lines: string[] = [];
  const output = new PushOutput('main', (line) => lines.push(line));
  output.stderr(Buffer.from('remote: one\nremote: tw'));
  expect(lines).toEqual(['one']);
  output.stderr(Buffer.from('o\n'));
  expect(lines).toEqual(['one', 'two']);
});

test('Windows line ends and a last line without an end', () => {
  expect(read([Buffer.from('remote: one\r\nremote: two')]).lines).toEqual(['one', 'two']);
});

test('progress that was never ended is told at the end', () => {
  expect(read([Buffer.from('remote: 10%\rremote: 20%\r')]).lines).toEqual(['20%']);
});

test('the server cannot pass its words off as git’s own, or as a status', () => {
  const { output } = read([
    Buffer.from('remote: fatal: unable to access \nremote: *\ta:refs/heads/main\t[new branch]\n'),
  ]);
  expect(output.ownLines).toEqual([]);
  expect(output.status).toBeUndefined();
  expect(output.packBegun).toBe(false);
});

test('the status of another branch is not ours', () => {
  expect(read([], [Buffer.from(STDOUT)], 'master').output.status).toBeUndefined();
});

test('a server that never ends its line does not fill the memory', () => {
  const { lines } = read([Buffer.from('remote: ' + 'x'.repeat(1_000_000)), Buffer.from('y\n')]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(1_000_000);
  expect(lines.length).toBeGreaterThan(0);
});

test('a long build log is not kept whole', () => {
  const log = Array.from({ length: 5_000 }, (_, i) => `remote: line ${i}\n`).join('');
  const { output, lines } = read([Buffer.from(log)]);
  expect(lines).toHaveLength(5_000);
  expect(output.remoteLines).toHaveLength(100);
  expect(output.remoteLines.at(-1)).toBe('line 4999');
});
