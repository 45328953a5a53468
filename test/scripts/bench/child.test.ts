import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bareNode,
  costOf,
  costOfAll,
  leastCost,
  peakMemoryOf,
  RUNS,
  type Command,
} from '../../../scripts/lib/bench/child.ts';

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
  it('takes time, on the clock and on the processors', async () => {
    const { time, cpu } = await costOf(node('0'), folder);
    expect(time).toBeGreaterThan(0);
    expect(cpu).toBeGreaterThan(0);
  });

  it('costs what the programs cost that it starts', async () => {
    const work = 'for (let n = 0; n < 3e8; n += 1);';
    const script = `require("child_process").execFileSync(process.execPath, ["-e", "${work}"])`;
    const [bare, busy] = [await costOf(node('0'), folder), await costOf(node(script), folder)];
    expect(busy.cpu).toBeGreaterThan(2 * bare.cpu);
  });

  it('keeps its arguments, whatever is in them', async () => {
    const odd = `it's "odd" $(touch pwned) \\ *`;
    const script = `if (process.argv[1] !== ${JSON.stringify(odd)}) process.exit(9)`;
    const command = { ...node(script), args: ['-e', script, odd] };
    await costOf(command, folder);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  it.each([
    ['fails', 'console.log("out"); console.error("err"); process.exit(3)', /ended with 3, .*\nout\nerr/],
    ['is killed', 'process.kill(process.pid, "SIGKILL")', /ended with 137/],
  ])('is no measure when it %s', async (_how, script, message) => {
    await expect(costOf(node(script), folder)).rejects.toThrow(message);
    await expect(peakMemoryOf(node(script), folder)).rejects.toThrow(/ended with/);
  });

  it('is no measure when it is not there', async () => {
    const missing = { ...node('0'), program: join(folder, 'none') };
    await expect(costOf(missing, folder)).rejects.toThrow(/ended with 127/);
  });

  it('may say what nobody reads', async () => {
    const silent = {
      ...node('process.stdout.write("out"); console.error("err"); process.exit(3)'),
      silent: true,
    };
    await expect(costOf(silent, folder)).rejects.toThrow(/ended with 3, and said:\nerr/);
  });

  it('costs what all cost that run one after the other', async () => {
    const sleep: Command = { ...node(''), program: 'sleep', args: ['0.1'] };
    expect((await costOfAll([sleep, sleep], folder)).time).toBeGreaterThanOrEqual(200);
    await expect(costOfAll([node('process.exit(4)'), sleep], folder)).rejects.toThrow(/ended with 4/);
  });

  it('costs the least that it cost in some runs', async () => {
    const runs: number[] = [];
    const least = await leastCost((run) => {
      runs.push(run);
      return Promise.resolve({ time: 10 - run, cpu: 5 + run });
    });
    expect(runs).toHaveLength(RUNS);
    expect(least).toEqual({ time: 10 - (RUNS - 1), cpu: 5 });
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
