import { describeHealth, planHealth, type HealthCheck } from '../../../src/helper/health/target.ts';
import { readSettings } from '../../../src/helper/settings/read-settings.ts';
import type { AppFacts } from '../../../src/helper/deployment/facts.ts';

const WEB_URL = 'https://shop-0123456789ab.herokuapp.com/';

/** The check that these parameters ask for of a commit with this Procfile. */
function plan(
  given: Readonly<Record<string, string>>,
  { webUrl = WEB_URL, procfile = 'web: node web.js' }: { webUrl?: string | null; procfile?: string } = {},
): Promise<HealthCheck | undefined> {
  const settings = readSettings('deploy', { 'app-name': 'shop', revision: 'main', ...given }, {});
  const facts = { app: { name: 'shop', webUrl: webUrl ?? undefined } } as AppFacts;
  const git = { readFile: async () => procfile };
  return planHealth({ ports: { git } as never, settings }, facts, 'commit');
}

describe('a health check', () => {
  it('is not made unless a parameter asks for it', async () => {
    expect(await plan({})).toBeUndefined();
    expect(await plan({ 'health-check-status': '200-399', 'health-check-successes': '3' })).toBeUndefined();
  });

  it.each([
    [{ 'health-check-url': '/' }, WEB_URL],
    [{ 'health-check-url': '/health' }, `${WEB_URL}health`],
    [{ 'health-check-url': '//elsewhere.example/x' }, `${WEB_URL}/elsewhere.example/x`],
    [{ 'health-check-text': 'ok' }, WEB_URL],
    [{ 'health-check-status': '200' }, WEB_URL],
    [{ 'health-check-successes': '1' }, WEB_URL],
    [{ 'on-unhealthy': 'rollback' }, WEB_URL],
    [{ 'health-timeout': '1m' }, WEB_URL],
    [{ 'health-check-url': 'https://www.example.com' }, 'https://www.example.com/'],
    [{ 'health-check-url': 'http://www.example.com:8080/up#part' }, 'http://www.example.com:8080/up'],
  ])('as by %j asks %s', async (given, url) => {
    expect((await plan(given))?.shown).toBe(url);
  });

  it('stays below the address of an app that has a path', async () => {
    const check = await plan({ 'health-check-url': '/up' }, { webUrl: 'http://127.0.0.1:1/_app/shop/' });
    expect(check?.url.href).toBe('http://127.0.0.1:1/_app/shop/up');
  });

  it('shows nothing of a query, where a token may stand', async () => {
    const check = await plan({ 'health-check-url': '/up?token=abc' });
    expect(check?.url.href).toBe(`${WEB_URL}up?token=abc`);
    expect(check?.shown).toBe(`${WEB_URL}up?…`);
  });

  it('accepts the statuses of its list', async () => {
    const check = await plan({ 'health-check-status': '200-204, 401' });
    expect([199, 200, 204, 205, 401, 404].filter((status) => check?.accepts(status))).toEqual([
      200, 204, 401,
    ]);
  });

  it('is refused with credentials, without showing them', async () => {
    for (const url of ['https://token@example.com/', 'https://user:word@example.com/']) {
      const error: unknown = await plan({ 'health-check-url': url }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ verdict: 'refused', parameter: 'health-check-url' });
      expect(String(error)).not.toMatch(/token|word@/);
    }
  });

  it('is refused where Heroku tells no address', async () => {
    await expect(plan({ 'health-check-url': '/up' }, { webUrl: null })).rejects.toMatchObject({
      verdict: 'refused',
      parameter: 'health-check-url',
    });
    expect(await plan({ 'health-check-url': 'https://example.com/' }, { webUrl: null })).toBeDefined();
  });

  it.each([
    ['health-check-url', 'ftp://example.com/'],
    ['health-check-url', 'example.com'],
    ['health-check-url', 'https:///'],
    ['health-check-url', '/with blank'],
    ['health-check-url', '/\\elsewhere'],
    ['health-check-status', '600'],
    ['health-check-status', '399-200'],
    ['health-check-status', '2xx'],
    ['health-check-status', ','],
    ['health-check-successes', '0'],
    ['health-check-successes', '1.5'],
    ['health-check-successes', '101'],
    ['on-unhealthy', 'restart'],
  ])('is refused with %s: %s', (parameter, value) => {
    const read = (): unknown =>
      readSettings('deploy', { 'app-name': 'shop', revision: 'main', [parameter]: value }, {});
    expect(read).toThrow(expect.objectContaining({ verdict: 'refused', parameter }));
  });
});

describe('on-unhealthy: rollback', () => {
  const ROLLBACK = { 'on-unhealthy': 'rollback' };
  const PHASE = 'web: node web.js\nrelease: rake db:migrate\n';

  it.each([
    ['`migrate-command`', { 'migrate-command': 'rake db:migrate' }, 'web: node web.js'],
    ['a release phase', {}, PHASE],
  ])(
    'is refused together with %s, unless the migration is backward compatible',
    async (_how, given, procfile) => {
      await expect(plan({ ...ROLLBACK, ...given }, { procfile })).rejects.toMatchObject({
        verdict: 'refused',
        parameter: 'on-unhealthy',
      });
      const compatible = { ...ROLLBACK, ...given, 'migration-is-backward-compatible': 'true' };
      expect(await plan(compatible, { procfile })).toBeDefined();
      expect(await plan({ ...given, 'health-check-url': '/' }, { procfile })).toBeDefined();
    },
  );

  it('is listed with what it would go back to', async () => {
    const settings = readSettings('deploy', { 'app-name': 'shop', revision: 'main', ...ROLLBACK }, {});
    const check = await plan(ROLLBACK);
    if (check === undefined) throw new Error('no check');
    const current = { version: 7, slugId: 'slug' } as AppFacts['current'];
    expect(describeHealth(check, settings, { current }).undo).toContain('release the code of v7 again');
    expect(describeHealth(check, settings, { current: undefined }).undo).not.toContain('release');
  });
});
