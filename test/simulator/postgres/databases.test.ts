import { Client } from 'pg';
import { ControlClient, startLocalHeroku } from '../../../src/simulator/index.ts';
import { TestHeroku } from '../support/local.ts';

let test: TestHeroku;
let client: ControlClient;
beforeAll(async () => {
  test = await TestHeroku.start({
    apps: [{ name: 'with-data', postgres: true, configVars: { GREETING: 'hello' } }, 'without'],
  });
  client = new ControlClient(test.heroku.urls.control);
});
afterAll(() => test.close());

describe('an app that is made with Postgres', () => {
  it('has DATABASE_URL, by a release of its own', async () => {
    const { body } = await test.api('GET', '/apps/with-data/config-vars');
    expect(body).toEqual({
      GREETING: 'hello',
      DATABASE_URL: expect.stringMatching(/^postgres:\/\/with_data_\w+:\w+@127\.0\.0\.1:\d+\/with_data_\w+$/),
    });
    const { releases } = await client.app('with-data');
    expect(releases.map(({ description }) => description)).toEqual([
      'Initial release',
      'Enable Logplex',
      expect.stringMatching(/^Attach DATABASE \(@ref:postgresql-\w+-\d{5}\)$/),
    ]);
    expect(releases.at(-1)).toMatchObject({ version: 3, status: 'succeeded', current: true });
  });

  it('can be made over the control port', async () => {
    const { configVars, releases } = await client.createApp({ name: 'made-later', postgres: true });
    expect(configVars).toHaveProperty('DATABASE_URL');
    expect(releases).toHaveLength(3);
  });

  it('gives its processes the database: dynos, and the release command of its own attachment', async () => {
    const server = `
      const [, user] = /\\/\\/(\\w+):/.exec(process.env.DATABASE_URL ?? '') ?? [];
      require('node:http').createServer((q, a) => a.end(String(user))).listen(process.env.PORT);`;
    const files = {
      Procfile: 'web: node server.js\nrelease: env | grep -c ^DATABASE_URL= || true\n',
      'server.js': server,
    };
    const { app } = await test.deployedApp('late', files);
    expect(await visit('late')).toBe('undefined');
    await client.act('late', { action: 'add-postgres', as: 'eve@example.com' });
    const view = await client.until('late', ({ releases, dynos }) => {
      const { status, version } = releases.at(-1) ?? {};
      return status === 'succeeded' && dynos.every((dyno) => dyno.release === version && dyno.state === 'up');
    });
    expect(view.releases.at(-1)).toMatchObject({
      description: expect.stringContaining('Attach DATABASE'),
      user: 'eve@example.com',
      output: '1\n',
    });
    expect(await visit('late')).toBe(new URL(app.configVars['DATABASE_URL'] ?? '').username);
  });

  it('refuses a second one', async () => {
    await expect(client.act('with-data', { action: 'add-postgres' })).rejects.toThrow(
      /has a database already/,
    );
    expect((await client.app('with-data')).releases).toHaveLength(3);
  });

  it('loses it when it is deleted; another app keeps its own', async () => {
    const { configVars } = await client.createApp({ name: 'leaves', postgres: true });
    expect((await test.api('DELETE', '/apps/leaves')).status).toBe(200);
    const session = new Client({ connectionString: configVars['DATABASE_URL'] ?? '' });
    await expect(session.connect()).rejects.toThrow(/authentication failed/);
    expect(await client.query('with-data', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('keeps it under another name', async () => {
    await client.createApp({ name: 'old-name', postgres: true });
    await client.query('old-name', 'CREATE TABLE kept (n int)');
    await test.api('PATCH', '/apps/old-name', { name: 'new-name' });
    expect(await client.query('new-name', 'SELECT * FROM kept')).toEqual([]);
  });
});

describe('query', () => {
  it('answers the same in this process and over the control port', async () => {
    const [sql, values] = [
      'SELECT $1::int AS n, now() IS NULL AS never, to_timestamp(0) AS at',
      [7],
    ] as const;
    const expected = [{ n: 7, never: false, at: '1970-01-01T00:00:00.000Z' }];
    expect(await client.query('with-data', sql, values)).toEqual(expected);
    expect(await test.heroku.control.query('with-data', sql, values)).toEqual(expected);
  });

  it('says what is wrong', async () => {
    await expect(client.query('with-data', 'SELECT nothing')).rejects.toThrow(
      'Postgres: column "nothing" does not exist',
    );
    await expect(client.query('without', 'SELECT 1')).rejects.toThrow(
      /without has no database.*add-postgres/,
    );
    await expect(client.query('unknown', 'SELECT 1')).rejects.toThrow(/app/);
    await expect(client.query('with-data', 7 as never)).rejects.toThrow(/sql/);
  });
});

describe('the server', () => {
  it('serves all apps, and ends with the local Heroku after their processes', async () => {
    const apps = [
      { name: 'one-app', postgres: true },
      { name: 'two-app', postgres: true },
    ];
    const heroku = await startLocalHeroku({ apps });
    const [one, two] = heroku.platform.apps.all.map((app) => new URL(app.configVars['DATABASE_URL'] ?? ''));
    expect(one?.host).toBe(two?.host);
    expect(one?.href).not.toBe(two?.href);
    await heroku.close();
    await expect(new Client({ connectionString: one?.href ?? '' }).connect()).rejects.toThrow(/ECONNREFUSED/);
  });

  it('does not start for a local Heroku that is closing', async () => {
    const heroku = await startLocalHeroku({ apps: ['plain'] });
    await heroku.close();
    await expect(heroku.control.act('plain', { action: 'add-postgres' })).rejects.toThrow(
      /does not start any more/,
    );
  });
});

async function visit(app: string): Promise<string> {
  return (await fetch(test.heroku.platform.webUrl(test.app(app)))).text();
}
