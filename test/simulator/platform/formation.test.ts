import type { App } from '../../../src/simulator/platform/model.ts';
import { TestHeroku } from '../support/local.ts';
import { appFiles } from '../support/workspace.ts';

let test: TestHeroku;
let app: App;
beforeAll(async () => {
  test = await TestHeroku.start();
  ({ app } = await test.deployedApp('scaled'));
});
afterAll(() => test.close());

const patch = (updates: unknown) => test.api('PATCH', '/apps/scaled/formation', { updates });
const quantity = (type: string) => app.formation.find((entry) => entry.type === type)?.quantity;
const running = (type: string) =>
  test.heroku.platform.dynos.list(app).filter((dyno) => dyno.type === type && dyno.state === 'up');

it('begins with one web dyno and none of the other types, without the release type', () => {
  expect(app.formation.map(({ type, quantity, size }) => [type, quantity, size])).toEqual([
    ['web', 1, 'Standard-1X'],
    ['worker', 0, 'Standard-1X'],
  ]);
});

describe('quantities', () => {
  it.each([
    [2, 2],
    ['3', 3],
    ['+2', 5],
    ['-4', 1],
    ['0', 0],
  ])('%j becomes %d', async (wanted, expected) => {
    const answer = await patch([{ type: 'worker', quantity: wanted }]);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject([{ type: 'worker', quantity: expected }]);
    await test.until(() => running('worker').length === expected);
    await test.until(
      () => test.heroku.platform.dynos.list(app).filter(({ type }) => type === 'worker').length === expected,
    );
  });

  it.each([['-1'], [101], ['many'], [1.5], [-1], [null], [true]])('%j is refused', async (wanted) => {
    expect((await patch([{ type: 'worker', quantity: wanted }])).status).toBe(422);
    expect(quantity('worker')).toBe(0);
  });

  it('of an unknown type are refused, and with it the whole batch', async () => {
    const answer = await patch([
      { type: 'worker', quantity: 1 },
      { type: 'clock', quantity: 1 },
    ]);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({
      id: 'not_found',
      message: "Couldn't find that process type (clock).",
    });
    expect(quantity('worker')).toBe(0);
  });

  it.each([[undefined], ['web'], [[{ quantity: 1 }]], [[null]]])('%j are no updates', async (updates) => {
    expect((await patch(updates)).status).toBe(422);
  });
});

describe('sizes', () => {
  it('are given by name in any case, as dyno_size or size', async () => {
    await patch([{ type: 'worker', size: 'standard-2x' }]);
    expect(app.formation[1]?.size).toBe('Standard-2X');
    const answer = await patch([{ type: 'worker', dyno_size: { name: 'PERFORMANCE-M' } }]);
    expect(answer.body).toMatchObject([{ size: 'Performance-M', dyno_size: { name: 'Performance-M' } }]);
  });

  it('that do not exist are refused', async () => {
    const answer = await patch([{ type: 'worker', size: 'huge' }]);
    expect([answer.status, answer.body.message]).toEqual([422, "Couldn't find that dyno size (huge)."]);
  });

  it('Eco and Basic are refused beside others', async () => {
    expect((await patch([{ type: 'worker', quantity: 1, size: 'basic' }])).status).toBe(422);
    expect(quantity('worker')).toBe(0);
  });

  it('restart the dynos of the type whose size changes, and only them', async () => {
    await patch([{ type: 'worker', quantity: 1, size: 'standard-1x' }]);
    await test.until(() => running('worker').length === 1);
    const [web, worker] = [running('web')[0]?.id, running('worker')[0]?.id];
    await patch([{ type: 'worker', size: 'standard-2x' }]);
    await test.until(() => running('worker').some(({ id, size }) => id !== worker && size === 'Standard-2X'));
    expect(running('web')[0]?.id).toBe(web);
    await patch([{ type: 'worker', quantity: 0 }]);
  });
});

it('one type can be changed by its own address', async () => {
  const answer = await test.api('PATCH', '/apps/scaled/formation/worker', { quantity: '+1' });
  expect(answer.body).toMatchObject({ type: 'worker', quantity: 1 });
  expect((await test.api('PATCH', '/apps/scaled/formation/clock', { quantity: 1 })).status).toBe(404);
  await test.api('PATCH', '/apps/scaled/formation/worker', { quantity: 0 });
});

it('follows the Procfile: quantities survive releases, types that are gone go with their dynos', async () => {
  const { app: other, workspace } = await test.deployedApp('following');
  await test.api('PATCH', '/apps/following/formation', {
    updates: [
      { type: 'worker', quantity: 2 },
      { type: 'web', quantity: 2 },
    ],
  });
  await workspace.write({ Procfile: 'web: node server.js\nclock: exec sleep 3600\n' });
  await workspace.commit();
  await test.push(workspace, 'following');
  expect(other.formation.map(({ type, quantity }) => [type, quantity])).toEqual([
    ['web', 2],
    ['clock', 0],
  ]);
  await test.until(() => !other.dynos.some(({ type }) => type === 'worker'));
  await workspace.write(appFiles());
  await workspace.commit();
  await test.push(workspace, 'following');
  expect(other.formation.map(({ type, quantity }) => [type, quantity])).toEqual([
    ['web', 2],
    ['worker', 0],
  ]);
});

it('an app without code has no types to scale', async () => {
  await test.api('POST', '/apps', { name: 'codeless' });
  const answer = await test.api('PATCH', '/apps/codeless/formation', {
    updates: [{ type: 'web', quantity: 1 }],
  });
  expect(answer.status).toBe(404);
});
