import assert from 'node:assert/strict';
import type { Act } from './act.ts';
import { succeed } from './act.ts';

/** An account besides the one whose key the CLI has. */
const friend = 'friend@example.com';

/** What docs and remedies tell people to look at or to set, beyond the other acts; on the app that they have deployed. */
export const readingActs: readonly Act[] = [
  {
    title: 'apps and apps:info --json name the app',
    async perform({ terminal, app }) {
      assert.ok(succeed(await terminal.heroku('apps')).stdout.includes(app));
      const { stdout } = succeed(await terminal.heroku('apps:info', '-a', app, '--json'));
      const { app: info } = JSON.parse(stdout) as { app: { name: string; maintenance: boolean } };
      assert.deepEqual([info.name, info.maintenance], [app, false]);
    },
  },
  {
    title: 'releases:info, config:get and config --json show what a release has',
    async perform({ terminal, control, app }) {
      const shown = succeed(await terminal.heroku('releases:info', 'v4', '-a', app)).stdout;
      assert.match(shown, /Change: +Set GREETING config vars/);
      assert.match(shown, /GREETING: +hello/);
      succeed(await terminal.heroku('config:set', 'SHOWN=here', '-a', app));
      assert.equal(succeed(await terminal.heroku('config:get', 'SHOWN', '-a', app)).stdout, 'here\n');
      const config = succeed(await terminal.heroku('config', '-a', app, '--json')).stdout;
      assert.deepEqual(JSON.parse(config), (await control.app(app)).configVars);
      succeed(await terminal.heroku('config:unset', 'SHOWN', '-a', app));
      assert.deepEqual((await control.app(app)).configVars, {});
    },
  },
  {
    title: 'ps:type changes the size of every process type',
    async perform({ terminal, control, app }) {
      succeed(await terminal.heroku('ps:type', 'standard-2x', '-a', app));
      const { formation } = await control.app(app);
      assert.deepEqual([...new Set(formation.map(({ size }) => size))], ['Standard-2X']);
      const { stdout } = succeed(await terminal.heroku('ps', '-a', app, '--json'));
      const dynos = JSON.parse(stdout) as { size: string; type: string }[];
      assert.ok(
        dynos.some(({ size, type }) => type === 'web' && size === 'Standard-2X'),
        stdout,
      );
    },
  },
  {
    title: 'access lists, adds and removes collaborators',
    async perform({ terminal, control, app }) {
      await control.createAccount({ email: friend });
      succeed(await terminal.heroku('access:add', friend, '-a', app));
      const listed = succeed(await terminal.heroku('access', '-a', app)).stdout;
      assert.match(listed, /developer@example\.com +owner/);
      assert.match(listed, /friend@example\.com +collaborator/);
      succeed(await terminal.heroku('access:remove', friend, '-a', app));
      assert.ok(!succeed(await terminal.heroku('access', '-a', app)).stdout.includes(friend));
    },
  },
  {
    title: 'access:update is refused by the CLI itself where no team owns the app',
    async perform({ terminal, app }) {
      const { code, stderr } = await terminal.heroku('access:update', friend, '-a', app, '-p', 'deploy');
      assert.notEqual(code, 0);
      assert.match(stderr, /cannot update permissions/);
    },
  },
  {
    title: 'authorizations:create makes a key of a scope, which works until authorizations:revoke',
    async perform({ terminal }) {
      const made = ['-d', 'CircleCI deploys', '-s', 'identity,write-protected', '--json'];
      const { stdout } = succeed(await terminal.heroku('authorizations:create', ...made));
      const { id, access_token: access } = JSON.parse(stdout) as {
        id: string;
        access_token: { token: string };
      };
      const other = terminal.with({ HEROKU_API_KEY: access.token });
      assert.equal(succeed(await other.heroku('auth:token')).stdout.trim(), access.token);
      assert.equal(succeed(await other.heroku('auth:whoami')).stdout.trim(), 'developer@example.com');
      const listed = succeed(await terminal.heroku('authorizations')).stdout;
      assert.match(listed, new RegExp(`CircleCI deploys +${id} +identity,write-protected`));
      assert.match(succeed(await terminal.heroku('authorizations:info', id)).stdout, /CircleCI deploys/);
      succeed(await terminal.heroku('authorizations:revoke', id));
      assert.notEqual((await other.heroku('auth:whoami')).code, 0);
    },
  },
  {
    title: 'auth:2fa tells whether there is a second factor',
    async perform({ terminal }) {
      assert.match(succeed(await terminal.heroku('auth:2fa')).stdout, /enabled/);
    },
  },
  {
    title: 'features, features:info and keys show what there is',
    async perform({ terminal, app }) {
      assert.match(succeed(await terminal.heroku('features', '-a', app)).stdout, /\[ \] preboot/);
      const info = succeed(await terminal.heroku('features:info', 'preboot', '-a', app)).stdout;
      assert.match(info, /Enabled: +false/);
      assert.match(succeed(await terminal.heroku('keys')).stderr, /You have no SSH keys/);
    },
  },
  {
    title: 'buildpacks:add puts one before the others, and buildpacks lists them',
    async perform({ terminal, app }) {
      const url = 'https://example.com/lfs.git';
      succeed(await terminal.heroku('buildpacks:add', url, '-i', '1', '-a', app));
      assert.ok(succeed(await terminal.heroku('buildpacks', '-a', app)).stdout.includes(url));
      succeed(await terminal.heroku('buildpacks:clear', '-a', app));
    },
  },
];
