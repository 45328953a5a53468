import assert from 'node:assert/strict';
import type { AppView } from '../../src/simulator/index.ts';
import type { Act, Stage } from './act.ts';
import { succeed } from './act.ts';
import { databaseActs } from './database-acts.ts';
import { mentionActs } from './mention-acts.ts';
import { oneOffActs } from './one-off-acts.ts';
import { readingActs } from './reading-acts.ts';

const server = `require('node:http')
  .createServer((request, response) => response.end('greeting: ' + process.env.GREETING))
  .listen(process.env.PORT);
`;

/** Runs every act, in order, each one on what the ones before have left. */
export async function runActs(
  stage: Stage,
  say: (line: string) => void,
): Promise<{ passed: number; failed: number }> {
  let passed = 0;
  for (const { title, perform } of acts) {
    try {
      await perform(stage);
      passed += 1;
      say(`ok      ${title}`);
    } catch (error) {
      say(`FAILED  ${title}`);
      say(String(error instanceof Error ? error.message : error).replace(/^/gm, '          '));
    }
  }
  return { passed, failed: acts.length - passed };
}

const acts: readonly Act[] = [
  {
    title: 'auth:whoami names the account, by its key',
    async perform({ terminal, control }) {
      const { stdout } = succeed(await terminal.heroku('auth:whoami'));
      assert.equal(stdout.trim(), 'developer@example.com');
      const asked = (await control.requests({ surface: 'api' })).filter(({ path }) => path === '/account');
      assert.ok(asked.length > 0 && asked.every(({ account }) => account === 'developer@example.com'));
    },
  },
  {
    title: 'a wrong key is refused and changes nothing',
    async perform({ terminal, control, app }) {
      await control.clearRequests();
      const stranger = terminal.with({ HEROKU_API_KEY: 'wrong' });
      const whoami = await stranger.heroku('auth:whoami');
      assert.notEqual(whoami.code, 0);
      assert.match(whoami.stderr, /Invalid credentials provided/);
      const page = await stranger.heroku('maintenance:on', '-a', app);
      assert.notEqual(page.code, 0);
      assert.match(page.stderr, /HEROKU_API_KEY is invalid/);
      assert.equal((await control.app(app)).maintenance, false);
      const answers = (await control.requests()).map(({ status, account }) => ({ status, account }));
      assert.ok(answers.length >= 2);
      for (const answer of answers) assert.deepEqual(answer, { status: 401, account: null });
    },
  },
  {
    title: 'apps:info shows the app',
    async perform({ terminal, control, app }) {
      const { stdout } = succeed(await terminal.heroku('apps:info', '-a', app, '--shell'));
      const { gitUrl, webUrl, owner } = await control.app(app);
      for (const line of [`git_url=${gitUrl}`, `web_url=${webUrl}`, `owner=${owner}`, 'stack=heroku-24']) {
        assert.ok(stdout.split('\n').includes(line), `${line} is missing in:\n${stdout}`);
      }
      succeed(await terminal.heroku('apps:info', '-a', app));
    },
  },
  {
    title: 'git:remote and git push over https, with the CLI as credential helper, deploy',
    async perform({ terminal, control, app }) {
      const commit = await terminal.commit({
        Procfile: 'web: node server.js\nworker: exec sleep 3600\nrelease: echo "release command ran"\n',
        'server.js': server,
      });
      succeed(await terminal.heroku('git:remote', '-a', app));
      const { stderr } = succeed(await terminal.git('push', 'heroku', 'HEAD:refs/heads/main'));
      assert.match(stderr, /remote: +Released v3/);
      assert.match(stderr, /remote: release command ran/);
      assert.match(stderr, /remote: Waiting for release\.\.\.\. done\./);
      const view = await control.until(app, webIsUp);
      assert.equal(view.git.main, commit);
      assert.equal(view.currentRelease, 3);
      assert.equal(view.releases.at(-1)?.description, `Deploy ${commit.slice(0, 8)}`);
    },
  },
  {
    title: 'ps lists the dynos',
    async perform({ terminal, app }) {
      const { stdout } = succeed(await terminal.heroku('ps', '-a', app));
      assert.match(stdout, /=== web \(Standard-1X\): node server\.js \(1\)/);
      assert.match(stdout, /web\.1: up/);
    },
  },
  {
    title: 'ps:scale starts, adds, resizes and stops dynos, as real processes',
    async perform({ terminal, control, app }) {
      succeed(await terminal.heroku('ps:scale', 'worker=2', '-a', app));
      const two = await control.until(
        app,
        (view) => workers(view).filter(({ state }) => state === 'up').length === 2,
      );
      const pids = workers(two).map(({ pid }) => pid ?? 0);
      assert.ok(pids.every(isAlive));
      succeed(await terminal.heroku('ps:scale', 'worker+1', '-a', app));
      assert.equal(quantity(await control.app(app), 'worker'), 3);
      succeed(await terminal.heroku('ps:scale', 'worker=1:standard-2x', '-a', app));
      const resized = await control.until(app, (view) => workers(view).length === 1);
      assert.equal(workers(resized)[0]?.size, 'Standard-2X');
      succeed(await terminal.heroku('ps:scale', 'worker=0', '-a', app));
      await control.until(app, (view) => workers(view).length === 0);
      assert.ok(!pids.some(isAlive));
      assert.match(succeed(await terminal.heroku('ps:scale', '-a', app)).stdout, /worker=0:Standard-2X/);
    },
  },
  {
    title: 'ps:scale refuses an unknown type and an unknown size',
    async perform({ terminal, app }) {
      const type = await terminal.heroku('ps:scale', 'clock=1', '-a', app);
      assert.notEqual(type.code, 0);
      assert.match(type.stderr, /Couldn't find that process type \(clock\)/);
      const size = await terminal.heroku('ps:scale', 'worker=1:enormous', '-a', app);
      assert.notEqual(size.code, 0);
      assert.match(size.stderr, /Couldn't find that dyno size \(enormous\)/);
    },
  },
  {
    title: 'maintenance:on and maintenance:off switch the page and leave the dynos alone',
    async perform({ terminal, control, app }) {
      succeed(await terminal.heroku('maintenance:on', '-a', app));
      const on = await control.app(app);
      assert.equal(on.maintenance, true);
      assert.equal((await fetch(on.webUrl)).status, 503);
      assert.ok(webIsUp(on));
      assert.match(succeed(await terminal.heroku('maintenance', '-a', app)).stdout, /^on$/m);
      succeed(await terminal.heroku('maintenance:off', '-a', app));
      const off = await control.app(app);
      assert.equal(off.maintenance, false);
      assert.equal((await fetch(off.webUrl)).status, 200);
    },
  },
  {
    title: 'config:set makes a release that restarts the dynos, and config shows the value',
    async perform({ terminal, control, app }) {
      const before = await control.app(app);
      succeed(await terminal.heroku('config:set', 'GREETING=hello', '-a', app));
      const after = await control.until(app, (view) => view.currentRelease === 4 && webIsUp(view));
      assert.equal(after.configVars.GREETING, 'hello');
      assert.equal(after.releases.at(-1)?.description, 'Set GREETING config vars');
      assert.notEqual(after.dynos[0]?.pid, before.dynos[0]?.pid);
      assert.equal(await (await fetch(after.webUrl)).text(), 'greeting: hello');
      assert.match(succeed(await terminal.heroku('config', '-a', app)).stdout, /GREETING: +hello/);
    },
  },
  {
    title: 'releases lists them, newest first',
    async perform({ terminal, app }) {
      const { stdout } = succeed(await terminal.heroku('releases', '-a', app, '--json'));
      const releases = JSON.parse(stdout) as { version: number; status: string; current: boolean }[];
      assert.deepEqual(
        releases.map(({ version }) => version),
        [4, 3, 2, 1],
      );
      assert.equal(releases.find(({ current }) => current)?.version, 4);
      assert.match(
        succeed(await terminal.heroku('releases', '-a', app)).stdout,
        /v4 +Set GREETING config vars/,
      );
      const shown = succeed(await terminal.heroku('releases:output', 'v3', '-a', app)).stdout;
      assert.match(shown, /release command ran/);
    },
  },
  {
    title: 'releases:rollback goes back, code and config vars',
    async perform({ terminal, control, app }) {
      succeed(await terminal.heroku('releases:rollback', '-a', app));
      const view = await control.until(app, (each) => each.currentRelease === 5 && webIsUp(each));
      assert.equal(view.releases.at(-1)?.description, 'Rollback to v3');
      assert.deepEqual(view.configVars, {});
      assert.equal(await (await fetch(view.webUrl)).text(), 'greeting: undefined');
    },
  },
  {
    title: 'git push with the key in the URL deploys again; the same commit is up to date',
    async perform({ terminal, control, app }) {
      const { gitUrl } = await control.app(app);
      const url = new URL(gitUrl);
      Object.assign(url, { username: 'heroku', password: terminal.key });
      const commit = await terminal.commit({ 'notes.txt': 'second\n' });
      succeed(await terminal.git('push', url.href, 'HEAD:refs/heads/main'));
      const view = await control.until(app, (each) => each.currentRelease === 6);
      assert.equal(view.git.main, commit);
      const again = succeed(await terminal.git('push', url.href, 'HEAD:refs/heads/main'));
      assert.match(again.stderr, /Everything up-to-date/);
      assert.equal((await control.app(app)).builds.length, 2);
    },
  },
  ...oneOffActs,
  ...databaseActs,
  ...readingActs,
  ...mentionActs,
];

function webIsUp({ dynos, currentRelease }: AppView): boolean {
  return dynos.some(
    ({ type, state, release }) => type === 'web' && state === 'up' && release === currentRelease,
  );
}

function workers({ dynos }: AppView): AppView['dynos'] {
  return dynos.filter(({ type, listed }) => type === 'worker' && listed);
}

function quantity({ formation }: AppView, type: string): number | undefined {
  return formation.find((entry) => entry.type === type)?.quantity;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
