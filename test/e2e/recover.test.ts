import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;
let before: readonly string[];

beforeEach(async () => {
  world = await createWorld();
  await world.pushByHand();
  await world.heroku.control.act(APP, { action: 'scale', formation: { web: 2, worker: 3 } });
  before = await world.formation();
  await world.repository.commit({ 'greeting.txt': 'two' });
});

afterEach(async () => {
  await world.close();
});

/** A deployment whose job is cancelled while Heroku builds inside the window: SIGKILL, and no step after it. */
async function cancelledInTheWindow(): Promise<void> {
  await world.heroku.control.changeSettings(APP, { buildMs: 6_000 });
  const controller = new AbortController();
  const run = world.deploy({ parameters: { maintenance: 'always' }, cancel: controller.signal });
  await world.heroku.control.until(APP, (app) => app.builds.some((build) => build.status === 'pending'));
  controller.abort();
  expect((await run).job.status).toBe('canceled');
  await world.heroku.control.changeSettings(APP, { buildMs: 20 });
  const left = await world.heroku.control.app(APP);
  expect(left.maintenance).toBe(true);
  expect(left.formation.find((one) => one.type === 'worker')?.quantity).toBe(0);
}

test('the recover job puts a cancelled deployment back, with nothing but the cache', async () => {
  await cancelledInTheWindow();

  const { exitCode, log } = await world.deploy({ orbJob: 'recover' });

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  const after = await world.heroku.control.app(APP);
  expect(after.maintenance).toBe(false);
  expect(await world.formation()).toEqual(before);
  expect(after.builds.filter((build) => build.status === 'pending')).toEqual([]);
  expect(await world.visit()).toBe('200 one');

  const again = await world.deploy({ orbJob: 'recover' });
  expect(again.exitCode).toBe(0);
  expect(again.log).toContain('nothing was changed');
});

test('a plain new run recovers first, and never takes the zero workers for the wanted ones', async () => {
  await cancelledInTheWindow();

  const { exitCode, log } = await world.deploy({ parameters: { maintenance: 'always' } });

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toContain('recovering first');
  expect(await world.formation()).toEqual(before);
  expect((await world.heroku.control.app(APP)).maintenance).toBe(false);
  expect(await world.visit()).toBe('200 two');
});

test('what a person changed since the cancellation is left to them', async () => {
  await cancelledInTheWindow();
  await world.heroku.control.act(APP, { action: 'scale', formation: { worker: 1 } });

  const { exitCode, log } = await world.deploy({ orbJob: 'recover' });

  expect(exitCode).toBe(0);
  expect(log).toContain('worker (1)');
  expect((await world.formation())[1]).toBe('worker=1:Standard-1X');
  expect((await world.heroku.control.app(APP)).maintenance).toBe(false);
});

test('somebody else’s release behind the page is held, not guessed about, until a person says so', async () => {
  await cancelledInTheWindow();
  await world.heroku.control.act(APP, { action: 'cancel-build' });
  await world.heroku.control.act(APP, { action: 'config', vars: { NEW: 'value' } });

  const held = await world.deploy({ orbJob: 'recover' });
  expect(held.exitCode).toBe(3);
  expect(held.log).toContain('somebody else’s release');
  expect((await world.heroku.control.app(APP)).maintenance).toBe(true);

  const opened = await world.deploy({ orbJob: 'recover', parameters: { 'release-hold': true } });
  expect(opened.exitCode).toBe(0);
  expect(await world.formation()).toEqual(before);
  expect((await world.heroku.control.app(APP)).maintenance).toBe(false);
});

test('without the cache nothing is known, so nothing is changed, and the run is refused with a reason', async () => {
  await cancelledInTheWindow();
  await rm(join(world.folder, 'cache'), { recursive: true });
  await world.heroku.control.act(APP, { action: 'cancel-build' });

  const recovered = await world.deploy({ orbJob: 'recover' });
  expect(recovered.exitCode).toBe(3);
  expect(recovered.log).toContain('There is no journal to act on');
  expect(recovered.log).toMatch(/State now:[^]*next .*--formation/);

  const again = await world.deploy({ parameters: { maintenance: 'always' } });
  expect(again.exitCode).toBe(2);
  expect(again.log).toContain('if-in-maintenance');
});

test('a journal that was tampered with is not acted on', async () => {
  await cancelledInTheWindow();
  const { readdir, readFile, writeFile } = await import('node:fs/promises');
  const files = (await readdir(join(world.folder, 'cache'), { recursive: true })).filter((file) =>
    file.endsWith('journal.json'),
  );
  for (const file of files) {
    const path = join(world.folder, 'cache', file);
    await writeFile(path, (await readFile(path, 'utf8')).replace('"quantity": 3', '"quantity": 50'));
  }

  const { exitCode, log } = await world.deploy({ orbJob: 'recover' });

  expect(files.length).toBeGreaterThan(0);
  expect(log).toContain('its signature is not of this API key');
  expect(exitCode).toBe(3);
  expect(log).toMatch(/State now:[^]*next .*--formation/);
  expect(await world.formation()).toContain('worker=0:Standard-1X');
  expect((await world.heroku.control.app(APP)).maintenance).toBe(true);
});
