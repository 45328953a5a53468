import { findCache, secretsOf, type Search } from '../../../src/helper/caches/find-cache.ts';
import { Refusal } from '../../../src/helper/errors.ts';
import { Secret } from '../../../src/helper/output/secret.ts';

const MEMCACHIER = trio('MEMCACHIER', 'mc1.example.com:11211,mc2.example.com:11311');

function trio(
  prefix: string,
  servers: string,
  username = 'user-1',
  password = 'pass-word-1',
): Record<string, string> {
  return {
    [`${prefix}_SERVERS`]: servers,
    [`${prefix}_USERNAME`]: username,
    [`${prefix}_PASSWORD`]: password,
  };
}

function find(vars: Record<string, string>, over: Partial<Search> = {}) {
  const secrets = new Map(Object.entries(vars).map(([name, value]) => [name, new Secret(value)]));
  return findCache({ app: 'acme', prefix: '', vars: secrets, environment: {}, ...over });
}

function refusal(vars: Record<string, string>, over: Partial<Search> = {}): Refusal {
  try {
    find(vars, over);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

it('finds the config vars of both add-ons, and each server of the list once', () => {
  expect(find(MEMCACHIER)).toMatchObject({
    prefix: 'MEMCACHIER',
    foundIn: 'config vars',
    servers: [
      { host: 'mc1.example.com', port: 11211 },
      { host: 'mc2.example.com', port: 11311 },
    ],
    api: undefined,
  });
  const list = ' mc1.example.com:1 , mc1.example.com:1\nmc2.example.com [::1]:11212 [::1]';
  expect(find(trio('MEMCACHEDCLOUD', list))?.servers).toEqual([
    { host: 'mc1.example.com', port: 1 },
    { host: 'mc2.example.com', port: 11211 },
    { host: '::1', port: 11212 },
    { host: '::1', port: 11211 },
  ]);
  expect(find(trio('MEMCACHIER_COPPER', 'mc1:1'))?.prefix).toBe('MEMCACHIER_COPPER');
});

it('finds nothing where there is nothing, and takes other services for none', () => {
  expect(find({})).toBeUndefined();
  expect(
    find({ KAFKA_SERVERS: 'k1:9092', SMTP_USERNAME: 'apikey', SMTP_PASSWORD: 'secret' }),
  ).toBeUndefined();
});

it('takes the app’s before the job’s, and the job’s where the app has none', () => {
  const environment = trio('MEMCACHIER', 'of-the-job:11211');
  expect(find(MEMCACHIER, { environment })).toMatchObject({ foundIn: 'config vars' });
  expect(find({}, { environment })).toMatchObject({
    foundIn: 'environment',
    servers: [{ host: 'of-the-job' }],
  });
  expect(find(MEMCACHIER, { environment: trio('CACHE', 'x:1'), prefix: 'CACHE' })).toMatchObject({
    prefix: 'CACHE',
    foundIn: 'environment',
  });
  expect(find({}, { environment: trio('LDAP', 'ldap:389') })).toBeUndefined();
});

describe('several caches', () => {
  const two = { ...MEMCACHIER, ...trio('MEMCACHEDCLOUD', 'other.example.com:1') };

  it('are refused by name, unless one is named', () => {
    const error = refusal(two);
    expect(error).toMatchObject({ verdict: 'refused', parameter: 'cache-config-prefix' });
    expect(error.what).toContain('MEMCACHEDCLOUD_*, MEMCACHIER_*');
    expect(find(two, { prefix: 'MEMCACHEDCLOUD' })?.servers).toEqual([
      { host: 'other.example.com', port: 1 },
    ]);
    expect(refusal({ ...MEMCACHIER, ...trio('CACHE', 'other.example.com:1') }).what).toContain('CACHE_*');
  });

  it('are one where servers and user are the same: an attachment of another name', () => {
    const same = trio('CACHE', 'mc2.example.com:11311 mc1.example.com');
    expect(find({ ...MEMCACHIER, ...same })?.prefix).toBe('MEMCACHIER');
  });

  it('are several on the same servers with different users, as MemCachier’s customers are', () => {
    const other = trio('MEMCACHIER_COPPER', 'mc1.example.com:11211,mc2.example.com:11311', 'user-2');
    expect(refusal({ ...MEMCACHIER, ...other }).what).toContain('MEMCACHIER_COPPER_*');
  });
});

it('does not take config vars of another name for a cache unasked', () => {
  const error = refusal(trio('CACHE', 'mc1:11211'));
  expect(error.what).toContain('whether CACHE_*');
  expect(find(trio('CACHE', 'mc1:11211'), { prefix: 'CACHE' })?.prefix).toBe('CACHE');
  expect(find(trio('CACHE', 'mc1:11211'), { prefix: 'STORE' })).toBeUndefined();
});

it.each([
  [
    'a line break in the password',
    { MEMCACHIER_PASSWORD: 'tr0ub4dor\n' },
    'MEMCACHIER_PASSWORD',
    'line break',
  ],
  ['a space in the password', { MEMCACHIER_PASSWORD: ' tr0ub4dor' }, 'MEMCACHIER_PASSWORD', 'space'],
  ['a tab in the user name', { MEMCACHIER_USERNAME: 'tr0ub4dor\t' }, 'MEMCACHIER_USERNAME', 'space'],
  ['an empty password', { MEMCACHIER_PASSWORD: '' }, 'MEMCACHIER_PASSWORD', 'not set or empty'],
  ['no server', { MEMCACHIER_SERVERS: ' , ' }, 'MEMCACHIER_SERVERS', 'names no server'],
  ['a port that is none', { MEMCACHIER_SERVERS: 'mc1:99999' }, 'MEMCACHIER_SERVERS', 'host:port'],
  [
    'a password in the list',
    { MEMCACHIER_SERVERS: 'u:tr0ub4dor@mc1:11211' },
    'MEMCACHIER_SERVERS',
    'host:port',
  ],
])('refuses %s by the name of the config var, without its value', (_what, vars, name, says) => {
  const error = refusal({ ...MEMCACHIER, ...vars });
  expect(error.what).toContain(name);
  expect(error.what).toContain(says);
  expect(JSON.stringify([error.what, error.why, error.next])).not.toContain('tr0ub4dor');
  const job = refusal({}, { environment: { ...MEMCACHIER, ...vars } });
  expect(job.what).toContain(`environment variable ${name}`);
});

describe('MemCachier’s HTTP API', () => {
  const of = (url: string, vars = {}, more = {}) =>
    find({ ...MEMCACHIER, ...vars }, { environment: { MEMCACHIER_API_URL: url, ...more } })?.api?.href;

  it('is taken from the job’s environment, else from the app', () => {
    const own = { MEMCACHIER_API_URL: 'https://insight.memcachier.com/api/v2/caches/7/flush' };
    expect(of('https://analytics.memcachier.com/api/v2/caches/12', own)).toBe(
      'https://analytics.memcachier.com/api/v2/caches/12',
    );
    expect(of('', own)).toBe('https://insight.memcachier.com/api/v2/caches/7');
    expect(of('http://127.0.0.1:4711')).toBe('http://127.0.0.1:4711/');
  });

  it('does not get the credentials of Memcached Cloud', () => {
    const environment = { MEMCACHIER_API_URL: 'https://analytics.memcachier.com' };
    expect(find(trio('MEMCACHEDCLOUD', 'x:1'), { environment })?.api).toBeUndefined();
    // Attached under another name, it is known by its servers.
    expect(find(trio('CACHE', 'x:1'), { environment, prefix: 'CACHE' })?.api).toBeUndefined();
    expect(
      find(trio('CACHE', 'mc1.ec2.memcachier.com'), { environment, prefix: 'CACHE' })?.api,
    ).toBeDefined();
  });

  it.each([
    'analytics.memcachier.com',
    'http://analytics.memcachier.com',
    'https://user:tr0ub4dor@analytics.memcachier.com',
    'https://analytics.memcachier.com/api/v2/caches/12/credentials',
    'https://analytics.memcachier.com/?x',
    'https://memcachier.com.example.org/',
  ])('is refused as %s', (url) => {
    const error = refusal(MEMCACHIER, { environment: { MEMCACHIER_API_URL: url } });
    expect(error.what).toContain('MEMCACHIER_API_URL');
    expect(error.message).not.toContain('tr0ub4dor');
  });

  it('may be another host where that is allowed in so many words', () => {
    const url = 'https://cache.example.org/api/v2/caches/3';
    expect(of(url, {}, { HEROKU_CD_ALLOW_HOST: 'cache.example.org' })).toBe(url);
  });
});

it('knows which of an app’s config vars are a cache’s secrets', () => {
  const vars = new Map(
    Object.entries({ ...MEMCACHIER, ...trio('CACHE', 'x:1', 'u-c', 'p-c'), SMTP_PASSWORD: 'no' }).map(
      ([name, value]) => [name, new Secret(value)],
    ),
  );
  const known = secretsOf(vars, '').map((one) => one.reveal());
  expect(known.sort()).toEqual(['p-c', 'pass-word-1', 'u-c', 'user-1']);
});
