import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { APP, GitWorld, KEY } from './git-world.ts';

let world: GitWorld;
beforeEach(async () => {
  world = await GitWorld.start();
});
afterEach(() => world.stop());

describe('who may push', () => {
  test('a bad key: Heroku’s warning and git’s own end, 128', async () => {
    await world.commit('a', '1');
    const { code, stderr } = await world.git(['push', world.url({ key: 'wrong' }), 'HEAD:refs/heads/main']);
    expect(code).toBe(128);
    expect(stderr).toMatch(/remote: !\s+WARNING:/);
    expect(stderr).toContain('Do not authenticate with username and password using git.');
    expect(stderr).toContain('Authentication failed for');
    expect(world.pushes).toEqual([]);
  });

  test('no credentials: git would ask the user, and cannot', async () => {
    const { code, stderr } = await world.git(['ls-remote', world.url({ anonymous: true })]);
    expect(code).toBe(128);
    expect(stderr).toContain('terminal prompts disabled');
  });

  test.each(['', 'anybody', 'a%40b.c'])('the user name "%s" does not matter', async (user) => {
    expect((await world.git(['ls-remote', world.url({ user })])).code).toBe(0);
  });

  test('a key with colons in it is taken whole; other schemes are no key', async () => {
    const keys: (string | undefined)[] = [];
    world.authorize = ({ key }) => {
      keys.push(key);
      return 'unauthorized';
    };
    const encoded = Buffer.from('user:a:b:c').toString('base64');
    for (const authorization of [`Basic ${encoded}`, `basic ${encoded}`, 'Bearer a', 'Basic', 'Basic AAAA']) {
      const { status, headers } = await send({
        path: `/${APP}.git/info/refs?service=git-receive-pack`,
        authorization,
      });
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toMatch(/^Basic /);
    }
    expect(keys).toEqual(['a:b:c', 'a:b:c', undefined, undefined, undefined]);
  });

  test('the app, the key and the service are what is asked about', async () => {
    const asked: unknown[] = [];
    world.authorize = (asking) => {
      asked.push(asking);
      return asking.key === undefined ? 'unauthorized' : 'ok';
    };
    await world.git(['ls-remote', world.url()]);
    await world.commit('a', '1');
    await world.push('HEAD:refs/heads/main');
    expect(asked[0]).toEqual({ app: APP, key: undefined, service: 'git-upload-pack' });
    expect(asked.at(-1)).toEqual({ app: APP, key: KEY, service: 'git-receive-pack' });
  });

  test('an unknown app is not found, and gets no repository', async () => {
    await world.commit('a', '1');
    const { code, stderr } = await world.git(['push', world.url({ app: 'nobodys' }), 'HEAD:refs/heads/main']);
    expect(code).toBe(128);
    expect(stderr).toContain('remote: !\tNo such app as nobodys.');
    expect(stderr).toMatch(/repository '.*nobodys\.git\/' not found/);
    expect(await readdir(path.join(world.folder, 'repositories'))).toEqual(['.server']);
  });

  test.each([
    ['rate-limited', 429, 'Please wait a few minutes before making new requests'],
    ['forbidden', 403, 'You do not have permission'],
  ] as const)('%s is %d', async (answer, status, words) => {
    world.authorize = ({ key }) => (key === undefined ? 'unauthorized' : answer);
    const { code, stderr } = await world.git(['ls-remote', world.url()]);
    expect(code).toBe(128);
    expect(stderr).toContain(words);
    expect(stderr).toContain(`The requested URL returned error: ${status}`);
  });
});

describe('what is served', () => {
  test('paths that are not git’s are left to others', async () => {
    for (const url of [
      '/',
      '/apps',
      '/my-app/info/refs',
      '/a/b.git/info/refs',
      '/..git',
      '/%2e%2e.git/HEAD',
    ]) {
      expect((await send({ path: url })).status).toBe(418);
    }
  });

  test('the files of the dumb protocol are not served', async () => {
    for (const url of [
      'HEAD',
      'config',
      'objects/info/packs',
      'info/refs',
      'info/refs?service=git-evil',
      '',
    ]) {
      const { status, body } = await send({ path: `/${APP}.git/${url}`, key: KEY });
      expect(status).toBe(403);
      expect(body).toContain('smart HTTP');
    }
    expect((await send({ method: 'POST', path: `/${APP}.git/git-upload-archive`, key: KEY })).status).toBe(
      403,
    );
  });

  test('protocol version 2 is spoken', async () => {
    const { body } = await send({
      path: `/${APP}.git/info/refs?service=git-upload-pack`,
      key: KEY,
      headers: { 'git-protocol': 'version=2' },
    });
    expect(body).toContain('version 2');
  });

  test('compressed requests, as git sends long ones', async () => {
    for (let i = 0; i < 30; i++) await world.git(['commit', '-q', '--allow-empty', '-m', `${i}`]);
    await world.push(...Array.from({ length: 30 }, (_, i) => `HEAD~${i}:refs/heads/branch-${i}`));
    const fetched = await world.git(['clone', '-q', world.url(), 'other'], { cwd: world.folder });
    expect(fetched.code).toBe(0);
    expect(world.requests.some(({ headers }) => headers['content-encoding'] === 'gzip')).toBe(true);
    const { stdout } = await world.git(['branch', '-r'], { cwd: path.join(world.folder, 'other') });
    expect(stdout.trim().split('\n')).toHaveLength(30);
  });

  test('a compressed receive-pack request is understood; a broken one does not hang', async () => {
    await world.push('HEAD:refs/heads/main');
    const common = { method: 'POST', path: `/${APP}.git/git-receive-pack`, key: KEY };
    const headers = { 'content-type': 'application/x-git-receive-pack-request', 'content-encoding': 'gzip' };
    const probe = await send({ ...common, headers, body: gzipSync('0000') });
    expect(probe.status).toBe(200);
    const broken = await send({ ...common, headers, body: Buffer.from('not gzip at all') });
    expect(broken.status).toBe(500);
    const cut = await send({ ...common, headers, body: gzipSync('0000'.repeat(500)).subarray(0, -9) });
    expect(cut.status).toBeGreaterThanOrEqual(200);
  });

  test('Expect: 100-continue', async () => {
    const answer = await send({
      method: 'POST',
      path: `/${APP}.git/git-receive-pack`,
      key: KEY,
      headers: { 'content-type': 'application/x-git-receive-pack-request', expect: '100-continue' },
      body: Buffer.from('0000'),
    });
    expect(answer.status).toBe(200);
  });

  test('malformed commands are git’s to refuse', async () => {
    const headers = { 'content-type': 'application/x-git-receive-pack-request' };
    const path = `/${APP}.git/git-receive-pack`;
    const answer = await send({ method: 'POST', path, key: KEY, headers, body: Buffer.from('zzzz') });
    expect(answer.status).toBe(200);
    expect(world.pushes).toEqual([]);
  });
});

describe('a shallow clone', () => {
  async function shallowClone(): Promise<string> {
    for (const content of ['1', '2', '3']) await world.commit('a', content);
    const shallow = path.join(world.folder, 'shallow');
    await world.git(['clone', '-q', '--depth', '1', `file://${world.clone}`, shallow]);
    return shallow;
  }

  test('is refused with Heroku’s words', async () => {
    const cwd = await shallowClone();
    const { code, stderr } = await world.git(['push', world.url(), 'HEAD:refs/heads/main'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain(
      'remote: !\tPush rejected, source repository is a shallow clone. ' +
        'Unshallow it with `git fetch --all --unshallow` and try pushing again.',
    );
    expect(stderr).toContain('! [remote rejected] HEAD -> main (shallow update not allowed)');
    expect(world.pushes).toEqual([]);
    expect(await world.server.branchCommit(APP, 'main')).toBeUndefined();
  });

  test('is refused even where the server has all the history', async () => {
    const cwd = await shallowClone();
    await world.push('HEAD:refs/heads/main');
    await writeFile(path.join(cwd, 'big'), 'x'.repeat(100));
    await world.git(['add', '-A'], { cwd });
    await world.git(['commit', '-q', '-m', 'more'], { cwd });
    const { code, stderr } = await world.git(['push', world.url(), 'HEAD:refs/heads/main', 'HEAD:side'], {
      cwd,
    });
    expect(code).toBe(1);
    expect(stderr.match(/shallow update not allowed/g)).toHaveLength(2);
    expect(world.pushes).toHaveLength(1);
  });

  test('may push once it has been unshallowed', async () => {
    const cwd = await shallowClone();
    await world.git(['fetch', '-q', '--unshallow'], { cwd });
    expect((await world.git(['push', world.url(), 'HEAD:refs/heads/main'], { cwd })).code).toBe(0);
  });
});

test('the server’s git reads no configuration of the user and no GIT_ variable of the caller', async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'hostile-home-'));
  const [before, beforeDir] = [process.env.HOME, process.env.GIT_DIR];
  try {
    await mkdir(path.join(home, 'hooks'));
    await writeFile(
      path.join(home, '.gitconfig'),
      '[receive]\n\tdenyCreates = true\n[http]\n\treceivepack = no\n',
    );
    process.env.HOME = home;
    process.env.GIT_DIR = '/nowhere';
    await world.commit('a', '1');
    const { code, stderr } = await world.push('HEAD:refs/heads/main');
    expect(stderr).toContain('[new branch]');
    expect(code).toBe(0);
    expect(await world.server.branchCommit(APP, 'main')).toBeDefined();
  } finally {
    process.env.HOME = before;
    if (before === undefined) delete process.env.HOME;
    process.env.GIT_DIR = beforeDir;
    if (beforeDir === undefined) delete process.env.GIT_DIR;
    await rm(home, { recursive: true });
  }
});

function send(wanted: {
  method?: string;
  path: string;
  key?: string;
  authorization?: string;
  headers?: Record<string, string>;
  body?: Buffer;
}): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const { method = 'GET', key } = wanted;
  const basic = key === undefined ? undefined : `Basic ${Buffer.from(`:${key}`).toString('base64')}`;
  const authorization = wanted.authorization ?? basic;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port: world.port,
      method,
      path: wanted.path,
      headers: { ...wanted.headers, ...(authorization === undefined ? {} : { authorization }) },
    });
    outgoing.on('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(wanted.body);
  });
}
