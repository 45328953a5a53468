import { TestHeroku } from '../support/local.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start({
    apps: ['plain'],
    account: { email: 'owner@example.com', key: 'owner-key' },
  });
});
afterAll(() => test.close());

const as = (key: string) => ({ Authorization: `Bearer ${key}` });

describe('an app', () => {
  beforeAll(() => {
    test.heroku.control.createAccount({ email: 'other@example.com', keys: [{ key: 'other-key' }] });
  });

  it('that does not exist and one that is not yours cannot be told apart', async () => {
    const missing = await test.api('GET', '/apps/missing');
    const hidden = await test.api('GET', '/apps/plain', undefined, as('other-key'));
    const expected = { id: 'not_found', resource: 'app', message: "Couldn't find that app." };
    expect([missing.status, missing.body]).toEqual([404, expected]);
    expect([hidden.status, hidden.body]).toEqual([404, expected]);
    expect((await test.api('GET', '/apps', undefined, as('other-key'))).body).toEqual([]);
  });

  it('that you may see and not change answers 403', async () => {
    await test.heroku.control.setPermissions('plain', 'other@example.com', ['view']);
    expect((await test.api('GET', '/apps/plain', undefined, as('other-key'))).status).toBe(200);
    const answers = await Promise.all([
      test.api('PATCH', '/apps/plain', { maintenance: true }, as('other-key')),
      test.api('PATCH', '/apps/plain/config-vars', { A: '1' }, as('other-key')),
      test.api('PATCH', '/apps/plain/formation', { updates: [] }, as('other-key')),
      test.api('POST', '/apps/plain/builds', {}, as('other-key')),
      test.api('POST', '/apps/plain/releases', {}, as('other-key')),
      test.api('DELETE', '/apps/plain', undefined, as('other-key')),
    ]);
    expect(answers.map(({ status, body }) => [status, body.id])).toEqual(
      answers.map(() => [403, 'forbidden']),
    );
    expect(test.app('plain').maintenance).toBe(false);
    await test.heroku.control.setPermissions('plain', 'other@example.com', []);
    expect((await test.api('GET', '/apps/plain', undefined, as('other-key'))).status).toBe(404);
  });

  it('is found by its id too', async () => {
    const { body } = await test.api('GET', `/apps/${test.app('plain').id}`);
    expect(body.name).toBe('plain');
  });

  it.each(['ab', 'Has-Capitals', '1-digit-first', 'dash-last-', 'x'.repeat(31), 'under_score'])(
    'cannot be called %s',
    async (name) => {
      const answer = await test.api('POST', '/apps', { name });
      expect(answer.status).toBe(422);
      expect(answer.body.message).toMatch(/^Name must start with a letter/);
    },
  );

  it('cannot have the name of another', async () => {
    const answer = await test.api('POST', '/apps', { name: 'plain' });
    expect([answer.status, answer.body.message]).toEqual([422, 'Name plain is already taken']);
  });

  it('gets a name where none is given, and may get another one, with its repository', async () => {
    const { body } = await test.api('POST', '/apps');
    expect(body.name).toMatch(/^local-app-/);
    await test.api('PATCH', `/apps/${body.name}`, { name: 'named-now' });
    expect((await test.api('GET', `/apps/${body.id}`)).body.name).toBe('named-now');
    const { workspace, commit } = await test.deployedApp('named-now');
    await test.api('PATCH', '/apps/named-now', { name: 'renamed' });
    expect((await test.heroku.control.app('renamed')).git.main).toBe(commit);
    expect((await test.push(workspace, 'named-now')).code).toBe(128);
    expect((await test.push(workspace, 'renamed')).stderr).toContain('Everything up-to-date');
  });

  it('takes true and false for maintenance only', async () => {
    expect((await test.api('PATCH', '/apps/plain', { maintenance: 'yes' })).status).toBe(422);
    expect((await test.api('PATCH', '/apps/plain', { maintenance: true })).body.maintenance).toBe(true);
    expect((await test.api('PATCH', '/apps/plain', { maintenance: false })).body.maintenance).toBe(false);
  });

  it('can be filtered out of many by its id', async () => {
    const { id } = test.app('plain');
    const { body } = await test.api(
      'POST',
      '/filters/apps',
      { in: { id: [id, 'unknown'] } },
      { Range: 'id ..; max=1000;' },
    );
    expect(body).toMatchObject([{ id, name: 'plain' }]);
    expect((await test.api('POST', '/filters/apps', {})).status).toBe(422);
  });
});

describe('collaborators', () => {
  it('are listed with the owner, added and removed', async () => {
    test.heroku.control.createAccount({ email: 'mate@example.com', keys: [{ key: 'mate-key' }] });
    await test.api('POST', '/apps', { name: 'shared' });
    const added = await test.api('POST', '/apps/shared/collaborators', { user: 'mate@example.com' });
    expect(added.body).toMatchObject({ role: 'collaborator', user: { email: 'mate@example.com' } });
    expect((await test.api('PATCH', '/apps/shared', { maintenance: true }, as('mate-key'))).status).toBe(200);
    expect((await test.api('DELETE', '/apps/shared', undefined, as('mate-key'))).status).toBe(403);
    const { body } = await test.api('GET', '/apps/shared/collaborators');
    expect(
      body.map((each: { user: { email: string }; role: string }) => [each.user.email, each.role]),
    ).toEqual([
      ['mate@example.com', 'collaborator'],
      ['owner@example.com', 'owner'],
    ]);
    await test.api('DELETE', '/apps/shared/collaborators/mate@example.com');
    expect((await test.api('GET', '/apps/shared', undefined, as('mate-key'))).status).toBe(404);
  });

  it('are refused where they cannot be', async () => {
    expect((await test.api('POST', '/apps/shared/collaborators', { user: 'no@one.example' })).status).toBe(
      422,
    );
    expect((await test.api('DELETE', '/apps/shared/collaborators/owner@example.com')).status).toBe(422);
    expect((await test.api('GET', '/apps/shared/collaborators/no@one.example')).status).toBe(404);
  });
});

it('features are switched by name', async () => {
  const on = await test.api('PATCH', '/apps/plain/features/preboot', { enabled: true });
  expect(on.body).toMatchObject({ name: 'preboot', enabled: true });
  expect((await test.api('GET', '/apps/plain/features/preboot')).body.enabled).toBe(true);
  expect((await test.api('PATCH', '/apps/plain/features/preboot', { enabled: 'no' })).status).toBe(422);
  expect((await test.api('PATCH', '/apps/plain/features/teleport', { enabled: true })).status).toBe(404);
});
