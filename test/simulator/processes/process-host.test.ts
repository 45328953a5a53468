import { spawn } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type {
  ProcessHost,
  ProcessOptions,
  ProcessState,
  RunningProcess,
} from '../../../src/simulator/parts.ts';
import { createProcessHost } from '../../../src/simulator/processes/index.ts';
import { groupIsAlive } from '../../../src/simulator/processes/process-group.ts';

let directory: string;
let host: ProcessHost;
beforeEach(async () => {
  directory = await realpath(await mkdtemp(path.join(tmpdir(), 'process-host-')));
  host = createProcessHost();
});
afterEach(async () => {
  await host.close();
  await rm(directory, { recursive: true });
});

/** A started process with all that it reported, and a way to wait for a report. */
class Observed {
  readonly states: ProcessState[] = [];
  readonly lines: string[] = [];
  readonly running: RunningProcess;
  private changed = () => {};

  constructor(command: string, options: Partial<ProcessOptions> = {}) {
    this.running = host.start({
      name: 'web.1',
      command,
      directory,
      environment: {},
      onState: (state) => {
        this.states.push(state);
        this.changed();
      },
      onLine: (line) => {
        this.lines.push(line);
        this.changed();
      },
      ...options,
    });
  }

  async until(met: () => boolean): Promise<void> {
    while (!met()) await new Promise<void>((resolve) => (this.changed = resolve));
  }

  untilState(state: ProcessState): Promise<void> {
    return this.until(() => this.states.includes(state));
  }

  untilLine(text: string): Promise<void> {
    return this.until(() => this.lines.some((line) => line.includes(text)));
  }
}

const NODE = JSON.stringify(process.execPath);
const SERVER = `
  const server = require('node:http').createServer((q, r) => r.end('hello'));
  server.listen(process.env.PORT, '127.0.0.1');
`;

describe('states', () => {
  test('starting, up, down; told after start has returned', async () => {
    const dyno = new Observed('sleep 60');
    expect(dyno.states).toEqual([]);
    expect(dyno.running.state).toBe('starting');
    await dyno.untilState('up');
    await dyno.running.stop();
    expect(dyno.states).toEqual(['starting', 'up', 'down']);
    expect(dyno.running.state).toBe('down');
  });

  test('a crash: status and last words come before the state', async () => {
    const dyno = new Observed('echo "cannot start" >&2; exit 3');
    expect(await dyno.running.exited).toEqual({ code: 3, signal: null });
    expect(dyno.states.at(-1)).toBe('crashed');
    expect(dyno.lines).toEqual(['cannot start']);
    await dyno.running.stop();
    expect(dyno.running.state).toBe('crashed');
  });

  test('an end with status 0 is a crash too: a dyno is to run', async () => {
    const dyno = new Observed('true');
    expect(await dyno.running.exited).toEqual({ code: 0, signal: null });
    expect(dyno.running.state).toBe('crashed');
  });

  test('a command that does not exist', async () => {
    const dyno = new Observed('no-such-program --now');
    expect((await dyno.running.exited).code).toBe(127);
    expect(dyno.lines.join()).toContain('no-such-program: command not found');
  });

  test('killed from outside', async () => {
    const dyno = new Observed('exec sleep 60');
    await dyno.untilState('up');
    process.kill(dyno.running.pid, 'SIGKILL');
    expect(await dyno.running.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(dyno.running.state).toBe('crashed');
  });

  test('a web process is up when it listens', async () => {
    const port = await host.freePort();
    await writeFile(path.join(directory, 'server.js'), SERVER);
    const dyno = new Observed(`sleep 0.05; exec ${NODE} server.js`, { port });
    await dyno.untilState('up');
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello');
  });

  test('a web process that never listens never comes up', async () => {
    const port = await host.freePort();
    const dyno = new Observed('echo ready; sleep 60', { port });
    await dyno.untilLine('ready');
    expect(dyno.running.state).toBe('starting');
    await dyno.running.stop();
    expect(dyno.states).toEqual(['starting', 'down']);
  });

  test('the start delay holds back a process that listens already', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const dyno = new Observed('sleep 60', { port, startDelayMs: 60_000 });
    const quick = new Observed('sleep 60', { port });
    await quick.untilState('up');
    expect(dyno.running.state).toBe('starting');
    await dyno.running.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  test('a crash while starting is never up', async () => {
    const dyno = new Observed('exit 1', { startDelayMs: 60_000 });
    await dyno.running.exited;
    expect(dyno.states).toEqual(['starting', 'crashed']);
  });
});

describe('what the process gets', () => {
  test('exactly the environment it is given, and PATH, HOME and PORT', async () => {
    process.env.LEAKED_FROM_THE_HOST = 'secret';
    try {
      const port = await host.freePort();
      const dyno = new Observed('env -0 | tr "\\n\\0" " \\n"', {
        port,
        environment: { A: 'x y', MULTI: '1\n2' },
      });
      await dyno.running.exited;
      // These three are bash's own.
      const given = dyno.lines.filter((line) => !/^(PWD|SHLVL|_)=/.test(line)).sort();
      expect(given).toEqual(
        ['A=x y', 'MULTI=1 2', `HOME=${directory}`, `PATH=${process.env.PATH}`, `PORT=${port}`].sort(),
      );
    } finally {
      delete process.env.LEAKED_FROM_THE_HOST;
    }
  });

  test('PATH and HOME can be given; PORT is the platform’s', async () => {
    const environment = { PATH: `/custom:${process.env.PATH}`, HOME: '/app', PORT: '1' };
    const dyno = new Observed('echo "$HOME $PORT ${PATH%%:*}"', { port: 4321, environment });
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['/app 4321 /custom']);
  });

  test('no start-up files of bash', async () => {
    await writeFile(path.join(directory, '.bashrc'), 'echo from bashrc\n');
    await writeFile(path.join(directory, '.profile'), 'echo from profile\n');
    const dyno = new Observed('echo only this; pwd');
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['only this', directory]);
  });

  test('nothing on stdin', async () => {
    const dyno = new Observed('cat; echo "end of input"');
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['end of input']);
  });

  test('bash’s own syntax, over several lines', async () => {
    const dyno = new Observed('set -o pipefail\nfor i in 1 2; do echo "$i"; done | tac && echo {a,b}');
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['2', '1', 'a b']);
  });

  test('stdout and stderr keep their order; a last line needs no end', async () => {
    const dyno = new Observed('for i in 1 2 3; do echo "out $i"; echo "err $i" >&2; done; printf last');
    await dyno.running.exited;
    expect(dyno.lines).toEqual(['out 1', 'err 1', 'out 2', 'err 2', 'out 3', 'err 3', 'last']);
  });

  test('much output arrives whole', async () => {
    const dyno = new Observed('seq 1 50000');
    await dyno.running.exited;
    expect(dyno.lines).toHaveLength(50_000);
    expect(dyno.lines.at(-1)).toBe('50000');
  });
});

describe('stop', () => {
  test('SIGTERM lets the process end in its own way', async () => {
    await writeFile(
      path.join(directory, 'graceful.js'),
      `process.on('SIGTERM', () => setImmediate(() => { console.log('closed in order'); process.exit(0); }));
       setInterval(() => {}, 1000); console.log('ready');`,
    );
    // Behind another process: bash itself dies of SIGTERM at once, and must not take the rest with it.
    const dyno = new Observed(`${NODE} graceful.js; true`);
    await dyno.untilLine('ready');
    await dyno.running.stop();
    expect(dyno.lines).toEqual(['ready', 'closed in order']);
    expect(dyno.running.state).toBe('down');
  });

  test('SIGKILL ends what ignores SIGTERM', async () => {
    const dyno = new Observed('trap "echo not yet" TERM; echo ready; while :; do sleep 0.05; done');
    await dyno.untilLine('ready');
    const stopping = dyno.running.stop(150);
    await dyno.untilLine('not yet');
    expect(dyno.running.state).not.toBe('down');
    await stopping;
    expect((await dyno.running.exited).signal).toBe('SIGKILL');
    expect(dyno.running.state).toBe('down');
  });

  test('a second stop with less patience wins; a third with more does not', async () => {
    const dyno = new Observed('trap "" TERM; echo ready; while :; do sleep 0.05; done');
    await dyno.untilLine('ready');
    await Promise.all([dyno.running.stop(), dyno.running.stop(0), dyno.running.stop(60_000)]);
    expect(dyno.running.state).toBe('down');
  });

  test('grandchildren go too, those that ignore SIGTERM included', async () => {
    const dyno = new Observed(
      '(trap "" TERM; while :; do sleep 0.05; done) & (sleep 60 & sleep 60) & echo ready; wait',
    );
    await dyno.untilLine('ready');
    await dyno.running.stop(100);
    expect(groupIsAlive(dyno.running.pid)).toBe(false);
  });

  test('a first process that ends takes its background processes with it', async () => {
    const dyno = new Observed('sleep 60 & echo started; exit 4');
    expect((await dyno.running.exited).code).toBe(4);
    expect(groupIsAlive(dyno.running.pid)).toBe(false);
    expect(dyno.lines).toEqual(['started']);
  });

  test('a daemon of another session that keeps the output open does not hold up the end', async () => {
    const dyno = new Observed('setsid sh -c "echo \\$\\$; exec sleep 60" & wait -n; exit 0');
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
    const dyno = new Observed('sleep 60');
    await dyno.running.stop();
    expect(dyno.running.state).toBe('down');
    expect(dyno.states).not.toContain('up');
  });
});

describe('the host', () => {
  test('close ends all, whatever they ignore, and starts no more', async () => {
    const dynos = Array.from(
      { length: 4 },
      () => new Observed('trap "" TERM; echo ready; while :; do sleep 0.05; done'),
    );
    await Promise.all(dynos.map((dyno) => dyno.untilLine('ready')));
    await host.close();
    expect(dynos.map((dyno) => dyno.running.state)).toEqual(['down', 'down', 'down', 'down']);
    expect(dynos.some((dyno) => groupIsAlive(dyno.running.pid))).toBe(false);
    expect(() => new Observed('true')).toThrow('web.1 was not started: the process host is closed.');
  });

  test('a folder that is not there is an error of start', () => {
    expect(() => new Observed('true', { directory: path.join(directory, 'gone') })).toThrow(
      /web\.1 could not be/,
    );
  });

  test('free ports differ', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => host.freePort()));
    expect(new Set(ports).size).toBe(50);
  });

  test('dynos die with this process, even when it throws', async () => {
    const script = path.join(directory, 'dies.ts');
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
