import { json, PAGE, type Reply, reset, stall, text } from '../../support/scripted-server.ts';
import { bench, build, closeBenches, rejection } from './fixtures.ts';

afterEach(closeBenches);

describe('cancelBuild', () => {
  const path = '/apps/shop/builds/b1';
  const pending = json(200, build('b1'));
  const ended = (status: string): Reply => json(200, build('b1', { status }));

  it('cancels a pending build', async () => {
    const { server, heroku } = await bench();
    server.on(`GET ${path}`, pending).on(`DELETE ${path}`, ended('failed'));
    expect(await heroku.cancelBuild('shop', 'b1')).toBe(true);
    expect(heroku.requests.byMethod).toEqual({ GET: 1, DELETE: 1 });
  });

  it('knows from the answer that the build was quicker', async () => {
    const { server, heroku } = await bench();
    server.on(`GET ${path}`, pending).on(`DELETE ${path}`, ended('succeeded'));
    expect(await heroku.cancelBuild('shop', 'b1')).toBe(false);
  });

  it.each(['succeeded', 'failed'])('leaves a build alone that has %s', async (status) => {
    const { server, heroku } = await bench();
    server.on(`GET ${path}`, ended(status));
    expect(await heroku.cancelBuild('shop', 'b1')).toBe(false);
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, Reply]>([
    ['a reset', reset],
    ['a time-out', stall],
    ['503', text(503, PAGE)],
    ['429', json(429, { message: 'slow' })],
  ])('asks again after %s', async (_fault, reply) => {
    const { server, heroku } = await bench({ requestTimeoutMs: 200 });
    server.on(`GET ${path}`, pending).on(`DELETE ${path}`, reply, ended('failed'));
    expect(await heroku.cancelBuild('shop', 'b1')).toBe(true);
    expect(server.to(`DELETE ${path}`)).toHaveLength(2);
  });

  it.each([
    ['succeeded', false],
    ['failed', true],
  ])('learns from the build what came of a refused cancellation: %s', async (status, cancelled) => {
    const { server, heroku } = await bench();
    server
      .on(`GET ${path}`, pending, ended(status))
      .on(`DELETE ${path}`, reset, json(409, { id: 'conflict', message: 'Build has ended.' }));
    expect(await heroku.cancelBuild('shop', 'b1')).toBe(cancelled);
  });

  it('passes on a refusal while the build goes on', async () => {
    const { server, heroku } = await bench();
    server.on(`GET ${path}`, pending).on(`DELETE ${path}`, json(403, { id: 'forbidden', message: 'no' }));
    expect(await rejection(heroku.cancelBuild('shop', 'b1'))).toMatchObject({ status: 403, effect: 'none' });
  });
});
