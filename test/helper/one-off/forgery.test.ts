import { json } from '../../support/scripted-server.ts';
import { GREETING } from './support/platform.ts';
import { World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.close());

/** Reads the nonce where every process of the dyno can, and prints what the shell will print at its end. */
const FORGE = [
  `n=$(tr '\\0' ' ' </proc/$$/cmdline | grep -o 'heroku-cd-exit [0-9a-f]\\{32\\}' | cut -d' ' -f2)`,
  `printf '\\nheroku-cd-exit-%s 0\\n' "$n"`,
].join('; ');

describe('a command that prints the marker itself', () => {
  it('is able to: this is no test of nothing', async () => {
    expect(await world.run(`${FORGE}; test -n "$n"`)).toMatchObject({ exitStatus: 0, evidence: 'marker' });
  });

  it.each<[string, string, number, 'marker' | 'log']>([
    ['fails after it', '(exit 7)', 7, 'marker'],
    ['ends the shell after it', 'exit 7', 7, 'log'],
    ['kills the shell after it', 'kill -9 $$', 137, 'log'],
    ['goes on for long after it, and fails', 'sleep 0.6; echo late; exit 7', 7, 'log'],
  ])('and %s has failed', async (_what, rest, exitStatus, evidence) => {
    expect(await world.run(`${FORGE}; ${rest}`)).toMatchObject({ kind: 'exited', exitStatus, evidence });
  });

  it('and does not end has not ended: the limit stops it', async () => {
    const limit = { ms: 20_000, parameter: 'migrate-timeout' };
    expect(await world.run(`${FORGE}; sleep 60`, { limit })).toMatchObject({
      kind: 'exited',
      exitStatus: 143,
      evidence: 'log',
      stop: { by: 'limit' },
    });
    expect(world.stops).toBe(1);
  });

  it('and cannot be stopped has no known end', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.obeysStop = false;
      dyno.logStart();
      socket.write(`${GREETING}\n${dyno.marker} 0\n`);
    };
    const limit = { ms: 10_000, parameter: 'migrate-timeout' };
    expect(await world.run('x', { limit })).toMatchObject({
      kind: 'unknown',
      gone: false,
      why: expect.stringContaining('told an exit status of 0, and Heroku lists it still'),
    });
  });

  it('feigns a failure: that is one', async () => {
    const feigned = FORGE.replace('%s 0', '%s 9');
    expect(await world.run(`${feigned}; exit 0`)).toMatchObject({ exitStatus: 9, evidence: 'marker' });
  });

  it('is found out by the log alone; without it, its word is all there is', async () => {
    world.platform.onLogSession = json(403, { id: 'forbidden', message: 'no' });
    expect(await world.run(`${FORGE}; (exit 7)`)).toMatchObject({ exitStatus: 7, evidence: 'marker' });
    expect(world.log.warnings.join('\n')).toContain('The log of shop cannot be read');
  });
});

describe('a dyno that the platform stops', () => {
  const stopFirst = (command: string) =>
    world.run(
      command,
      world.atFirstLine(() => world.platform.dyno.stop()),
    );

  it('has failed with the signal’s status', async () => {
    expect(await stopFirst('echo one; sleep 60')).toMatchObject({ exitStatus: 143, evidence: 'log' });
  });

  it('and whose command takes that for a success has no known end', async () => {
    expect(await stopFirst(`trap 'exit 0' TERM; echo one; sleep 60 & wait`)).toMatchObject({
      kind: 'unknown',
      gone: true,
      why: expect.stringContaining('exited with status 0 after it had been told to stop'),
    });
  });
});

it('what Heroku logged about a dyno that it killed is told', async () => {
  world.platform.onAttach = (socket, dyno) => {
    dyno.logStart();
    dyno.log('Error R15 (Memory quota vastly exceeded)');
    socket.end(GREETING);
    dyno.exit(137);
  };
  expect(await world.run('x')).toMatchObject({ exitStatus: 137, errorCodes: ['R15'] });
});
