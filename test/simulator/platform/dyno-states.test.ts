import type { App } from '../../../src/simulator/platform/model.ts';
import { TestHeroku } from '../support/local.ts';
import { appFiles } from '../support/workspace.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start();
});
afterAll(() => test.close());

const listed = (app: App) => test.heroku.platform.dynos.list(app);
const logged = (app: App, dyno: string) =>
  app.log.lines.filter((line) => line.dyno === dyno && line.source === 'heroku').map(({ text }) => text);

async function prebooted(name: string, overlapMs: number): Promise<App> {
  const { app } = await test.deployedApp(name);
  await test.api('PATCH', `/apps/${name}/features/preboot`, { enabled: true });
  app.settings.prebootOverlapMs = overlapMs;
  return app;
}

describe("a dyno's end is in the log, with its status", () => {
  it('when it crashes', async () => {
    const { app } = await test.deployedApp('crashed');
    await test.heroku.control.act('crashed', { action: 'crash', dyno: 'web.1' });
    await test.until(() => logged(app, 'web.1').some((text) => text.endsWith('to crashed')));
    expect(logged(app, 'web.1').slice(-2)).toEqual([
      'Process exited with status 137',
      'State changed from up to crashed',
    ]);
  });

  it('when it is stopped', async () => {
    const { app } = await test.deployedApp('stopped');
    await test.api('PATCH', '/apps/stopped/formation/web', { quantity: 0 });
    await test.until(() => app.dynos.length === 0);
    expect(logged(app, 'web.1').slice(-3)).toEqual([
      'Stopping all processes with SIGTERM',
      'Process exited with status 143',
      'State changed from up to down',
    ]);
  });

  it('when it does not listen in time', async () => {
    const app = test.heroku.platform.apps.create(test.heroku.account, {
      name: 'deaf',
      settings: { bootTimeoutMs: 100 },
    });
    const workspace = await test.workspace({ Procfile: 'web: exec sleep 3600\n' });
    await workspace.commit();
    await test.push(workspace, 'deaf');
    await test.until(() => app.dynos[0]?.state === 'crashed');
    expect(logged(app, 'web.1').slice(-3)).toEqual([
      'Stopping process with SIGKILL',
      'Process exited with status 137',
      'State changed from starting to crashed',
    ]);
  });

  it('when the release command is killed', async () => {
    const app = test.heroku.platform.apps.create(test.heroku.account, { name: 'release-killed' });
    const workspace = await test.workspace(appFiles('kill -9 $$'));
    await workspace.commit();
    await test.push(workspace, 'release-killed');
    await test.until(() => app.releases.at(-1)?.status === 'failed');
    const [dyno = ''] = app.log.lines.flatMap((line) =>
      line.dyno.startsWith('release.') ? [line.dyno] : [],
    );
    expect(logged(app, dyno)).toContain('Process exited with status 137');
  });
});

describe('preboot', () => {
  it('lists the dynos of both releases until the overlap is over', async () => {
    const app = await prebooted('both', 3_600_000);
    await test.api('PATCH', '/apps/both/config-vars', { VERSION: '2' });
    await test.until(() => listed(app).filter(({ state }) => state === 'up').length === 2);
    const releases = async () => {
      const { body } = await test.api('GET', '/apps/both/dynos');
      return (body as { release: { version: number } }[]).map(({ release }) => release.version).sort();
    };
    expect(await releases()).toEqual([3, 4]);
    await test.api('PATCH', '/apps/both/config-vars', { VERSION: '3' });
    expect(await releases()).toEqual([3, 4, 5]);
    await test.api('PATCH', '/apps/both/formation/web', { quantity: 0 });
    await test.until(() => app.dynos.length === 0);
  });

  it('gives the old dyno up too when the new one crashes', async () => {
    const app = await prebooted('new-crashes', 0);
    app.settings.bootTimeoutMs = 100;
    const workspace = await test.workspace({ Procfile: 'web: exec sleep 3600\n' });
    await workspace.commit();
    await test.push(workspace, 'new-crashes', { force: true });
    await test.until(() => listed(app).length === 1 && listed(app)[0]?.state === 'crashed');
    expect(listed(app)[0]?.release).toBe(app.current);
  });

  it('ends with one dyno of each name after a restart in the middle of it', async () => {
    const app = await prebooted('restarted', 3_600_000);
    await test.api('PATCH', '/apps/restarted/config-vars', { VERSION: '2' });
    await test.until(() => listed(app).filter(({ state }) => state === 'up').length === 2);
    const before = app.log.lines.length;
    await test.api('DELETE', '/apps/restarted/dynos');
    await test.until(() => app.dynos.length === 1 && app.dynos[0]?.state === 'up');
    expect(app.dynos[0]?.release).toBe(app.current);
    const starts = app.log.lines.slice(before).filter(({ text }) => text.startsWith('Starting process'));
    expect(starts).toHaveLength(1);
  });
});
