import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareNode, peakMemoryOf, timeOf, type Command } from '../../../scripts/lib/bench/child.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heroku-cd-child-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const node = (script: string): Command => ({
  ...bareNode({ cwd: folder, environment: { PATH: process.env['PATH'] } }),
  args: ['-e', script],
});

describe('a measured program', () => {
  it('takes time', async () => {
    expect(await timeOf(node('0'))).toBeGreaterThan(0);
  });

  it.each([
    [
      'fails',
      'console.log("out"); console.error("err"); process.exit(3)',
      /ended with 3, .*\n(out\nerr|err\nout)/,
    ],
    ['is killed', 'process.kill(process.pid, "SIGKILL")', /ended with SIGKILL/],
  ])('is no measure when it %s', async (_how, script, message) => {
    await expect(timeOf(node(script))).rejects.toThrow(message);
    await expect(peakMemoryOf(node(script), folder)).rejects.toThrow(/ended with/);
  });

  it('is no measure when it is not there', async () => {
    await expect(timeOf({ ...node('0'), program: join(folder, 'none') })).rejects.toThrow('ENOENT');
  });

  it('shows the memory that it had at most, even when it ends itself and has given it back', async () => {
    const bare = await peakMemoryOf(node('0'), folder);
    const script = 'let all = Buffer.alloc(2e8, 1); all = undefined; setTimeout(() => process.exit(0), 10)';
    expect(await peakMemoryOf(node(script), folder)).toBeGreaterThan(bare + 1.5e5);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('does not show the memory of the process that started it', async () => {
    const ballast = Buffer.alloc(3e8, 1);
    expect(await peakMemoryOf(node('0'), folder)).toBeLessThan(2e5);
    expect(ballast).toHaveLength(3e8);
  });
});
