import { inspect } from 'node:util';
import type { HerokuApiError, HerokuClient } from '../../../src/helper/heroku/index.ts';
import type { NewDyno } from '../../../src/helper/ports/heroku.ts';
import { json, PAGE, type Reply, reset, text } from '../../support/scripted-server.ts';
import { bench, closeBenches, rejection, rows } from './fixtures.ts';

afterEach(closeBenches);

const ATTACH_URL = 'rendezvous://rendezvous.runtime.heroku.com:5000/sesame-open';
const NEW: NewDyno = { command: 'rake db:migrate', type: 'run', env: { TERM: 'dumb' }, timeToLive: 900 };
const attached = { ...rows.dyno, name: 'run.1234', type: 'run', attach_url: ATTACH_URL };
const gone = json(404, { id: 'not_found', message: "Couldn't find that dyno.", resource: 'dyno' });

describe('createDyno', () => {
  it('keeps the attach URL from whoever prints the dyno', async () => {
    const { server, heroku, log } = await bench();
    server.on('POST /apps/shop/dynos', json(201, attached));
    const dyno = await heroku.createDyno('shop', NEW);
    expect(dyno.attachUrl.reveal()).toBe(ATTACH_URL);
    expect(dyno).toMatchObject({ name: 'run.1234', state: 'up', releaseVersion: 7, command: 'npm start' });
    expect(`${inspect(dyno)}${JSON.stringify(dyno)}${log.all}`).not.toContain('sesame');
    expect(log.secrets).toContain(ATTACH_URL);
  });

  it('leaves the size to Heroku unless it is given', async () => {
    const { server, heroku } = await bench();
    server.on('POST /apps/shop/dynos', json(201, attached));
    await heroku.createDyno('shop', NEW);
    await heroku.createDyno('shop', { ...NEW, size: 'standard-2x' });
    const bodies = server.requests.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
    expect(bodies.map(({ size }) => size)).toEqual([undefined, 'standard-2x']);
    expect(bodies[0]).toEqual({
      command: 'rake db:migrate',
      type: 'run',
      env: { TERM: 'dumb' },
      attach: true,
      force_no_tty: true,
      time_to_live: 900,
    });
  });

  it.each<[string, Reply, unknown]>([
    ['a reset', reset, 'unknown'],
    ['503', text(503, PAGE), 'unknown'],
    ['nonsense', text(201, '{"id"'), 'unknown'],
    ['422', json(422, { id: 'invalid_params', message: 'no' }), 'none'],
  ])('sends one request, and says what %s may mean', async (_what, reply, effect) => {
    const { server, heroku } = await bench();
    server.on('POST /apps/shop/dynos', reply);
    expect(await rejection(heroku.createDyno('shop', NEW))).toMatchObject({ effect });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers.connection).toBe('close');
  });

  it('waits ever longer for a release to be there', async () => {
    const { server, heroku, clock } = await bench();
    server.on('POST /apps/shop/dynos', json(409, { id: 'conflict', message: 'no' }));
    expect(await rejection(heroku.createDyno('shop', NEW))).toMatchObject({ status: 409, effect: 'none' });
    expect(clock.sleeps).toEqual([1_000, 2_000, 4_000, 8_000]);
  });
});

describe('dyno', () => {
  it('is undefined once it is gone', async () => {
    const { server, heroku } = await bench();
    server.on('GET /apps/shop/dynos/run.1234', json(200, attached), gone);
    expect(await heroku.dyno('shop', 'run.1234')).toMatchObject({ name: 'run.1234' });
    expect(await heroku.dyno('shop', 'run.1234')).toBeUndefined();
  });

  it.each<[string, Reply]>([
    ['the app', json(404, { id: 'not_found', message: "Couldn't find that app.", resource: 'app' })],
    ['a page', text(404, PAGE)],
  ])('is not gone because %s cannot be found', async (_what, reply) => {
    const { server, heroku } = await bench({ retryBudgetMs: 0 });
    server.on('GET /apps/shop/dynos/run.1234', reply);
    expect(await rejection(heroku.dyno('shop', 'run.1234'))).toMatchObject({ status: 404 });
  });
});

describe('stopDyno', () => {
  const route = 'POST /apps/shop/dynos/run.1234/actions/stop';
  const stop = (heroku: HerokuClient): Promise<boolean> => heroku.stopDyno('shop', 'run.1234');

  it.each([json(202, {}), json(200, attached), text(202, ''), text(202, '\n')])(
    'takes any answer of success for one, and asks again after a fault',
    async (reply) => {
      const { server, heroku } = await bench();
      server.on(route, reset, text(503, PAGE), reply);
      expect(await stop(heroku)).toBe(true);
      expect(server.requests).toHaveLength(3);
    },
  );

  it('says when there was nothing to stop', async () => {
    const { server, heroku } = await bench();
    server.on(route, gone);
    expect(await stop(heroku)).toBe(false);
  });

  it.each([401, 403, 422])('fails with %i', async (status) => {
    const { server, heroku } = await bench();
    server.on(route, json(status, { id: 'no', message: 'no' }));
    expect(((await rejection(stop(heroku))) as HerokuApiError).status).toBe(status);
  });
});
