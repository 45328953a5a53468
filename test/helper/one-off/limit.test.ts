import { TimedOut } from '../../../src/helper/time/wait.ts';
import { GREETING } from './support/platform.ts';
import { World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.close());

/** Passes in a moment. */
const LIMIT = { ms: 10_000, parameter: 'migrate-timeout' };
/** On a busy machine, too, it passes only after the dyno has started: 2 s of the machine's own time. */
const LIMIT_OF_A_STARTED_DYNO = { ...LIMIT, ms: 40_000 };

describe('the limit', () => {
  it('stops the dyno, learns its end, and names its parameter', async () => {
    const outcome = await world.run('echo one; sleep 60', { limit: LIMIT_OF_A_STARTED_DYNO });
    expect(outcome).toMatchObject({
      kind: 'exited',
      exitStatus: 143,
      evidence: 'log',
      stop: { by: 'limit' },
    });
    const error = 'stop' in outcome && outcome.stop?.by === 'limit' ? outcome.stop.error : undefined;
    expect(error).toBeInstanceOf(TimedOut);
    expect(error).toMatchObject({
      parameter: 'migrate-timeout',
      what: 'Waited 40 s for the command to end, in vain; then the dyno was stopped.',
      why: '`migrate-timeout` is the limit of this wait. It exited with status 143.',
    });
    expect(world.stops).toBe(1);
    expect(world.lines).toEqual(['one']);
  });

  it('says so when the end is not known', async () => {
    world.platform.onAttach = (socket, dyno) => {
      socket.write(GREETING);
      dyno.logStart();
      dyno.stop = () => dyno.vanish();
    };
    const outcome = await world.run('x', { limit: LIMIT_OF_A_STARTED_DYNO });
    expect(outcome).toMatchObject({
      kind: 'unknown',
      gone: true,
      stop: { by: 'limit', error: { why: expect.stringContaining('does not say with what status') } },
    });
  });

  it('holds for a dyno whose connection is lost, too', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      socket.end(GREETING);
    };
    const outcome = await world.run('x', { limit: LIMIT_OF_A_STARTED_DYNO });
    expect(outcome).toMatchObject({
      kind: 'exited',
      exitStatus: 143,
      evidence: 'log',
      stop: { by: 'limit' },
    });
  });

  it('holds for a dyno that nobody greets: nothing ran', async () => {
    world.platform.onAttach = () => undefined;
    const outcome = await world.run('x', { limit: LIMIT });
    expect(outcome).toMatchObject({
      kind: 'not-started',
      error: { parameter: 'migrate-timeout', why: expect.stringContaining('had not been started') },
    });
    expect(world.stops).toBe(1);
  });

  it('holds for the creation, too: what comes of it is stopped before it begins', async () => {
    const { server } = world.platform;
    server.on('POST /apps/shop/dynos', async (response, seen) => {
      await world.clock.sleep(LIMIT.ms + 5_000);
      return world.platform.create()(response, seen);
    });
    const outcome = await world.run('echo never', { limit: LIMIT });
    expect(outcome).toMatchObject({ kind: 'not-started', error: { parameter: 'migrate-timeout' } });
    expect(world.stops).toBe(1);
    expect(world.platform.received).toEqual([]);
  });
});

describe('the time to live', () => {
  it('ends a command with the status that the log has', async () => {
    const running = world.start(
      'echo one; sleep 60',
      world.atFirstLine(() => world.platform.dyno.kill('SIGKILL')),
    );
    expect(await running.outcome).toEqual({
      kind: 'exited',
      exitStatus: 137,
      evidence: 'log',
      dyno: world.platform.dyno.name,
    });
  });

  it('leaves its end unknown when the log has none', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      socket.write(GREETING, () => socket.destroy());
      dyno.log('Stopping all processes with SIGKILL');
      dyno.vanish();
    };
    expect(await world.run('x')).toMatchObject({ kind: 'unknown', gone: true });
  });
});
