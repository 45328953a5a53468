import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MODULE = join(__dirname, '../../../src/helper/edge/write-out.ts');
const BYTES = 20_000_000;

/** A process that writes 20 MB in lines and exits at once; on the other stream it says how much memory it took. */
const SCRIPT = `const { writeOut } = require(${JSON.stringify(MODULE)});
if (process.argv[1] === 'streams') process.stdout.on('error', () => undefined);
const before = process.memoryUsage().rss;
for (let line = 0; line < Number(process.argv[2]); line += 1) writeOut(1, 'é'.repeat(49) + '.\\n');
writeOut(2, String(process.memoryUsage().rss - before));
process.exit(7);`;

const start = (mode: string, lines = BYTES / 100) =>
  spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), '-e', SCRIPT, mode, String(lines)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });

test.each(['plain', 'streams'])(
  'everything arrives at a slow reader, and none of it is kept: %s',
  async (mode) => {
    const child = start(mode);
    let [bytes, told] = [0, ''];
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      // Meanwhile the pipe is full, and the process is waiting.
      child.stdout.pause();
      setImmediate(() => child.stdout.resume());
    });
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect([code, bytes]).toEqual([7, BYTES]);
    expect(Number(told)).toBeLessThan(BYTES);
  },
);

test('where nobody listens any more, the process goes on to its own end', async () => {
  const child = start('plain', 5_000);
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(7);
});

test.each([1, 1_000, 2_000, 90_000, 1_000_000])(
  'a text of %i characters of every width arrives as it is',
  async (length) => {
    const script = `const { writeOut } = require(${JSON.stringify(MODULE)});
for (const part of ['a', 'é€🚀', '\\n']) writeOut(1, part.repeat(${length}));`;
    const child = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), '-e', script]);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(child, 'close');
    const expected = ['a', 'é€🚀', '\n'].map((part) => part.repeat(length)).join('');
    expect(Buffer.concat(chunks).equals(Buffer.from(expected))).toBe(true);
  },
);
