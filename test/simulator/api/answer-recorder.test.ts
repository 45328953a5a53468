import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRecords, readRecords } from '../support/check-records.ts';
import { hasHyperSchema } from '../support/hyper-schema.ts';
import { TestHeroku } from '../support/local.ts';

let test: TestHeroku;
let folder: string;
const records = () => readRecords(folder);
const asHelper = { 'User-Agent': 'heroku-cd/1.0' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heroku-cd-records-'));
  test = await TestHeroku.start({ apps: ['recorded-1', 'recorded-2'], recordAnswers: folder });
});
afterEach(() => test.heroku.control.clearFaults());
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true });
});

it('keeps one answer of each kind, with its request', async () => {
  await test.api('GET', '/apps/recorded-1');
  await test.api('GET', '/apps/recorded-2');
  await test.api('PATCH', '/apps/recorded-1', { maintenance: true });
  await test.api('GET', '/apps/missing');
  await test.api('GET', '/nowhere');
  const kept = records().map(({ method, endpoint, request, status }) => ({
    method,
    endpoint,
    request,
    status,
  }));
  expect(kept).toHaveLength(4);
  expect(kept).toEqual(
    expect.arrayContaining([
      { method: 'GET', endpoint: '/apps/:app', request: null, status: 200 },
      { method: 'PATCH', endpoint: '/apps/:app', request: { maintenance: true }, status: 200 },
      { method: 'GET', endpoint: '/apps/:app', request: null, status: 404 },
      { method: 'GET', endpoint: null, request: null, status: 404 },
    ]),
  );
});

it('keeps what the API would have answered, not what a fault makes of it', async () => {
  const before = records().length;
  await test.heroku.control.addFault({
    match: { path: '/dynos$', nth: 1 },
    effect: { kind: 'status', status: 500, body: 'html' },
  });
  expect((await test.api('GET', '/apps/recorded-1/dynos')).status).toBe(500);
  expect(records()).toHaveLength(before);
  await test.heroku.control.addFault({
    match: { path: '/formation$', nth: 1 },
    effect: { kind: 'truncate' },
  });
  await expect(test.api('GET', '/apps/recorded-1/releases')).resolves.toMatchObject({ status: 200 });
  await expect(test.api('GET', '/apps/recorded-1/formation')).rejects.toThrow(SyntaxError);
  const kept = records().find(({ endpoint }) => endpoint === '/apps/:app/formation');
  expect(kept).toMatchObject({ status: 200, answer: [] });
});

(hasHyperSchema ? describe : describe.skip)('the check of records', () => {
  it('has nothing to say of what is right', () => {
    expect(checkRecords(records())).toMatchObject({ complaints: [], requests: 0 });
    expect(checkRecords(records()).endpoints).toContain('PATCH /apps/:app 200');
  });

  it('finds what heroku-cd sends and Heroku does not take, and lets others send what they like', async () => {
    const updates = [{ type: 'web', quantity: '1' }];
    await test.api('PATCH', '/apps/recorded-1/formation', { updates });
    expect(checkRecords(records()).complaints).toEqual([]);
    await test.api('PATCH', '/apps/recorded-1/formation', { updates }, asHelper);
    await test.api('PATCH', '/apps/recorded-1', { maintenance: false, maintenence: true }, asHelper);
    await test.api('DELETE', '/apps/recorded-1/dynos', { force: true }, asHelper);
    await test.api('GET', '/apps/recorded-1/no-such-thing', undefined, asHelper);
    expect(checkRecords(records()).complaints).toEqual([
      'DELETE /apps/:app/dynos is sent a body, and takes none',
      'GET /apps/recorded-1/no-such-thing: heroku-cd asks for what there is not',
      'PATCH /apps/:app is sent what must NOT have additional properties {"additionalProperty":"maintenence"}',
      'PATCH /apps/:app/formation is sent /updates/#/quantity must be integer {"type":["integer"]}',
    ]);
  });

  it('finds what the local Heroku answers and Heroku does not', () => {
    const [right] = records().filter(({ endpoint, status }) => endpoint === '/apps/:app' && status === 200);
    if (right === undefined) throw new Error('nothing is recorded');
    const { id: _id, ...answer } = right.answer as Record<string, unknown>;
    const said = checkRecords([
      { ...right, answer: { ...answer, maintenance: 'off' } },
      { ...right, status: 404, answer: { error: 'none' } },
      { ...right, endpoint: '/apps/:app/engines', path: '/apps/recorded-1/engines' },
    ]).complaints.map((line) => line.replace(/^\w+ /, ''));
    expect(said).toEqual([
      '/apps/:app 200 answers /maintenance must be boolean {"type":["boolean"]}',
      `/apps/:app 200 answers what must have required property 'id' {"missingProperty":"id"}`,
      '/apps/:app 404: has no id',
      '/apps/:app 404: has no message',
      '/apps/:app/engines: the schema has no such endpoint',
    ]);
  });
});
