import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { TestHeroku } from '../support/local.ts';
import type { Workspace } from '../support/workspace.ts';
import { run } from '../support/workspace.ts';

let test: TestHeroku;
let workspace: Workspace;
let commit: string;
beforeAll(async () => {
  test = await TestHeroku.start();
  workspace = await test.workspace();
  commit = await workspace.commit();
});
afterAll(() => test.close());

function create(name: string) {
  return test.heroku.platform.apps.create(test.heroku.account, { name });
}

const build = async (name: string, blob: object = {}) =>
  test.api('POST', `/apps/${name}/builds`, {
    source_blob: { url: await test.upload(workspace), version: commit, ...blob },
  });

/** Waits for the end of an app's newest build and returns it as the API shows it. */
async function finished(name: string) {
  await test.app(name).builds.at(-1)?.finished;
  return (await test.api('GET', `/apps/${name}/builds/${test.app(name).builds.at(-1)?.id}`)).body;
}

describe('a build from a source', () => {
  it('becomes a slug and a release, like a push', async () => {
    const app = create('from-source');
    const answer = await build('from-source', { version_description: 'A change' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ status: 'pending', slug: null, release: null });
    const output = await (await fetch(answer.body.output_stream_url)).text();
    expect(output).toContain('-----> Building on the Heroku-24 stack\n');
    expect(output).toContain('Released v3');
    const done = await finished('from-source');
    expect(done).toMatchObject({
      status: 'succeeded',
      slug: { id: app.current.slug?.id },
      release: { id: app.current.id },
      source_blob: { version: commit, version_description: 'A change' },
    });
    expect(app.current.description).toBe(`Deploy ${commit.slice(0, 8)}`);
    expect((await test.api('GET', `/apps/from-source/slugs/${app.current.slug?.id}`)).body).toMatchObject({
      commit,
      process_types: { web: 'node server.js' },
    });
    const slug = await test.api('GET', `/apps/from-source/slugs/${app.current.slug?.id}`);
    const archive = await (await fetch(slug.body.blob.url)).arrayBuffer();
    await workspace.write({ '.git/slug.b64': Buffer.from(archive).toString('base64') });
    const listing = await run('bash', ['-c', 'base64 -d .git/slug.b64 | tar -tzf -'], {
      cwd: workspace.directory,
    });
    expect(listing.stdout).toContain('app/Procfile\n');
    expect((await fetch(String(slug.body.blob.url).replace(/_slugs\/.*/, '_slugs/unknown.tgz'))).status).toBe(
      404,
    );
  });

  it('accepts an archive with a single folder at its top', async () => {
    const app = create('one-folder');
    await workspace.git([
      'archive',
      '--prefix=repo-1234/',
      '--format=tar.gz',
      '--output=.git/prefixed.tgz',
      'HEAD',
    ]);
    const { stdout } = await run('base64', ['-w0', '.git/prefixed.tgz'], { cwd: workspace.directory });
    const { body } = await test.api('POST', '/apps/one-folder/sources');
    const put = await fetch(body.source_blob.put_url, { method: 'PUT', body: Buffer.from(stdout, 'base64') });
    expect(put.status).toBe(200);
    await test.api('POST', '/apps/one-folder/builds', { source_blob: { url: body.source_blob.get_url } });
    expect(await finished('one-folder')).toMatchObject({
      status: 'succeeded',
      source_blob: { version: null },
    });
    expect(app.current.description).toBe('Deploy');
  });

  it('verifies the checksum', async () => {
    create('checksum');
    const right = createHash('sha256')
      .update(await workspace.tarball())
      .digest('hex');
    await build('checksum', { checksum: `SHA256:${right}` });
    expect((await finished('checksum')).status).toBe('succeeded');
    const { body } = await build('checksum', { checksum: `SHA256:${'0'.repeat(64)}` });
    expect((await finished('checksum')).status).toBe('failed');
    expect(await (await fetch(body.output_stream_url)).text()).toContain(
      'checksum of the source does not match',
    );
    expect((await build('checksum', { checksum: 'md5:1' })).status).toBe(422);
  });

  it('fails when nothing was uploaded, when it is no archive, and when it has no Procfile', async () => {
    create('bad-source');
    const outputOf = async (url: string) => {
      const { body } = await test.api('POST', '/apps/bad-source/builds', { source_blob: { url } });
      expect((await finished('bad-source')).status).toBe('failed');
      return (await fetch(body.output_stream_url)).text();
    };
    const { body } = await test.api('POST', '/sources');
    const { get_url: getUrl, put_url: putUrl } = body.source_blob;
    expect(await outputOf(getUrl)).toContain('nothing was uploaded');
    const put = await fetch(putUrl, { method: 'PUT', body: Buffer.from('no archive at all') });
    expect(put.status).toBe(200);
    const output = await outputOf(getUrl);
    expect(output).toContain('Push rejected, failed to compile');
    expect(output).not.toContain('nothing was uploaded');
    const empty = await test.workspace({ 'readme.txt': 'hello' });
    await empty.commit();
    expect(await outputOf(await test.upload(empty))).toContain('Procfile');
    expect(await outputOf('http://192.0.2.1/source.tgz')).toContain('not an address of this local Heroku');
    expect(test.app('bad-source').releases).toHaveLength(2);
  });

  it.each([[{}], [{ url: 5 }], [{ url: 'no url' }]])('with the source %j is refused', async (blob) => {
    const answer = await test.api('POST', '/apps/from-source/builds', { source_blob: blob });
    expect(answer.status).toBe(422);
  });
});

describe('a running build', () => {
  it('is the only one of its app, and can be cancelled: no slug, no release', async () => {
    const app = create('cancelled');
    app.settings.buildMs = 3_600_000;
    const { body } = await build('cancelled');
    const second = await build('cancelled');
    expect([second.status, second.body.id]).toEqual([409, 'conflict']);
    const streamed = fetch(body.output_stream_url).then((response) => response.text());
    const cancelled = await test.api('DELETE', `/apps/cancelled/builds/${body.id}`);
    expect(cancelled.body).toMatchObject({ status: 'failed', slug: null, release: null });
    expect(await streamed).toContain('Build canceled.');
    expect(app.releases).toHaveLength(2);
    app.settings.buildMs = 0;
    await build('cancelled');
    expect((await finished('cancelled')).status).toBe('succeeded');
  });

  it('streams its output as it comes', async () => {
    const app = create('streamed');
    Object.assign(app.settings, { buildMs: 3_600_000, buildOutput: ['compiling assets'] });
    const { body } = await build('streamed');
    const response = await fetch(body.output_stream_url);
    const reader = response.body?.getReader();
    let seen = '';
    while (!seen.includes('compiling assets')) {
      seen += Buffer.from((await reader?.read())?.value ?? []).toString();
    }
    expect(app.builds[0]?.status).toBe('pending');
    await reader?.cancel();
    await test.api('DELETE', `/apps/streamed/builds/${body.id}`);
  });

  it('that is over stays as it is when cancelled', async () => {
    const [first] = test.app('from-source').builds;
    const answer = await test.api('DELETE', `/apps/from-source/builds/${first?.id}`);
    expect(answer.body.status).toBe('succeeded');
    expect((await test.api('GET', '/apps/from-source/builds/unknown')).status).toBe(404);
  });
});

it('a push is listed as a build of its commit, with slug and release', async () => {
  const { app, commit: pushed } = await test.deployedApp('pushed');
  const { body } = await test.api('GET', '/apps/pushed/builds');
  expect(body).toMatchObject([
    {
      status: 'succeeded',
      source_blob: { version: pushed },
      slug: { id: app.current.slug?.id },
      release: { id: app.current.id },
      user: { email: test.heroku.account.email },
    },
  ]);
});

describe('an upload', () => {
  const put = async (headers: Record<string, string>, body: string = 'x') => {
    const source = (await test.api('POST', '/sources')).body.source_blob;
    const url = new URL(source.put_url as string);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(url, { method: 'PUT', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end(body);
    });
    const stored = (await fetch(source.get_url)).status;
    return { status, stored };
  };

  it('with its length and nothing else is stored', async () => {
    expect(await put({ 'Content-Length': '1' })).toEqual({ status: 200, stored: 200 });
  });

  it.each([
    ['an Authorization header', { 'Content-Length': '1', Authorization: 'Bearer key' }],
    ['a Content-Type', { 'Content-Length': '1', 'Content-Type': 'application/gzip' }],
    ['no length', { 'Transfer-Encoding': 'chunked' }],
  ])('with %s is refused', async (_what, headers) => {
    expect(await put(headers as Record<string, string>)).toEqual({ status: 403, stored: 404 });
  });

  it('with a wrong signature is refused', async () => {
    const source = (await test.api('POST', '/sources')).body.source_blob;
    const forged = String(source.put_url).replace(/signature=.*/, 'signature=forged');
    expect((await fetch(forged, { method: 'PUT', body: 'x' })).status).toBe(403);
    expect((await fetch(forged)).status).toBe(403);
  });

  it('that breaks off stores nothing, and can be repeated', async () => {
    const source = (await test.api('POST', '/sources')).body.source_blob;
    await new Promise<void>((resolve) => {
      const sent = request(source.put_url as string, {
        method: 'PUT',
        headers: { 'Content-Length': '1000' },
      });
      sent.on('error', () => resolve());
      sent.write('half', () => sent.destroy());
      sent.on('close', () => resolve());
    });
    expect((await fetch(source.get_url)).status).toBe(404);
    expect((await fetch(source.put_url, { method: 'PUT', body: Buffer.from('whole') })).status).toBe(200);
    expect(await (await fetch(source.get_url)).text()).toBe('whole');
  });

  it('can meet a fault of its own', async () => {
    test.heroku.control.addFault({
      match: { surface: 'source', method: 'PUT' },
      effect: { kind: 'status', status: 500, body: 'html' },
    });
    expect((await put({ 'Content-Length': '1' })).status).toBe(500);
    test.heroku.control.clearFaults();
  });
});

it('an output stream can break off, and be resumed where it did', async () => {
  create('resumed');
  const { body } = await build('resumed');
  await finished('resumed');
  const whole = await (await fetch(body.output_stream_url)).text();
  test.heroku.control.addFault({ match: { surface: 'stream', nth: 1 }, effect: { kind: 'cut', bytes: 20 } });
  const first = await fetch(body.output_stream_url);
  const chunks: Buffer[] = [];
  await expect(
    (async () => {
      for await (const chunk of first.body ?? []) chunks.push(Buffer.from(chunk));
    })(),
  ).rejects.toThrow();
  const begin = Buffer.concat(chunks);
  expect(begin).toHaveLength(20);
  const rest = await fetch(body.output_stream_url, { headers: { Range: `bytes=${begin.length}-` } });
  expect(rest.status).toBe(206);
  expect(begin.toString() + (await rest.text())).toBe(whole);
  test.heroku.control.clearFaults();
});
