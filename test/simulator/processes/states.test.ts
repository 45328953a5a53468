import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { NODE, Observed, useBench } from './bench.ts';

const bench = useBench();

const SERVER = `
  const server = require('node:http').createServer((q, r) => r.end('hello'));
  server.listen(process.env.PORT, '127.0.0.1');
`;

describe('states', () => {
  test('starting, up, down; told after start has returned', async () => {
    const dyno = new Observed(bench, 'sleep 60');
    expect(dyno.states).toEqual([]);
    expect(dyno.running.state).toBe('starting');
    await dyno.untilState('up');
    await dyno.running.stop();
    expect(dyno.states).toEqual(['starting', 'up', 'down']);
    expect(dyno.running.state).toBe('down');
  });

  test('a crash: status and last words come before the state', async () => {
    const dyno = new Observed(bench, 'echo "cannot start" >&2; exit 3');
    expect(await dyno.running.exited).toEqual({ code: 3, signal: null });
    expect(dyno.states.at(-1)).toBe('crashed');
    expect(dyno.lines).toEqual(['cannot start']);
    await dyno.running.stop();
    expect(dyno.running.state).toBe('crashed');
  });

  test('an end with status 0 is a crash too: a dyno is to run', async () => {
    const dyno = new Observed(bench, 'true');
    expect(await dyno.running.exited).toEqual({ code: 0, signal: null });
    expect(dyno.running.state).toBe('crashed');
  });

  test('a command that does not exist', async () => {
    const dyno = new Observed(bench, 'no-such-program --now');
    expect((await dyno.running.exited).code).toBe(127);
    expect(dyno.lines.join()).toContain('no-such-program: command not found');
  });

  test('killed from outside', async () => {
    const dyno = new Observed(bench, 'exec sleep 60');
    await dyno.untilState('up');
    process.kill(dyno.running.pid, 'SIGKILL');
    expect(await dyno.running.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(dyno.running.state).toBe('crashed');
  });

  test('a web process is up when it listens', async () => {
    const port = await bench.host.freePort();
    await writeFile(path.join(bench.directory, 'server.js'), SERVER);
    const dyno = new Observed(bench, `sleep 0.05; exec ${NODE} server.js`, { port });
    await dyno.untilState('up');
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello');
  });

  test('a web process that never listens never comes up', async () => {
    const port = await bench.host.freePort();
    const dyno = new Observed(bench, 'echo ready; sleep 60', { port });
    await dyno.untilLine('ready');
    expect(dyno.running.state).toBe('starting');
    await dyno.running.stop();
    expect(dyno.states).toEqual(['starting', 'down']);
  });

  test('the start delay holds back a process that listens already', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const dyno = new Observed(bench, 'sleep 60', { port, startDelayMs: 60_000 });
    const quick = new Observed(bench, 'sleep 60', { port });
    await quick.untilState('up');
    expect(dyno.running.state).toBe('starting');
    await dyno.running.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  test('a crash while starting is never up', async () => {
    const dyno = new Observed(bench, 'exit 1', { startDelayMs: 60_000 });
    await dyno.running.exited;
    expect(dyno.states).toEqual(['starting', 'crashed']);
  });
});
