import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Preflight } from '../../../src/helper/deployment/deploy-state.ts';
import { OurBuild } from '../../../src/helper/deployment/our-build.ts';
import { undoOfShipping } from '../../../src/helper/deployment/undo-shipping.ts';
import { OPENED_BY_HAND } from '../../../src/helper/journal/by-hand.ts';
import type { Heroku } from '../../../src/helper/ports/heroku.ts';
import {
  rejection,
  SLEEP,
  WEB,
  WindowWorld,
  type TestApp,
  type TestRun,
} from '../window/support/window-world.ts';

/** What Heroku was asked for comes about only after the run was told to stop: its undoing must not look too early. */
let world: WindowWorld;
beforeAll(async () => {
  world = await WindowWorld.start();
});
afterAll(() => world.close());

const COMMIT = 'd'.repeat(40);

/** Heroku as it is, except for what some methods do not tell at first. */
function late(heroku: Heroku, instead: Partial<Heroku>): Heroku {
  return new Proxy(heroku, {
    get: (target, name: keyof Heroku) => {
      const value: unknown = instead[name] ?? Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function startBuild(
  app: TestApp,
  buildMs: number,
  processTypes: Readonly<Record<string, string>> = { web: WEB },
): Promise<{ readonly finished: Promise<void> }> {
  app.app.settings.buildMs = buildMs;
  const { platform, account, dataDirectory } = world.test.heroku;
  const directory = join(dataDirectory, `code-${randomUUID()}`);
  await mkdir(directory, { recursive: true });
  await writeFile(
    join(directory, 'web.js'),
    "require('node:http').createServer((q, a) => a.end('new')).listen(process.env.PORT);\n",
  );
  return platform.builds.start(app.app, {
    account,
    sourceBlob: { url: 'https://example.com', version: COMMIT, versionDescription: null, checksum: null },
    unpack: () => Promise.resolve({ directory, processTypes }),
  });
}

async function prepare(more: Readonly<Record<string, string>> = {}): Promise<{
  app: TestApp;
  run: TestRun;
  before: Preflight;
  journal: Parameters<typeof undoOfShipping>[3]['journal'];
}> {
  const app = await world.app({ web: WEB, ...more }, { web: 1 });
  for (const type of Object.keys(more)) await app.act({ action: 'scale', formation: { [type]: 2 } });
  const run = world.run(app.name);
  const { facts, journal } = await world.prepare(run, { migrates: false, window: false });
  const before: Preflight = {
    ...{
      app: facts,
      shipping: { kind: 'push' },
      migrates: false,
      window: false,
      held: undefined,
      prepared: undefined,
    },
    clone: { commit: COMMIT, kind: 'full' },
  };
  return { app, run, before, journal };
}

test('a build that Heroku lists only in a while is cancelled', async () => {
  const { app, run, before, journal } = await prepare();
  const ours = new OurBuild({ heroku: run.ports.heroku, app: app.name, commit: COMMIT, before: [] });
  ours.mayAppear();
  const current = app.app.current.id;
  await startBuild(app, 60_000);
  let looks = 0;
  const { closingHeroku } = run.ports;
  const heroku = late(closingHeroku, {
    builds: async (name) => ((looks += 1) < 4 ? [] : closingHeroku.builds(name)),
  });
  const undo = undoOfShipping({ ...run, ports: { ...run.ports, closingHeroku: heroku } }, before, ours, {
    what: 'x',
    journal,
  });

  expect(await undo.run()).toBe('undone');

  expect(app.app.builds.at(-1)?.status).toBe('failed');
  expect(app.app.current.id).toBe(current);
});

test('a build that has succeeded, and whose release is not there yet, is awaited, and the code from before put back', async () => {
  const { app, run, before, journal } = await prepare();
  const found = app.app.current;
  const ours = new OurBuild({ heroku: run.ports.heroku, app: app.name, commit: COMMIT, before: [] });
  await (
    await startBuild(app, 0)
  ).finished;
  let looks = 0;
  const { closingHeroku } = run.ports;
  const isThere = (): boolean => looks >= 3;
  const older = <T extends { readonly version: number }>(rows: readonly T[]): readonly T[] =>
    isThere() ? rows : rows.filter(({ version }) => version <= found.version);
  const hidden = <T extends { readonly releaseId?: string | undefined }>(build: T): T =>
    isThere() ? build : { ...build, releaseId: undefined };
  const heroku = late(closingHeroku, {
    builds: async (name) => (await closingHeroku.builds(name)).map(hidden),
    build: async (name, id) => {
      looks += 1;
      return hidden(await closingHeroku.build(name, id));
    },
    releases: async (name, options) => older(await closingHeroku.releases(name, options)),
    currentRelease: async (name) => (isThere() ? closingHeroku.currentRelease(name) : before.app.current),
  });
  const undo = undoOfShipping({ ...run, ports: { ...run.ports, closingHeroku: heroku } }, before, ours, {
    what: 'x',
    journal,
  });

  expect(await undo.run()).toBe('undone');

  expect(app.app.current.slug?.id).toBe(found.slug?.id);
  expect(app.app.current.id).not.toBe(found.id);
});

test('without a window, what our release made Heroku forget is put back with the code from before', async () => {
  const { app, run, before, journal } = await prepare({ worker: SLEEP });
  const found = app.formation;
  const ours = new OurBuild({ heroku: run.ports.heroku, app: app.name, commit: COMMIT, before: [] });
  await (
    await startBuild(app, 0, { wbe: WEB })
  ).finished;
  expect(app.quantity('worker')).toBeUndefined();

  const undo = undoOfShipping(run, before, ours, { what: 'x', journal });

  expect(await undo.run()).toBe('undone');
  expect(app.formation).toEqual(found);
});

test('in a window opened by hand, the code from right before the deployment is put back', async () => {
  const { app, run, before, journal } = await prepare();
  await journal.note(OPENED_BY_HAND);
  const deployed = await app.release({ web: WEB });
  const { facts, journal: own } = await world.prepare(run, { held: journal.current });
  const ours = new OurBuild({ heroku: run.ports.heroku, app: app.name, commit: COMMIT, before: [] });
  await (
    await startBuild(app, 0)
  ).finished;
  expect(app.app.current.slug?.commit).toBe(COMMIT);

  const undo = undoOfShipping(run, { ...before, app: facts }, ours, { what: 'x', journal: own });

  expect(await undo.run()).toBe('undone');
  expect(app.app.current.slug?.id).toBe(deployed.slug?.id);
  expect(own.current.found.release?.version).toBe(deployed.version);
});

test('a release phase of ours that has succeeded is told, though somebody else’s release overtook it', async () => {
  const { app, run, before, journal } = await prepare();
  const ours = new OurBuild({ heroku: run.ports.heroku, app: app.name, commit: COMMIT, before: [] });
  const { slug } = await app.release({ web: WEB, release: 'true' });
  (slug as { commit: string | null }).commit = COMMIT;
  await world.test.until(() => app.app.current.slug === slug);
  await app.release({ web: WEB });

  const undo = undoOfShipping(run, before, ours, { what: 'x', journal });

  expect(await rejection(undo.run())).toMatchObject({ database: 'migrated' });
});
