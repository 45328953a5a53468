import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HelperDeploys } from './support/helper-deploys.ts';
import { APP_FILES } from './support/repository.ts';
import { APP } from './support/world.ts';

/** An app whose release phase migrates, and a `migrate-command` that would do it a second time. */
let deploys: HelperDeploys;
let place: (name: string) => string;
let number = 0;

/** Ends the requests that it has before it ends itself, as an app has to (Dev Center: Dyno Shutdown Behavior). */
const WEB = `const greeting = require('node:fs').readFileSync(__dirname + '/greeting.txt', 'utf8');
const server = require('node:http').createServer((q, a) => a.end(greeting)).listen(process.env.PORT);
process.on('SIGTERM', () => server.close());\n`;

beforeAll(async () => {
  deploys = await HelperDeploys.create({ ...APP_FILES, 'web.js': WEB });
  place = (name) => join(deploys.world.folder, name);
});
beforeEach(() => {
  for (const name of ['ran', 'by-command', 'broken']) rmSync(place(name), { force: true });
});
afterEach(() => deploys.world.heroku.control.clearFaults());
afterAll(() => deploys.close());

const WINDOW = { maintenance: 'always' };
const twice = () => ({ 'migrate-command': `touch ${place('by-command')}` });
const times = (): number =>
  existsSync(place('ran')) ? readFileSync(place('ran'), 'utf8').trim().split('\n').length : 0;

/** A new commit with this release phase, which fails while there is a file `broken`. */
async function commit(release = ''): Promise<string> {
  number += 1;
  const command = `echo ran >> ${place('ran')}; ${release} test ! -e ${place('broken')}`;
  return deploys.world.repository.commit({
    Procfile: `${APP_FILES['Procfile']}release: ${command}\n`,
    'greeting.txt': String(number),
  });
}

test('it migrates once: the command is skipped with a sentence, and its success is the migration’s', async () => {
  await commit();
  const { exitCode, result, log } = await deploys.run('deploy', { ...twice(), ...WINDOW });

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toContain('`migrate-command` is not run, so that nothing is migrated twice.');
  expect(result).toMatchObject({ database: 'migrated', migration: null });
  expect([times(), existsSync(place('by-command'))]).toEqual([1, false]);
  expect(await deploys.state()).toMatchObject({ page: false, worker: 1 });
});

test('a lost stream of its output is no loss of its end', async () => {
  await deploys.world.heroku.control.changeSettings(APP, { releaseStartDelayMs: 200 });
  await deploys.world.heroku.control.addFault({ match: { surface: 'stream' }, effect: { kind: 'reset' } });
  await commit('sleep 0.3;');
  const { exitCode, result } = await deploys.run('deploy', twice(), 5);
  await deploys.world.heroku.control.changeSettings(APP, { releaseStartDelayMs: 0 });

  expect(exitCode).toBe(0);
  expect(result).toMatchObject({ database: 'migrated', maintenance: { windowSeconds: null } });
});

test('in a window, its failure is the migration’s: held; mended and run again, the held window is brought to its end', async () => {
  writeFileSync(place('broken'), '');
  const head = await commit();
  const failed = await deploys.run('deploy', { ...twice(), ...WINDOW });

  expect({ exitCode: failed.exitCode, log: failed.log }).toMatchObject({ exitCode: 3 });
  expect(failed.result).toMatchObject({ verdict: 'held', database: 'unknown', error: { phase: 'release' } });
  expect(failed.log).toContain('State now:');
  expect(await deploys.state()).toMatchObject({ page: true, worker: 0 });

  rmSync(place('broken'));
  const builds = (await deploys.world.heroku.control.app(APP)).builds.length;
  const mended = await deploys.run('deploy', { ...twice(), ...WINDOW });
  expect({ exitCode: mended.exitCode, log: mended.log }).toMatchObject({ exitCode: 0 });
  expect(mended.log).toContain('a deployment takes off only a page that heroku-cd put on');
  expect(mended.log).not.toContain('heroku maintenance:off');
  expect(mended.result).toMatchObject({ releaseAfter: { commit: head }, database: 'migrated' });
  expect((await deploys.world.heroku.control.app(APP)).builds).toHaveLength(builds);
  expect([times(), existsSync(place('by-command'))]).toEqual([2, false]);
  expect(await deploys.state()).toMatchObject({ page: false, worker: 1 });
});

test('a window that is held for it is not opened by a commit that migrates nothing', async () => {
  writeFileSync(place('broken'), '');
  await commit();
  expect((await deploys.run('deploy', WINDOW)).exitCode).toBe(3);

  number += 1;
  await deploys.world.repository.commit({
    Procfile: APP_FILES['Procfile'] ?? '',
    'greeting.txt': String(number),
  });
  const without = await deploys.run('deploy', WINDOW);
  expect({ exitCode: without.exitCode, log: without.log }).toMatchObject({ exitCode: 2 });
  expect(without.log).toContain('this run has none');
  expect(await deploys.state()).toMatchObject({ page: true, worker: 0 });

  // Files that are as they were do not prove that the phase was not half done.
  const migrated = await deploys.run('deploy', { ...WINDOW, ...twice(), 'migration-paths': 'web.js' });
  expect({ exitCode: migrated.exitCode, log: migrated.log }).toMatchObject({ exitCode: 0 });
  expect(existsSync(place('by-command'))).toBe(true);
  expect(await deploys.state()).toMatchObject({ page: false, worker: 1 });
});

test('the command that a held window prints opens it where no journal is at hand', async () => {
  writeFileSync(place('broken'), '');
  await commit();
  const { exitCode, result } = await deploys.run('deploy', WINDOW);
  expect([exitCode, await deploys.state()]).toMatchObject([3, { page: true, worker: 0 }]);
  const [, command = ''] = /: heroku-cd (recover .*)$/.exec(result?.error?.next ?? '') ?? [];
  const { code, stdout } = await deploys.program.run(command.split(' '), {
    env: { HEROKU_CD_STATE_DIR: place('elsewhere'), HEROKU_CD_TIME_LAPSE: '50' },
  });
  expect({ code, stdout }).toMatchObject({ code: 0 });
  expect(await deploys.state()).toMatchObject({ page: false, worker: 1 });
});

test('pending for ever, in a window: unknown and held, and nothing is taken back', async () => {
  // What was pushed before is released by its slug: git would wait for the release phase by itself.
  const { control } = deploys.world.heroku;
  await control.changeSettings(APP, { releaseResult: 'fail' });
  const head = await commit(`while test -e ${place('broken')}; do sleep 0.1; done;`);
  await deploys.run('deploy', twice());
  await control.changeSettings(APP, { releaseResult: 'as-command' });
  writeFileSync(place('broken'), '');

  const { exitCode, result, log } = await deploys.run('deploy', {
    ...twice(),
    ...WINDOW,
    'release-timeout': '20s',
  });

  expect({ exitCode, log }).toMatchObject({ exitCode: 4 });
  expect(result).toMatchObject({ verdict: 'unknown', database: 'unknown', error: { phase: 'release' } });
  expect(log).toContain('is still running');
  expect(log).toContain('release-timeout');
  expect(await deploys.state()).toMatchObject({ page: true, worker: 0 });

  rmSync(place('broken'));
  await control.until(APP, (app) => app.releases.every((one) => one.status !== 'pending'));
  const again = await deploys.run('deploy', { ...twice(), ...WINDOW });
  expect({ exitCode: again.exitCode, log: again.log }).toMatchObject({ exitCode: 0 });
  expect(again.result).toMatchObject({ releaseAfter: { commit: head } });
  expect(await deploys.state()).toMatchObject({ page: false, worker: 1 });
});

test('in a window its database is backed up first, where it runs', async () => {
  await deploys.world.heroku.control.act(APP, { action: 'add-postgres' });
  await commit();
  const planned = (await deploys.run('plan', WINDOW)).answer as { acts: { what: string }[] };
  expect(planned.acts.map(({ what }) => what)).toContainEqual(expect.stringMatching(/^back up /));
  const { exitCode, result, log } = await deploys.run('deploy', WINDOW);
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(result).toMatchObject({ database: 'migrated', backups: ['b001'] });

  // Deployed already, so it is not released, and its release phase does not run.
  const again = await deploys.run('deploy', WINDOW);
  expect(again.log).toContain(
    'Backup: none, because no migration is known to run; `backup: always` takes one.',
  );
  expect(again.result).toMatchObject({ verdict: 'succeeded', backups: [] });
});

test('without a window and with preboot, no request is lost and none sees the page', async () => {
  const { control, urls } = deploys.world.heroku;
  await control.act(APP, { action: 'resize', sizes: { web: 'standard-1x' } });
  await control.act(APP, { action: 'feature', name: 'preboot', enabled: true });
  await control.until(APP, ({ dynos }) => {
    return dynos.filter(({ type }) => type === 'web').every(({ listed, state }) => listed && state === 'up');
  });
  await control.changeSettings(APP, { prebootOverlapMs: 300, startDelayMs: 200 });
  const before = await deploys.world.visit();
  const polls = { going: true, answers: new Map<string, number>() };
  const visitor = (async () => {
    while (polls.going) {
      const response = await fetch(`${urls.router}/_app/${APP}/`).then(
        async (answer) => `${answer.status} ${await answer.text()}`,
        (error: unknown) => String(error),
      );
      polls.answers.set(response, (polls.answers.get(response) ?? 0) + 1);
      await delay(15);
    }
  })();
  const head = await commit('sleep 0.3;');

  const { exitCode, result, log } = await deploys.run('deploy', {}, 5);
  await control.until(APP, (app) => app.dynos.filter((one) => one.type === 'web' && one.listed).length === 1);
  await delay(200);
  polls.going = false;
  await visitor;

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(result).toMatchObject({
    database: 'migrated',
    releaseAfter: { commit: head },
    maintenance: { windowSeconds: null },
  });
  expect([...polls.answers.keys()].sort()).toEqual([before, `200 ${number}`].sort());
});
