import type { HerokuClient } from '../../../src/helper/heroku/index.ts';
import { json } from '../../support/scripted-server.ts';
import { bench, closeBenches, rows } from './fixtures.ts';

afterEach(closeBenches);

/** Heroku carries a change out though nobody waits for its answer any more: what undoes it must not look too early. */
test.each<[string, string, unknown, (heroku: HerokuClient) => Promise<unknown>]>([
  ['the page', '/apps/shop', rows.app, (heroku) => heroku.setMaintenance('shop', true)],
  [
    'processes',
    '/apps/shop/formation',
    [rows.formation],
    (heroku) => heroku.scale('shop', [{ type: 'web', quantity: 0 }]),
  ],
  [
    'a feature',
    '/apps/shop/features/preboot',
    { name: 'preboot', enabled: false },
    (heroku) => heroku.setFeature('shop', 'preboot', false),
  ],
])('a signal does not cut off a change of %s that is under way', async (_what, path, row, change) => {
  const { server, heroku } = await bench();
  const stop = new AbortController();
  let carriedOut = false;
  server.on(`PATCH ${path}`, (response, seen) => {
    stop.abort(new Error('stop'));
    setTimeout(() => {
      carriedOut = true;
      void json(200, row)(response, seen);
    }, 50);
  });
  await change(heroku.withSignal(stop.signal)).catch(() => undefined);
  expect(carriedOut).toBe(true);
});
