import { type Reply, json, reset, text } from '../../support/scripted-server.ts';
import { bench, build, closeBenches, rejection, release } from './fixtures.ts';

afterEach(closeBenches);

const RELEASES = 'GET /apps/shop/releases';
const BUILDS = 'GET /apps/shop/builds';

/** A page of a list, with the header that leads to the next one. */
function page(rows: unknown[], next?: string): Reply {
  return json(next === undefined ? 200 : 206, rows, next === undefined ? {} : { 'Next-Range': next });
}

describe('releases', () => {
  it('asks for the newest first and follows the pages to the end', async () => {
    const { server, heroku } = await bench();
    server.on(
      RELEASES,
      page([release(5), release(4)], 'version ]4..; order=desc, max=2'),
      page([release(3), release(2)], 'version ]2..; order=desc, max=2'),
      page([release(1)]),
    );
    const releases = await heroku.releases('shop');
    expect(releases.map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      'version ..; order=desc, max=1000',
      'version ]4..; order=desc, max=2',
      'version ]2..; order=desc, max=2',
    ]);
  });

  it('stops at as many as were asked for', async () => {
    const { server, heroku } = await bench();
    server.on(RELEASES, page([release(9), release(8), release(7)], 'version ]7..; order=desc, max=3'));
    expect(await heroku.releases('shop', { max: 3 })).toHaveLength(3);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers.range).toBe('version ..; order=desc, max=3');
  });

  it('goes on where a page is smaller than what was asked for', async () => {
    const { server, heroku } = await bench();
    server.on(RELEASES, page([release(9)], 'version ]9..'), page([release(8)], 'version ]8..'));
    expect((await heroku.releases('shop', { max: 2 })).map(({ version }) => version)).toEqual([9, 8]);
  });

  it("puts a server's own order right, which is the oldest first", async () => {
    const { server, heroku } = await bench();
    server.on(RELEASES, page([release(1), release(2), release(10)], 'version ]10..'), page([release(11)]));
    expect((await heroku.releases('shop', { max: 2 })).map(({ version }) => version)).toEqual([11, 10]);
  });

  it('takes the whole list from a server that knows no ranges', async () => {
    const { server, heroku } = await bench();
    server.on(RELEASES, page([release(3), release(2), release(1)]));
    expect((await heroku.releases('shop', { max: 1 })).map(({ version }) => version)).toEqual([3]);
  });

  it('are none in an app that was never released', async () => {
    const { server, heroku } = await bench();
    server.on(RELEASES, page([]));
    expect(await heroku.releases('shop')).toEqual([]);
    expect(await heroku.currentRelease('shop')).toBeUndefined();
  });

  it.each([
    ['the same page for ever', ['version ]4..']],
    ['a circle', ['version ]4..', 'version ]2..']],
  ])('are not read for ever where a server leads to %s', async (_name, ranges) => {
    const { server, heroku } = await bench();
    let turn = 0;
    server.on(RELEASES, (response, seen) =>
      page([release(4)], ranges[turn++ % ranges.length])(response, seen),
    );
    const error = await rejection(heroku.releases('shop'));
    expect(error).toMatchObject({ message: expect.stringContaining('lead in a circle'), effect: 'none' });
    expect(server.requests.length).toBeLessThanOrEqual(4);
  });

  it('take a 206 without Next-Range for the last page', async () => {
    const { server, heroku } = await bench();
    server.on(RELEASES, json(206, [release(2)]));
    expect(await heroku.releases('shop')).toHaveLength(1);
  });

  it('repeat a page that failed, and only that one', async () => {
    const { server, heroku } = await bench();
    server.on(RELEASES, page([release(2)], 'version ]2..'), reset, text(503, ''), page([release(1)]));
    expect(await heroku.releases('shop')).toHaveLength(2);
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      'version ..; order=desc, max=1000',
      'version ]2..',
      'version ]2..',
      'version ]2..',
    ]);
  });
});

describe('the release that runs', () => {
  it('is not the newest where a release phase has failed', async () => {
    const { server, heroku } = await bench();
    server.on(
      RELEASES,
      page([
        release(9, { status: 'failed' }),
        release(8, { status: 'pending' }),
        release(7, { current: true }),
      ]),
    );
    expect((await heroku.currentRelease('shop'))?.version).toBe(7);
  });

  it('is looked for no further than it is found', async () => {
    const { server, heroku } = await bench();
    server.on(
      RELEASES,
      page([release(9), release(8)], 'version ]8..; order=desc'),
      page([release(7, { current: true }), release(6)], 'version ]6..; order=desc'),
    );
    expect((await heroku.currentRelease('shop'))?.version).toBe(7);
    expect(server.requests).toHaveLength(2);
  });
});

describe('builds', () => {
  it('come newest first, whatever the order they were sent in', async () => {
    const { server, heroku } = await bench();
    server.on(
      BUILDS,
      page(
        [
          build('old', { created_at: '2024-01-01T00:00:00Z' }),
          build('new', { created_at: '2024-03-01T00:00:00Z' }),
        ],
        'id ]x..',
      ),
      page([build('middle', { created_at: '2024-02-01T00:00:00Z' })]),
    );
    expect((await heroku.builds('shop')).map(({ id }) => id)).toEqual(['new', 'middle', 'old']);
    expect(server.requests[0]?.headers.range).toBe('started_at ..; order=desc, max=1000');
  });

  it('of one second stay as they came', async () => {
    const { server, heroku } = await bench();
    server.on(BUILDS, page([build('b'), build('a'), build('c')]));
    expect((await heroku.builds('shop')).map(({ id }) => id)).toEqual(['b', 'a', 'c']);
  });
});
