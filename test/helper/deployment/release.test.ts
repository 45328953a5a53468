import type { Preflight } from '../../../src/helper/deployment/deploy-state.ts';
import { confirmRelease } from '../../../src/helper/deployment/release.ts';
import type { Release } from '../../../src/helper/ports/heroku.ts';
import {
  rejection,
  type TestApp,
  type TestRun,
  untilAsked,
  WEB,
  WindowWorld,
} from '../window/support/window-world.ts';

/** Somebody else releases while ours is judged: that is told at once, and not before ours has ended. */
let world: WindowWorld;
beforeAll(async () => {
  world = await WindowWorld.start();
});
afterAll(() => world.close());

const SLOW = 'while [ ! -e go ]; do sleep 0.05; done; rm go';

async function shipped(
  types: Readonly<Record<string, string>>,
): Promise<{ app: TestApp; run: TestRun; before: Preflight; release: Release }> {
  const app = await world.app({ web: WEB }, { web: 1 });
  const run = world.run(app.name);
  const { facts } = await world.prepare(run);
  const { id, slug } = await app.release(types);
  const before: Preflight = {
    ...{ app: facts, migrates: false, window: false, held: undefined, prepared: undefined },
    clone: { commit: slug?.commit ?? '', kind: 'full' },
    shipping: { kind: 'push' },
  };
  return { app, run, before, release: await run.ports.heroku.release(app.name, id) };
}

const handed = (release: Release): Parameters<typeof confirmRelease>[2] => ({
  release,
  slugId: release.slugId,
  buildId: undefined,
});

test('a newer release that is current is named at once', async () => {
  const { app, run, before, release } = await shipped({ web: WEB });
  const other = await app.release({ web: WEB });
  const looks = app.looks;
  const error = await rejection(confirmRelease(run, before, handed(release)));
  expect(error).toMatchObject({ verdict: 'failed' });
  expect(error.message).toContain(`but v${other.version} of `);
  expect(app.looks - looks).toBeLessThan(6);
});

test('so is a change of config vars, but only when our release phase has ended', async () => {
  const { app, run, before, release } = await shipped({ web: WEB, release: SLOW });
  expect(release.status).toBe('pending');
  await app.act({ action: 'config', vars: { NEW: 'value' } });
  const looks = app.looks;
  const judged = rejection(confirmRelease(run, before, handed(release)));
  let ended = false;
  void judged.then(() => (ended = true));
  await untilAsked(() => app.looks > looks + 5);
  expect(ended).toBe(false);
  await app.act({ action: 'expire-release' });
  expect((await judged).message).toContain('expired');
});
