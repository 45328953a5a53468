import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { groupIsAlive } from '../../../src/simulator/processes/process-group.ts';
import { NODE, Observed, useBench } from './bench.ts';

const bench = useBench();

describe('stop', () => {
  test('SIGTERM lets the process end in its own way', async () => {
    await writeFile(
      path.join(bench.directory, 'graceful.js'),
      `process.on('SIGTERM', () => setImmediate(() => { console.log('closed in order'); process.exit(0); }));
       setInterval(() => {}, 1000); console.log('ready');`,
    );
    // Behind another process: bash itself dies of SIGTERM at once, and must not take the rest with it.
    const dyno = new Observed(bench, `${NODE} graceful.js; true`);
    await dyno.untilLine('ready');
    await dyno.running.stop();
    expect(dyno.lines).toEqual(['ready', 'closed in order']);
    expect(dyno.running.state).toBe('down');
  });

  test('SIGKILL ends what ignores SIGTERM', async () => {
    const dyno = new Observed(bench, 'trap "echo not yet" TERM; echo ready; while :; do sleep 0.05; done');
    await dyno.untilLine('ready');
    const stopping = dyno.running.stop(150);
    await dyno.untilLine('not yet');
    expect(dyno.running.state).not.toBe('down');
    await stopping;
    expect((await dyno.running.exited).signal).toBe('SIGKILL');
    expect(dyno.running.state).toBe('down');
  });

  test('a second stop with less patience wins; a third with more does not', async () => {
    const dyno = new Observed(bench, 'trap "" TERM; echo ready; while :; do sleep 0.05; done');
    await dyno.untilLine('ready');
    await Promise.all([dyno.running.stop(), dyno.running.stop(0), dyno.running.stop(60_000)]);
    expect(dyno.running.state).toBe('down');
  });

  test('grandchildren go too, those that ignore SIGTERM included', async () => {
    const dyno = new Observed(
      bench,
      '(trap "" TERM; while :; do sleep 0.05; done) & (sleep 60 & sleep 60) & echo ready; wait',
    );
    await dyno.untilLine('ready');
    await dyno.running.stop(100);
    expect(groupIsAlive(dyno.running.pid)).toBe(false);
  });

  test('a first process that ends takes its background processes with it', async () => {
    const dyno = new Observed(bench, 'sleep 60 & echo started; exit 4');
    expect((await dyno.running.exited).code).toBe(4);
    expect(groupIsAlive(dyno.running.pid)).toBe(false);
    expect(dyno.lines).toEqual(['started']);
  });

  test('a daemon of another session that keeps the output open does not hold up the end', async () => {
    const dyno = new Observed(bench, 'setsid sh -c "echo \\$\\$; exec sleep 60" & wait -n; exit 0');
    await dyno.untilLine('');
    const daemon = Number(dyno.lines[0]);
    try {
      await dyno.running.stop();
      expect(dyno.running.state).toBe('down');
    } finally {
      process.kill(daemon, 'SIGKILL');
    }
  });

  test('stop right after start', async () => {
    const dyno = new Observed(bench, 'sleep 60');
    await dyno.running.stop();
    expect(dyno.running.state).toBe('down');
    expect(dyno.states).not.toContain('up');
  });
});

describe('the host', () => {
  test('close ends all, whatever they ignore, and starts no more', async () => {
    const dynos = Array.from(
      { length: 4 },
      () => new Observed(bench, 'trap "" TERM; echo ready; while :; do sleep 0.05; done'),
    );
    await Promise.all(dynos.map((dyno) => dyno.untilLine('ready')));
    await bench.host.close();
    expect(dynos.map((dyno) => dyno.running.state)).toEqual(['down', 'down', 'down', 'down']);
    expect(dynos.some((dyno) => groupIsAlive(dyno.running.pid))).toBe(false);
    expect(() => new Observed(bench, 'true')).toThrow('web.1 was not started: the process host is closed.');
  });

  test('a folder that is not there is an error of start', () => {
    expect(() => new Observed(bench, 'true', { directory: path.join(bench.directory, 'gone') })).toThrow(
      /web\.1 could not be/,
    );
  });

  test('free ports differ', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => bench.host.freePort()));
    expect(new Set(ports).size).toBe(50);
  });

  test('dynos die with this process, even when it throws', async () => {
    const script = path.join(bench.directory, 'dies.ts');
    const module = path.resolve(__dirname, '../../../src/simulator/processes/index.ts');
    await writeFile(
      script,
      `import { createProcessHost } from ${JSON.stringify(module)};
       const running = createProcessHost().start({
         name: 'web.1', command: 'trap "" TERM; echo ready; while :; do sleep 0.05; done', directory: '/',
         environment: {}, onState: () => {},
         onLine: () => { console.log(running.pid); throw new Error('a bug'); },
       });`,
    );
    const tsx = path.resolve(__dirname, '../../../node_modules/tsx/dist/cli.mjs');
    const child = spawn(process.execPath, [tsx, script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).not.toBe(0);
    expect(Number(output)).toBeGreaterThan(0);
    while (groupIsAlive(Number(output))) await setImmediate();
  });
});

test('a zombie is nobody', async () => {
  // The shell turns into a program that never waits for the child it has: dead, the child is not reaped.
  const parent = spawn('bash', ['-c', 'set -m; sleep 0.1 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    });
    while (!/\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8'))) await setImmediate();
    expect(groupIsAlive(pid)).toBe(false);
  } finally {
    parent.kill('SIGKILL');
  }
});
