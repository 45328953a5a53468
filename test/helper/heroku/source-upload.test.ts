import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Failure, Interrupted } from '../../../src/helper/errors.ts';
import { HerokuApiError } from '../../../src/helper/heroku/index.ts';
import { beforeBody, json, PAGE, type Reply, reset, stall, text } from '../../support/scripted-server.ts';
import { type Bench, bench, closeBenches, KEY, rejection } from './fixtures.ts';

const CONTENT = Buffer.alloc(300_000, 'tarball ');
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-'));
  file = join(folder, 'source.tar.gz');
  await writeFile(file, CONTENT);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(closeBenches);

/** Heroku and the storage in one server; `put` are the storage's replies. */
async function storage(...put: Reply[]): Promise<Bench> {
  const made = await bench({ requestTimeoutMs: 300 });
  const at = (name: string): string => `${made.server.url}/storage/${name}?Signature=sesame`;
  made.server
    .on('POST /sources', (response, seen) =>
      json(201, { source_blob: { get_url: at('get'), put_url: at('put') } })(response, seen),
    )
    .on('PUT /storage/put', ...put);
  return made;
}

const upload = ({ heroku }: Bench): Promise<string> => heroku.uploadSource({ file, bytes: CONTENT.length });
const ok = text(200, '');

describe('uploadSource', () => {
  it('sends the file with its length, and neither key nor content type', async () => {
    const made = await storage(ok);
    expect(await upload(made)).toBe(`${made.server.url}/storage/get?Signature=sesame`);
    const [post] = made.server.to('POST /sources');
    expect(post?.headers['content-length']).toBe('0');
    expect(post?.headers.authorization).toBe(`Bearer ${KEY}`);
    const [put] = made.server.to('PUT /storage/put');
    expect(put?.headers.authorization).toBeUndefined();
    expect(put?.headers['content-type']).toBeUndefined();
    expect(put?.headers['transfer-encoding']).toBeUndefined();
    expect(put?.headers['content-length']).toBe(String(CONTENT.length));
    expect(put?.body.equals(CONTENT)).toBe(true);
    expect(made.heroku.requests).toEqual({ total: 2, byMethod: { POST: 1, PUT: 1 } });
  });

  it.each<[string, Reply]>([
    ['a reset after the body', reset],
    ['a reset before the body', beforeBody(reset)],
    ['no answer', stall],
    ['500', text(500, '<Error><Code>InternalError</Code></Error>')],
    ['503 before the body', beforeBody(text(503, 'SlowDown', { Connection: 'close' }))],
    ['429', text(429, '')],
  ])('sends the whole file again after %s', async (_fault, reply) => {
    const made = await storage(reply, ok);
    await upload(made);
    const puts = made.server.to('PUT /storage/put');
    expect(puts).toHaveLength(2);
    expect(puts[1]?.body.equals(CONTENT)).toBe(true);
    expect(made.log.infos).toHaveLength(1);
  });

  it.each<[string, Reply]>([
    ['503', text(503, PAGE)],
    ['a reset', reset],
    ['no answer', stall],
    ['nothing', text(201, '')],
  ])('asks for a place again after %s', async (_fault, reply) => {
    const made = await storage(ok);
    const at = `${made.server.url}/storage/put?Signature=sesame`;
    made.server.on('POST /sources', reply, json(201, { source_blob: { get_url: at, put_url: at } }));
    await upload(made);
    expect(made.heroku.requests.byMethod).toEqual({ POST: 2, PUT: 1 });
  });

  it('does not go on without the storage having said yes', async () => {
    const denial =
      '<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><StringToSign>sesame</StringToSign></Error>';
    const made = await storage(text(403, denial));
    const error = (await rejection(upload(made))) as HerokuApiError;
    expect(error).toBeInstanceOf(HerokuApiError);
    expect(error).toMatchObject({ status: 403, effect: 'none', verdict: 'failed', method: 'PUT' });
    expect(error.message).toContain('answered 403 (SignatureDoesNotMatch)');
    expect(made.server.to('PUT /storage/put')).toHaveLength(1);
  });

  it.each([301, 307])('does not follow the storage elsewhere (%i)', async (status) => {
    const made = await storage(text(status, '', { Location: 'https://evil.example/' }));
    expect(await rejection(upload(made))).toMatchObject({ status });
  });

  it('gives up in the end, and shows neither URL', async () => {
    for (const reply of [reset, stall, text(500, 'https://x.example/?Signature=sesame')]) {
      const made = await storage(reply);
      const error = await rejection(upload(made));
      const shown = [
        inspect(error, { depth: 10, showHidden: true }),
        (error as Error).stack,
        made.log.all,
      ].join('\n');
      expect(error).toBeInstanceOf(HerokuApiError);
      expect(shown).not.toMatch(/sesame|storage\/(get|put)/);
      expect(made.log.secrets).toHaveLength(2);
    }
  });

  it('lets an upload take longer than one request may, as long as it moves on', async () => {
    const made = await storage((response) => {
      response.writeHead(200).end();
    });
    const slow = made.heroku;
    const big = join(folder, 'big.tar.gz');
    const bytes = 24 * 1024 * 1024;
    await writeFile(big, Buffer.alloc(bytes, 7));
    expect(await slow.uploadSource({ file: big, bytes })).toContain('/storage/get');
    expect(made.server.to('PUT /storage/put')[0]?.body.length).toBe(bytes);
  });

  it.each(['http://storage.example.com/x', 'ftp://x', 'https://u:p@storage.example.com/x', 'x'])(
    'refuses to send a source to %s',
    async (url) => {
      const made = await storage(ok);
      made.server.on('POST /sources', json(201, { source_blob: { get_url: url, put_url: url } }));
      const error = await rejection(upload(made));
      expect(error).toMatchObject({ verdict: 'failed', effect: 'none' });
      expect((error as Error).message).not.toContain(url);
      expect(made.heroku.requests.byMethod).toEqual({ POST: 1 });
    },
  );

  it('notices a file that is not what it was said to be', async () => {
    const made = await storage(ok);
    const wrong = made.heroku.uploadSource({ file, bytes: CONTENT.length - 1 });
    expect(await rejection(wrong)).toBeInstanceOf(Failure);
    expect(made.server.requests).toHaveLength(0);
  });

  it('is ended by the signal, with its reason', async () => {
    const stop = new AbortController();
    const reason = new Interrupted('SIGINT');
    const made = await storage(beforeBody(() => stop.abort(reason)));
    const promise = made.heroku.withSignal(stop.signal).uploadSource({ file, bytes: CONTENT.length });
    expect(await rejection(promise)).toBe(reason);
  });
});
