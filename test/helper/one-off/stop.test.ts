import { Interrupted } from '../../../src/helper/errors.ts';
import { after, json, text } from '../../support/scripted-server.ts';
import { GREETING } from './support/platform.ts';
import { World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.close());

describe('a signal', () => {
  const reason = new Interrupted('SIGTERM');

  it('stops the dyno and learns its end', async () => {
    const outcome = await world.run(
      'echo one; sleep 60',
      world.atFirstLine(() => world.stop.abort(reason)),
    );
    expect(outcome).toEqual({
      kind: 'exited',
      exitStatus: 143,
      evidence: 'log',
      dyno: world.platform.dyno.name,
      stop: { by: 'signal', reason },
    });
    expect(world.stops).toBe(1);
  });

  it('lets a command that is just done be done: its own word counts', async () => {
    const outcome = await world.run(
      `trap 'echo finishing; told=1' TERM; echo one; until [ "$told" ]; do sleep 0.02; done; echo two`,
      world.atFirstLine(() => world.stop.abort(reason)),
    );
    expect(outcome).toMatchObject({
      kind: 'exited',
      exitStatus: 0,
      evidence: 'marker',
      stop: { by: 'signal' },
    });
    // bash may mention the sleep that was killed, too.
    expect(world.lines.filter((line) => line !== 'Terminated')).toEqual(['one', 'finishing', 'two']);
  });

  it('makes a success by the log alone uncertain', async () => {
    const outcome = await world.run(
      `trap 'exit 0' TERM; echo one; sleep 60 & wait`,
      world.atFirstLine(() => world.stop.abort(reason)),
    );
    expect(outcome).toMatchObject({
      kind: 'unknown',
      gone: true,
      stop: { by: 'signal' },
      why: expect.stringContaining('exited with status 0 after it had been told to stop'),
    });
  });

  it('before anything was done does nothing', async () => {
    world.stop.abort(reason);
    expect(await world.run('echo never')).toMatchObject({ kind: 'not-started', error: reason });
    expect(world.creations).toBe(0);
  });

  it.each(['GET /apps/shop', 'POST /apps/shop/log-sessions'])('during %s creates nothing', async (route) => {
    const reply = route.startsWith('GET') ? json(200, {}) : json(201, {});
    world.platform.server.on(
      route,
      after(() => world.stop.abort(reason), reply),
    );
    expect(await world.run('echo never')).toMatchObject({ kind: 'not-started', error: reason });
    expect(world.creations).toBe(0);
  });

  it('during the creation stops what comes of it: nothing ran', async () => {
    world.platform.server.on(
      'POST /apps/shop/dynos',
      after(() => world.stop.abort(reason), world.platform.create()),
    );
    expect(await world.run('echo never')).toMatchObject({ kind: 'not-started', error: reason });
    expect([world.creations, world.stops]).toEqual([1, 1]);
    expect(world.platform.received).toEqual([]);
  });

  it('between two tries of the creation ends it', async () => {
    const conflict = json(409, { id: 'conflict', message: 'No release' });
    world.platform.server.on(
      'POST /apps/shop/dynos',
      after(() => setImmediate(() => world.stop.abort(reason)), conflict),
    );
    expect(await world.run('echo never')).toMatchObject({ kind: 'not-started' });
    expect(world.creations).toBeLessThan(5);
  });

  it('after the end changes nothing', async () => {
    const outcome = await world.run('echo one');
    world.stop.abort(reason);
    expect(outcome).toMatchObject({ kind: 'exited', exitStatus: 0 });
    expect('stop' in outcome).toBe(false);
    expect(world.stops).toBe(0);
  });
});

describe('stop()', () => {
  it('stops the dyno and gives its end', async () => {
    const running = world.start(
      'echo one; sleep 60',
      world.atFirstLine(() => void running.stop()),
    );
    const outcome = await running.outcome;
    expect(outcome).toMatchObject({
      kind: 'exited',
      exitStatus: 143,
      evidence: 'log',
      stop: { by: 'caller' },
    });
    expect(await running.stop()).toBe(outcome);
    expect(world.stops).toBe(1);
  });

  it('before the dyno exists prevents it', async () => {
    expect(await world.start('echo never').stop()).toMatchObject({ kind: 'not-started' });
    expect(world.creations).toBe(0);
  });

  it('is repeated while the dyno does not go, and ends all the same', async () => {
    const running = world.start(
      'echo one; sleep 60',
      world.atFirstLine(() => {
        world.platform.dyno.obeysStop = false;
        void running.stop();
      }),
    );
    expect(await running.outcome).toMatchObject({
      kind: 'unknown',
      gone: false,
      why: expect.stringContaining('it may be running'),
    });
    expect(world.stops).toBe(2);
  });

  it('waits for a dyno that ends by itself though it cannot be stopped', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      world.platform.server.on(
        `POST /apps/shop/dynos/${dyno.name}/actions/stop`,
        after(
          () => {
            socket.end(`\n${dyno.marker} 0\n`);
            dyno.exit(0);
          },
          json(403, { id: 'forbidden', message: 'no' }),
        ),
      );
      socket.write(`${GREETING}one\n`);
    };
    const running = world.start(
      'x',
      world.atFirstLine(() => void running.stop()),
    );
    expect(await running.outcome).toMatchObject({ kind: 'exited', exitStatus: 0, evidence: 'marker' });
    expect(world.log.warnings.join('\n')).toContain('could not be stopped');
  });

  it('finds the dyno gone already', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      socket.write(GREETING);
      dyno.stop = () => undefined;
      world.platform.server.on(
        `POST /apps/shop/dynos/${dyno.name}/actions/stop`,
        after(
          () => {
            socket.end(`out\n\n${dyno.marker} 0\n`);
            dyno.exit(0);
          },
          json(404, { id: 'not_found', message: "Couldn't find that dyno.", resource: 'dyno' }),
        ),
      );
      socket.write('one\n');
    };
    const running = world.start(
      'x',
      world.atFirstLine(() => void running.stop()),
    );
    expect(await running.outcome).toMatchObject({ kind: 'exited', exitStatus: 0, evidence: 'marker' });
  });

  it('takes an answer without a body for an answer', async () => {
    world.platform.onAttach = async (socket, dyno) => {
      world.platform.server.on(
        `POST /apps/shop/dynos/${dyno.name}/actions/stop`,
        after(() => dyno.kill('SIGTERM'), text(202, '')),
      );
      socket.write(GREETING);
      await dyno.run(socket);
    };
    const running = world.start(
      'echo one; sleep 60',
      world.atFirstLine(() => void running.stop()),
    );
    expect(await running.outcome).toMatchObject({ exitStatus: 143, stop: { by: 'caller' } });
    expect(world.stops).toBe(1);
  });
});
