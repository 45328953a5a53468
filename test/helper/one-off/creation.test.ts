import { createClock } from '../../../src/helper/time/time-lapse.ts';
import {
  after,
  beforeBody,
  json,
  PAGE,
  type Reply,
  reset,
  resetWithin,
  stall,
  text,
} from '../../support/scripted-server.ts';
import { World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.create();
  // Nearly every test waits until Heroku cannot be working on a lost request any more.
  world.clock = createClock(60);
});
afterEach(() => world.close());

const route = 'POST /apps/shop/dynos';
const exited = { kind: 'exited', exitStatus: 0, evidence: 'marker' };

/** Creates the dyno and answers with something that is no help. */
const lostAfter = (reply: Reply): Reply => world.platform.create(() => reply);

/** No dyno is left, and each dyno was started at most once. */
function expectTidy(): void {
  for (const dyno of world.platform.created) {
    const starts = world.platform.history.filter((line) => line.includes(`[${dyno.name}]: Starting process`));
    expect(starts.length).toBeLessThanOrEqual(1);
  }
}

const stopsOf = (name: string): number =>
  world.platform.server.to(`POST /apps/shop/dynos/${name}/actions/stop`).length;

describe('a creation whose answer is lost', () => {
  it.each<[string, Reply]>([
    ['reset', reset],
    ['reset within the answer', resetWithin(201, '{"id":"x"}')],
    ['500', json(500, { id: 'internal', message: 'oops' })],
    ['503 with a page', text(503, PAGE)],
    ['garbage', text(201, '{"id":')],
    ['another shape', json(201, { surprise: true })],
    ['no attach URL', json(201, { id: 'x', name: 'run.1', attach_url: null })],
  ])('after it was carried out is found, stopped and only then repeated: %s', async (_fault, reply) => {
    world.platform.server.on(route, lostAfter(reply), world.platform.create());
    const outcome = await world.run('echo once');
    expect(outcome).toMatchObject(exited);
    expect(world.lines).toEqual(['once']);
    const [first, second] = world.platform.created;
    expect(world.platform.created).toHaveLength(2);
    expect(stopsOf(first?.name ?? '')).toBe(1);
    expect(first?.command).toBe(second?.command);
    const { routes } = world.platform.server;
    const stopped = routes.indexOf(`POST /apps/shop/dynos/${first?.name}/actions/stop`);
    expect(routes.lastIndexOf(route)).toBeGreaterThan(stopped);
    expectTidy();
  });

  it('is found though nothing is answered for as long as a request may take', async () => {
    world.requestTimeoutMs = 300;
    world.platform.server.on(route, lostAfter(stall), world.platform.create());
    expect(await world.run('echo once')).toMatchObject(exited);
    expect(world.platform.created).toHaveLength(2);
    expectTidy();
  });

  it('before it was carried out is repeated when it is certain that nothing came of it', async () => {
    world.platform.server.on(route, beforeBody(reset), world.platform.create());
    expect(await world.run('echo once')).toMatchObject(exited);
    expect(world.creations + world.platform.created.length).toBeGreaterThanOrEqual(2);
    expect(world.platform.created).toHaveLength(1);
    // Looked for until Heroku cannot be working on it any more.
    expect(world.platform.server.to('GET /apps/shop/dynos').length).toBe(5);
  });

  it('is found when it is carried out late', async () => {
    let late: (() => void) | undefined;
    world.platform.server.on(
      route,
      (response, seen) => {
        late = () => void world.platform.add(JSON.parse(seen.body.toString()) as Record<string, unknown>);
        return reset(response, seen);
      },
      world.platform.create(),
    );
    const list = world.platform.listDynos();
    let looks = 0;
    world.platform.server.on('GET /apps/shop/dynos', (response, seen) => {
      looks += 1;
      if (looks === 3) late?.();
      return list(response, seen);
    });
    expect(await world.run('echo once')).toMatchObject(exited);
    expect(world.platform.created).toHaveLength(2);
    expectTidy();
  });

  it('is not mistaken for a dyno of somebody else', async () => {
    const other = world.platform.add({ command: 'echo once', type: 'run' });
    world.platform.server.on(route, beforeBody(reset), world.platform.create());
    expect(await world.run('echo once')).toMatchObject(exited);
    expect(stopsOf(other.name)).toBe(0);
  });

  it('leaves the end unknown when its dyno had begun the command', async () => {
    world.platform.server.on(
      route,
      world.platform.create(() => after(() => world.platform.dyno.logStart(), reset)),
    );
    const outcome = await world.run('echo twice?');
    expect(outcome).toMatchObject({
      kind: 'unknown',
      dyno: world.platform.dyno.name,
      gone: true,
      why: expect.stringMatching(/says that the command was started, and it exited with status 143/),
    });
    expect(world.creations).toBe(1);
  });

  it('leaves the end unknown when its dyno has come, begun the command, and gone', async () => {
    world.platform.server.on(
      route,
      world.platform.create(() =>
        after(() => {
          world.platform.dyno.logStart();
          world.platform.dyno.exit(0);
        }, reset),
      ),
    );
    const outcome = await world.run('echo twice?');
    expect(outcome).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('the command was started'),
    });
    expect(world.creations).toBe(1);
  });

  it.each([true, false])('leaves the end unknown for a command of several lines, too: %s', async (events) => {
    world.platform.serverSentEvents = events;
    world.platform.server.on(
      route,
      world.platform.create(() =>
        after(() => {
          world.platform.dyno.logStart();
          world.platform.dyno.exit(0);
        }, reset),
      ),
    );
    expect(await world.run('echo twice?\necho no')).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('the command was started'),
    });
    expect(world.creations).toBe(1);
  });

  it('is not repeated where its command is too long for the log to prove anything', async () => {
    world.platform.server.on(route, beforeBody(reset));
    expect(await world.run(`echo twice? ${'x'.repeat(10_000)}`)).toMatchObject({
      kind: 'unknown',
      dyno: undefined,
      why: expect.stringContaining('cannot be proven'),
    });
    expect(world.creations).toBeLessThan(2);
  });

  it('is not repeated without the whole log, for then nothing proves that nothing ran', async () => {
    world.platform.onLogSession = json(403, { id: 'forbidden', message: 'no' });
    world.platform.server.on(route, lostAfter(reset), world.platform.create());
    const outcome = await world.run('echo twice?');
    expect(outcome).toMatchObject({
      kind: 'unknown',
      gone: true,
      why: expect.stringContaining('cannot be proven'),
    });
    expect(world.creations).toBe(1);
    expect(stopsOf(world.platform.dyno.name)).toBe(1);
  });

  it.each<[string, () => void]>([
    ['the log broke off', () => world.platform.cutLogs()],
    [
      'the log lost lines',
      () =>
        world.platform.writeLog(
          'heroku',
          'logplex',
          'Error L11 (Tail buffer overflow) -> This tail session dropped 1101 messages since 2011.',
        ),
    ],
  ])('is not repeated when %s meanwhile', async (_what, happen) => {
    world.platform.server.on(
      route,
      world.platform.create(() => after(happen, reset)),
      world.platform.create(),
    );
    expect(await world.run('echo twice?')).toMatchObject({ kind: 'unknown' });
    expect(world.creations).toBe(1);
  });

  it('is not repeated when its dyno does not stop', async () => {
    world.platform.server.on(
      route,
      world.platform.create(() =>
        after(() => {
          world.platform.dyno.obeysStop = false;
        }, reset),
      ),
      world.platform.create(),
    );
    expect(await world.run('echo twice?')).toMatchObject({
      kind: 'unknown',
      gone: false,
      dyno: world.platform.dyno.name,
      why: expect.stringContaining('did not stop'),
    });
    expect(world.creations).toBe(1);
  });

  it('is not repeated when the dynos cannot be listed', async () => {
    world.platform.server.on(route, lostAfter(reset), world.platform.create());
    world.platform.server.on('GET /apps/shop/dynos', json(403, { id: 'forbidden', message: 'no' }));
    expect(await world.run('echo twice?')).toMatchObject({
      kind: 'unknown',
      dyno: undefined,
      gone: false,
      why: expect.stringContaining('cannot be read'),
    });
    expect(world.creations).toBe(1);
  });

  it('is not repeated when Heroku said that it was carried out and nothing is to be seen', async () => {
    world.platform.server.on(route, text(201, 'what?'), world.platform.create());
    expect(await world.run('echo twice?')).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('not to be seen'),
    });
    expect(world.creations).toBe(1);
  });

  it('is not repeated twice', async () => {
    world.platform.server.on(route, lostAfter(reset));
    expect(await world.run('echo never')).toMatchObject({
      kind: 'not-started',
      error: { verdict: 'failed', what: expect.stringContaining('could not be created') },
    });
    expect(world.creations).toBe(2);
    expect(world.lines).toEqual([]);
    for (const { name } of world.platform.created) expect(stopsOf(name)).toBe(1);
  });

  it('is not repeated after a signal', async () => {
    world.platform.server.on(
      route,
      world.platform.create(() => after(() => world.stop.abort(new Error('SIGTERM')), reset)),
      world.platform.create(),
    );
    const outcome = await world.run('echo never');
    expect(outcome).toMatchObject({ kind: 'not-started', error: { cause: new Error('SIGTERM') } });
    expect(world.creations).toBe(1);
    expect(stopsOf(world.platform.dyno.name)).toBe(1);
  });
});

describe('a creation that Heroku turns down', () => {
  it.each([402, 403, 404, 406, 422])('with %i is not repeated: nothing ran', async (status) => {
    world.platform.server.on(
      route,
      json(status, { id: 'no', message: 'Cannot run more than 1 Eco size dynos.' }),
    );
    expect(await world.run('echo never')).toMatchObject({
      kind: 'not-started',
      error: { status, why: expect.stringContaining('more than 1 Eco') },
    });
    expect(world.creations).toBe(1);
  });

  it('with 409 is repeated some times, as right after a release', async () => {
    const conflict = json(409, { id: 'conflict', message: 'No release' });
    world.platform.server.on(route, conflict, conflict, conflict, world.platform.create());
    expect(await world.run('echo once')).toMatchObject(exited);
    expect(world.creations).toBe(4);
    expect(world.platform.created).toHaveLength(1);
  });

  it('with 409 again and again is given up', async () => {
    world.platform.server.on(route, json(409, { id: 'conflict', message: 'No release' }));
    expect(await world.run('echo never')).toMatchObject({ kind: 'not-started', error: { status: 409 } });
    expect(world.creations).toBe(5);
  });

  it('with 429 is repeated as Heroku says', async () => {
    const limited = json(429, { id: 'rate_limit', message: 'slow' }, { 'Retry-After': '3' });
    world.platform.server.on(route, limited, world.platform.create());
    expect(await world.run('echo once')).toMatchObject(exited);
    expect(world.platform.created).toHaveLength(1);
  });

  it('is told with the request, and without anything of what was asked for', async () => {
    world.platform.server.on(route, json(422, { id: 'invalid_params', message: 'no such size' }));
    const outcome = await world.run('PASSWORD=sesame rake db:migrate');
    expect(JSON.stringify(outcome)).not.toContain('sesame');
  });
});
