import { MIGRATION } from './support/app.ts';
import { APP_NAME } from './support/orb-job.ts';
import type { Stage, Standing } from './support/stage.ts';
import { useStage } from './support/use-stage.ts';

/** A migration runs once, and where it cannot run nothing is begun. */
let stage: Stage;
let found: Standing;
useStage((...now) => {
  [stage, found] = now;
});

test('a release process that the Procfile does not show has migrated: the command does not run beside it', async () => {
  const { control, platform } = stage.heroku;
  const before = platform.apps.all[0]?.current.id ?? '';
  const commit = await stage.commit();
  expect(await stage.job('deploy').end).toMatchObject({ exitCode: 0 });
  await control.act(APP_NAME, { action: 'rollback', release: before });
  const slug = platform.apps.all[0]?.slugs.find((one) => one.commit === commit);
  Object.assign(slug ?? {}, { processTypes: { ...slug?.processTypes, release: MIGRATION } });

  const end = await stage.job('deploy', { parameters: { 'migrate-command': MIGRATION } }).end;

  expect(end).toMatchObject({ exitCode: 0, result: { verdict: 'succeeded', database: 'migrated' } });
  const { ledger, page } = await stage.standing();
  expect({ ledger, page }).toEqual({ ledger: [`begin ${stage.newest}`, `end ${stage.newest}`], page: false });
});

test.each(['migrate-command', 'flush-command'])(
  'an app that has no one-off dynos for us, with %s: refused before anything is touched',
  async (parameter) => {
    const app = stage.heroku.platform.apps.all[0];
    Object.assign(app ?? {}, { space: { id: '5b0f3b0a-8b1a-4c3c-9d5e-6f7a8b9c0d1e', name: 'inner' } });
    try {
      await stage.commit();
      const end = await stage.job('deploy', { parameters: { [parameter]: 'true' } }).end;

      expect(end).toMatchObject({ exitCode: 2, log: expect.stringContaining('are not supported yet') });
      expect(await stage.standing()).toEqual(found);
      const changes = stage.heroku.control.requests().filter(({ method }) => method === 'PATCH');
      expect(changes).toEqual([]);
    } finally {
      Object.assign(app ?? {}, { space: null });
    }
  },
);
