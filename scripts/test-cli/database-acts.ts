import assert from 'node:assert/strict';
import type { AppView } from '../../src/simulator/index.ts';
import type { Act, Stage } from './act.ts';
import { succeed } from './act.ts';

/** An app with a database, and one that it is attached to. */
const [shop, guest] = ['cli-data', 'cli-guest'];

/** Databases, their backups and add-ons with the CLI; these acts need no other one's app. */
export const databaseActs: readonly Act[] = [
  {
    title: 'addons:create makes a database, which addons, addons:info, pg:info and pg:psql show',
    async perform({ terminal, control }) {
      for (const name of [shop, guest]) await control.createApp({ name });
      succeed(await terminal.heroku('addons:create', 'heroku-postgresql:essential-0', '-a', shop));
      await control.query(
        shop,
        'CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 9)',
      );
      const { addOns, configVars } = await control.app(shop);
      assert.match(configVars.DATABASE_URL ?? '', /^postgres:\/\//);
      const name = addOns[0]?.name ?? '';
      const list = succeed(await terminal.heroku('addons', '-a', shop)).stdout;
      for (const text of [name, 'essential-0', 'as DATABASE', 'created'])
        assert.ok(list.includes(text), list);
      const shown = succeed(await terminal.heroku('addons:info', name, '-a', shop)).stdout;
      assert.match(shown, /Plan: +heroku-postgresql:essential-0/);
      const info = succeed(await terminal.heroku('pg:info', '-a', shop)).stdout;
      for (const text of ['=== DATABASE_URL', 'Essential 0', 'Available', name])
        assert.ok(info.includes(text), info);
      assert.match(info, /Tables: +1$/m);
      succeed(await terminal.heroku('pg:wait', '-a', shop));
      const psql = ['pg:psql', '-a', shop, '-c', 'SELECT count(*) AS orders FROM orders'];
      assert.match(succeed(await terminal.heroku(...psql)).stdout, /orders\s+-+\s+9/);
    },
  },
  {
    title: 'pg:backups:capture dumps the database, pg:backups lists it, pg:backups:url gives it away',
    async perform({ terminal, control }) {
      const { stdout, stderr } = succeed(await terminal.heroku('pg:backups:capture', '-a', shop));
      assert.match(stdout + stderr, /Backing up DATABASE to b001\.\.\. done/);
      const { name, state } = last(await control.app(shop));
      assert.deepEqual([name, state], ['b001', 'succeeded']);
      assert.match(
        succeed(await terminal.heroku('pg:backups', '-a', shop)).stdout,
        /b001 .*Completed .*DATABASE/,
      );
      const info = succeed(await terminal.heroku('pg:backups:info', 'b001', '-a', shop)).stdout;
      assert.match(info, /Status: +Completed/);
      assert.match(info, /dumping contents of table "public\.orders"/);
      const url = succeed(await terminal.heroku('pg:backups:url', 'b001', '-a', shop)).stdout.trim();
      assert.match(await (await fetch(url)).text(), /^PGDMP/);
    },
  },
  {
    title: 'pg:backups:restore puts the database back',
    async perform({ terminal, control }) {
      const before = await control.dump(shop);
      await control.query(shop, 'DELETE FROM orders');
      const restore = ['pg:backups:restore', 'b001', 'DATABASE_URL', '-a', shop, '--confirm', shop];
      succeed(await terminal.heroku(...restore));
      assert.equal(await control.dump(shop), before);
      assert.deepEqual([last(await control.app(shop)).name], ['r002']);
      assert.match(
        succeed(await terminal.heroku('pg:backups', '-a', shop)).stdout,
        /r002 .*Completed .*DATABASE/,
      );
    },
  },
  {
    title: 'a backup that fails ends pg:backups:capture with 2; one that another one blocks is refused',
    async perform({ terminal, control }) {
      await control.changeSettings(shop, { backupResult: 'fail' });
      const failed = await terminal.heroku('pg:backups:capture', '-a', shop);
      assert.equal(failed.code, 2);
      assert.match(failed.stderr, /An error occurred and the backup did not finish/);
      await control.changeSettings(shop, { backupResult: 'stay-running' });
      await control.act(shop, { action: 'capture-backup' });
      const refused = await terminal.heroku('pg:backups:capture', '-a', shop);
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /a transfer is currently in progress/);
      succeed(await terminal.heroku('pg:backups:cancel', '-a', shop));
      assert.equal(last(await control.app(shop)).state, 'canceled');
      await control.changeSettings(shop, { backupResult: 'succeed' });
      succeed(await terminal.heroku('pg:backups:delete', 'b001', '-a', shop, '--confirm', shop));
      assert.equal((await control.app(shop)).transfers[0]?.state, 'deleted');
    },
  },
  {
    title: 'pg:backups:schedule, schedules and unschedule',
    async perform({ terminal, control }) {
      succeed(await terminal.heroku('pg:backups:schedule', 'DATABASE', '--at', '04:00 UTC', '-a', shop));
      assert.match(
        succeed(await terminal.heroku('pg:backups:schedules', '-a', shop)).stdout,
        /daily at 4:00 UTC/,
      );
      succeed(await terminal.heroku('pg:backups:unschedule', 'DATABASE', '-a', shop));
      assert.deepEqual((await control.app(shop)).addOns[0]?.schedules, []);
    },
  },
  {
    title: 'addons:attach gives another app the database; its backups stay with the app that pays',
    async perform({ terminal, control }) {
      const name = (await control.app(shop)).addOns[0]?.name ?? '';
      succeed(await terminal.heroku('addons:attach', name, '--as', 'SHOP', '-a', guest));
      const { configVars, releases } = await control.app(guest);
      assert.equal(configVars.SHOP_URL, (await control.app(shop)).configVars.DATABASE_URL);
      assert.equal(releases.at(-1)?.description, `Attach SHOP (@ref:${name})`);
      assert.match(succeed(await terminal.heroku('pg:info', '-a', guest)).stdout, /Billing App: +.*cli-data/);
      const { stdout } = succeed(await terminal.heroku('pg:backups:capture', 'SHOP', '-a', guest));
      assert.match(stdout, /You are running this command with a non-billing application/);
      assert.equal(last(await control.app(shop)).state, 'succeeded');
      assert.deepEqual((await control.app(guest)).transfers, []);
      succeed(await terminal.heroku('addons:detach', 'SHOP', '-a', guest));
      assert.deepEqual((await control.app(guest)).configVars, {});
    },
  },
  {
    title:
      'pg:promote makes a second database the first; pg:killall, pg:credentials:rotate and pg:reset act on it',
    async perform({ terminal, control }) {
      const create = ['addons:create', 'heroku-postgresql:standard-0', '--as', 'HEROKU_POSTGRESQL_BLUE'];
      succeed(await terminal.heroku(...create, '-a', shop));
      succeed(await terminal.heroku('pg:promote', 'HEROKU_POSTGRESQL_BLUE', '-a', shop));
      const promoted = (await control.app(shop)).configVars;
      assert.equal(promoted.DATABASE_URL, promoted.HEROKU_POSTGRESQL_BLUE_URL);
      assert.match(succeed(await terminal.heroku('pg:info', 'DATABASE', '-a', shop)).stdout, /Standard 0/);
      succeed(await terminal.heroku('pg:killall', '-a', shop));
      succeed(await terminal.heroku('pg:credentials:rotate', '-a', shop, '--confirm', shop));
      assert.notEqual((await control.app(shop)).configVars.DATABASE_URL, promoted.DATABASE_URL);
      await control.query(shop, 'CREATE TABLE gone (id int)');
      succeed(await terminal.heroku('pg:reset', 'DATABASE', '-a', shop, '--confirm', shop));
      assert.ok(!(await control.dump(shop)).includes('gone'));
    },
  },
  {
    title: 'stack:set, buildpacks:set and features:enable say of an app what is asked for',
    async perform({ terminal, control }: Stage) {
      succeed(await terminal.heroku('stack:set', 'heroku-22', '-a', guest));
      succeed(await terminal.heroku('buildpacks:set', 'https://example.com/pack.git', '-a', guest));
      assert.match(
        succeed(await terminal.heroku('buildpacks', '-a', guest)).stdout,
        /https:\/\/example\.com\/pack/,
      );
      assert.equal((await control.app(guest)).description.buildStack, 'heroku-22');
      succeed(await terminal.heroku('features:enable', 'preboot', '-a', guest));
      await control.act(guest, { action: 'describe', generation: 'fir' });
      succeed(await terminal.heroku('features:disable', 'preboot', '-a', guest));
      const refused = await terminal.heroku('features:enable', 'preboot', '-a', guest);
      assert.match(refused.stderr, /Only Cedar apps are supported/);
    },
  },
  {
    title: 'addons:destroy removes a database',
    async perform({ terminal, control }) {
      const { addOns } = await control.app(shop);
      const first = addOns.find(({ plan }) => plan.endsWith('essential-0'))?.name ?? '';
      succeed(await terminal.heroku('addons:destroy', first, '-a', shop, '--confirm', shop));
      assert.equal((await control.app(shop)).addOns.length, 1);
    },
  },
];

function last({ transfers }: AppView): AppView['transfers'][number] {
  const found = transfers.at(-1);
  assert.ok(found);
  return found;
}
