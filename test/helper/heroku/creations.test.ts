import type { HerokuApiError, HerokuClient } from '../../../src/helper/heroku/index.ts';
import {
  after,
  garbage,
  json,
  PAGE,
  type Reply,
  reset,
  resetWithin,
  stall,
  stallWithin,
  text,
} from '../../support/scripted-server.ts';
import { type Bench, bench, build, closeBenches, rejection, release, rows } from './fixtures.ts';

afterEach(closeBenches);

const SLUG = 'slug-new';
const COMMIT = 'c'.repeat(40);
const SHA = 'd'.repeat(64);

interface Kind {
  readonly path: string;
  readonly existing: unknown[];
  make(id: number, over?: Record<string, unknown>): Record<string, unknown>;
  create(heroku: HerokuClient): Promise<{ id: string }>;
  readonly body: unknown;
}

const KINDS: [string, Kind][] = [
  [
    'createRelease',
    {
      path: '/apps/shop/releases',
      existing: [release(7, { current: true, slug: { id: SLUG } })],
      make: (id, over) => release(id, { slug: { id: SLUG }, description: 'Retry', ...over }),
      create: (heroku) => heroku.createRelease('shop', { slugId: SLUG, description: 'Retry' }),
      body: { slug: SLUG, description: 'Retry' },
    },
  ],
  [
    'createBuild',
    {
      path: '/apps/shop/builds',
      existing: [build('r7', { source_blob: { version: COMMIT } })],
      make: (id, over) => build(`r${id}`, { source_blob: { version: COMMIT }, ...over }),
      create: (heroku) =>
        heroku.createBuild('shop', {
          sourceUrl: 'https://s3.example.com/get?Signature=sesame',
          version: COMMIT,
          checksum: SHA,
        }),
      body: {
        source_blob: {
          url: 'https://s3.example.com/get?Signature=sesame',
          version: COMMIT,
          checksum: `SHA256:${SHA}`,
        },
      },
    },
  ],
];

/** A platform that keeps what is created; the replies say how each POST is answered. */
async function platform(
  kind: Kind,
  ...replies: ((created: () => void) => Reply)[]
): Promise<Bench & { rows: unknown[] }> {
  const made = await bench({ requestTimeoutMs: 200 });
  const list = [...kind.existing];
  let next = 8;
  const effect = (): void => void list.unshift(kind.make(next++));
  made.server
    .on('GET /account', json(200, rows.account))
    .on(`GET ${kind.path}`, (response, seen) => json(200, list)(response, seen))
    .on(`POST ${kind.path}`, ...replies.map((reply) => reply(effect)));
  return { ...made, rows: list };
}

const posts = ({ server }: Bench): number => server.requests.filter(({ method }) => method === 'POST').length;

describe.each(KINDS)('%s', (_name, kind) => {
  const good = json(201, kind.make(8));
  const done = (effect: () => void): Reply => after(effect, good);

  it('sends one request, on a connection of its own, with the body that Heroku wants', async () => {
    const made = await platform(kind, done);
    expect((await kind.create(made.heroku)).id).toBe('r8');
    const [post] = made.server.to(`POST ${kind.path}`);
    expect(JSON.parse(post?.body.toString() ?? '')).toEqual(kind.body);
    expect(post?.headers['content-type']).toBe('application/json');
    expect(post?.headers.connection).toBe('close');
    expect(posts(made)).toBe(1);
  });

  it.each<[string, Reply]>([
    ['a reset', reset],
    ['a reset within the answer', resetWithin(201, JSON.stringify(kind.make(8)))],
    ['a time-out', stall],
    ['an answer that stands still', stallWithin(201, '{')],
    ['500', json(500, { id: 'internal', message: 'oops' })],
    ['503 as JSON', json(503, { id: 'unavailable', message: 'oops' })],
    ['503 as a page', text(503, PAGE)],
    ['504 as a page', text(504, PAGE)],
    ['a page for an answer', text(201, PAGE)],
    ['truncated JSON', text(201, '{"id":')],
    ['nothing for an answer', text(201, '')],
    ['another shape', json(201, { surprise: true })],
    ['no HTTP', garbage],
  ])('adopts what was created though the answer was lost: %s', async (_fault, reply) => {
    const made = await platform(kind, (effect) => after(effect, reply));
    expect((await kind.create(made.heroku)).id).toBe('r8');
    expect(posts(made)).toBe(1);
    expect(made.log.infos.join('\n')).toMatch(/Looking whether[^]*going on with it/);
  });

  it.each<[string, Reply]>([
    ['a reset', reset],
    ['a time-out', stall],
    ['500', json(500, { id: 'internal', message: 'oops' })],
    ['503', text(503, PAGE)],
  ])('sends again only when it is certain that %s created nothing', async (_fault, reply) => {
    const made = await platform(kind, () => reply, done);
    const lookedFor: number[] = [];
    made.clock.onSleep = () => lookedFor.push(posts(made));
    expect((await kind.create(made.heroku)).id).toBe('r8');
    expect(posts(made)).toBe(2);
    expect(made.rows).toHaveLength(2);
    // All of the looking was between the two, and took longer than Heroku takes for an answer.
    expect(lookedFor).toEqual([1, 1, 1, 1]);
    expect(made.clock.sleeps.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(30_000);
  });

  it('finds what appears late', async () => {
    const made = await platform(kind, () => reset);
    made.clock.onSleep = () => {
      if (made.clock.sleeps.length === 2) made.rows.unshift(kind.make(8));
    };
    expect((await kind.create(made.heroku)).id).toBe('r8');
    expect(posts(made)).toBe(1);
  });

  it('does not take for its own what was there before, or is of other content or of somebody else', async () => {
    const made = await platform(kind, (effect) =>
      after(() => {
        made.rows.unshift(kind.make(9, { user: { email: 'else@example.com' } }));
        made.rows.unshift(kind.make(10, { slug: { id: 'other' }, source_blob: { version: 'other' } }));
        effect();
      }, reset),
    );
    expect((await kind.create(made.heroku)).id).toBe('r8');
    expect(posts(made)).toBe(1);
  });

  it('does without the owner where the key may not read its account', async () => {
    const made = await platform(kind, (effect) => after(effect, reset));
    made.server.on('GET /account', json(403, { id: 'forbidden', message: 'no' }));
    expect((await kind.create(made.heroku)).id).toBe('r8');
  });

  it('is unsettled after two lost answers without a trace', async () => {
    const made = await platform(kind, () => reset);
    const error = (await rejection(kind.create(made.heroku))) as HerokuApiError;
    expect(error).toMatchObject({ effect: 'unknown', verdict: 'failed', method: 'POST', path: kind.path });
    expect(posts(made)).toBe(2);
  });

  it('is unsettled, and not sent again, where success was answered and nothing is to be seen', async () => {
    const made = await platform(kind, () => text(201, '{"id":'));
    expect(await rejection(kind.create(made.heroku))).toMatchObject({ effect: 'unknown', status: 201 });
    expect(posts(made)).toBe(1);
  });

  it('is unsettled, and not sent again, where looking fails', async () => {
    const made = await platform(kind, () => reset);
    const list: Reply = json(200, kind.existing);
    made.server.on(`GET ${kind.path}`, list, json(403, { id: 'forbidden', message: 'no' }));
    expect(await rejection(kind.create(made.heroku))).toMatchObject({ effect: 'unknown', method: 'POST' });
    expect(posts(made)).toBe(1);
    expect(made.log.warnings.join('\n')).toContain('could not be read');
  });

  it('is unsettled, and not sent again, when a signal comes while it is looked for', async () => {
    const stop = new AbortController();
    const made = await platform(kind, () => reset);
    made.clock.onSleep = () => stop.abort(new Error('stop'));
    const error = await rejection(kind.create(made.heroku.withSignal(stop.signal)));
    expect(error).toMatchObject({ effect: 'unknown', method: 'POST' });
    expect(posts(made)).toBe(1);
  });

  it.each<[string, Reply]>([
    ['400', json(400, { id: 'bad_request', message: 'no' })],
    ['401', json(401, { id: 'unauthorized', message: 'no' })],
    ['403', json(403, { id: 'forbidden', message: 'no' })],
    ['404', json(404, { id: 'not_found', message: 'no' })],
    ['409', json(409, { id: 'conflict', message: 'no' })],
    ['422', json(422, { id: 'invalid_params', message: 'no' })],
    ['404 as a page', text(404, PAGE)],
  ])('takes %s for a no: nothing was created, and nothing is sent again', async (_fault, reply) => {
    const made = await platform(kind, () => reply);
    expect(await rejection(kind.create(made.heroku))).toMatchObject({ effect: 'none' });
    expect(posts(made)).toBe(1);
    expect(made.clock.sleeps).toEqual([]);
  });

  it('repeats after 429, which says that the request was not carried out', async () => {
    const limited = json(429, { id: 'rate_limit', message: 'slow' }, { 'Retry-After': '3' });
    const made = await platform(
      kind,
      () => limited,
      () => limited,
      done,
    );
    expect((await kind.create(made.heroku)).id).toBe('r8');
    expect(made.clock.sleeps).toEqual([3_000, 3_000]);
    expect(made.rows).toHaveLength(2);
  });

  it('is not sent where what exists cannot be read', async () => {
    const made = await platform(kind, done);
    made.server.on(`GET ${kind.path}`, json(404, { id: 'not_found', message: 'no' }));
    expect(await rejection(kind.create(made.heroku))).toMatchObject({ effect: 'none', method: 'GET' });
    expect(posts(made)).toBe(0);
  });

  it('is the first of its kind in a new app', async () => {
    const made = await platform(kind, (effect) => after(effect, reset));
    made.rows.length = 0;
    expect((await kind.create(made.heroku)).id).toBe('r8');
  });
});

describe('createRelease', () => {
  it('prefers the release with its own description to another of the same slug', async () => {
    const [, kind] = KINDS[0]!;
    const made = await platform(kind, () =>
      after(() => {
        made.rows.unshift(kind.make(8), kind.make(9, { description: 'Rollback to v7' }));
      }, reset),
    );
    expect((await kind.create(made.heroku)).id).toBe('r8');
  });
});

describe('createBuild', () => {
  it('takes a checksum with its prefix too', async () => {
    const [, kind] = KINDS[1]!;
    const made = await platform(kind, (effect) => after(effect, json(201, kind.make(8))));
    await made.heroku.createBuild('shop', {
      sourceUrl: 'https://x',
      version: COMMIT,
      checksum: `SHA256:${SHA}`,
    });
    const [post] = made.server.to(`POST ${kind.path}`);
    expect(JSON.parse(post?.body.toString() ?? '').source_blob.checksum).toBe(`SHA256:${SHA}`);
  });

  it('does not count on its own clock', async () => {
    const [, kind] = KINDS[1]!;
    const made = await platform(kind, (effect) => after(effect, reset));
    await made.clock.sleep(400 * 24 * 3600_000);
    expect((await kind.create(made.heroku)).id).toBe('r8');
  });
});
