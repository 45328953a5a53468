import { createServer, type AddressInfo, type Server } from 'node:net';
import { createGit, type GitOptions } from '../../../src/helper/git/create-git.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import type { PushOutcome, PushRequest } from '../../../src/helper/ports/git.ts';
import { type GitFault, GitHttpRemote, type GitRequest } from '../../support/git-http-remote.ts';
import { GitSandbox, processesWith } from '../../support/git-sandbox.ts';

const KEY = 'HRKU-5d0c4b1e-1111-2222-3333-444455556666';

let sandbox: GitSandbox;
let server: GitHttpRemote;
let directory: string;
let ids: readonly [string, string, string];
let app: string;
let count = 0;

beforeAll(async () => {
  sandbox = await GitSandbox.create();
  server = await GitHttpRemote.start({ tls: true, apiKey: KEY });
  ({ directory, ids } = await sandbox.history('repository'));
});

afterAll(async () => {
  await server.stop();
  await sandbox.remove();
});

beforeEach(async () => {
  count += 1;
  app = `app-${count}`;
  await server.addRepository(app);
  server.requests.length = 0;
  server.fault = () => undefined;
  server.onHang = () => undefined;
});

function gitWith(more: Partial<GitOptions> = {}) {
  return createGit({
    directory,
    environment: { ...sandbox.environment, GIT_SSL_CAINFO: server.caFile },
    killGraceMs: 300,
    ...more,
  });
}

function push(more: Partial<PushRequest> = {}, options: Partial<GitOptions> = {}): Promise<PushOutcome> {
  return gitWith(options).push({
    url: server.url(app),
    apiKey: new Secret(KEY),
    commit: ids[2],
    branch: 'main',
    onLine: () => undefined,
    timeoutMs: 30_000,
    ...more,
  });
}

const isQuestion = (request: GitRequest): boolean => request.path.includes('/info/refs');
const status = (code: number, body?: string): GitFault => ({
  kind: 'status',
  status: code,
  ...(body === undefined ? {} : { body }),
});

describe('the server refuses the key, the app or the pace', () => {
  test('a wrong key', async () => {
    expect(await push({ apiKey: new Secret('HRKU-wrong-key') })).toEqual({ kind: 'unauthorized' });
  });

  test.each([
    ['question', isQuestion],
    ['pack', (request: GitRequest) => request.carriesPack],
  ])('by an HTTP status, as the answer to the %s', async (_, matches) => {
    const answerWith = async (fault: GitFault): Promise<PushOutcome> => {
      server.fault = (request) => (matches(request) ? fault : undefined);
      return push();
    };
    expect(
      await answerWith({ ...status(401), headers: { 'www-authenticate': 'Basic realm="x"' } } as GitFault),
    ).toEqual({
      kind: 'unauthorized',
    });
    expect(await answerWith(status(404))).toEqual({ kind: 'not-found' });
    expect(await answerWith(status(429))).toEqual({ kind: 'rate-limited' });
    expect(await answerWith(status(403, 'Your account is suspended'))).toMatchObject({
      kind: 'declined',
      lines: [expect.stringMatching(/suspended|403/)],
    });
    expect(await server.branch(app, 'main')).toBeUndefined();
  });

  test('a rate limit told in words only', async () => {
    server.fault = () => status(400, 'Your account reached the API rate limit\nPlease wait a few minutes\n');
    expect(await push()).toEqual({ kind: 'rate-limited' });
  });

  test('a repository that is not there', async () => {
    expect(await push({ url: server.url('nobody') })).toEqual({ kind: 'not-found' });
  });
});

describe('nothing can have arrived', () => {
  let silent: Server;
  beforeAll((done) => {
    silent = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume().end('SSH-2.0-no\r\n');
    }).listen(0, '127.0.0.1', done);
  });
  afterAll((done) => {
    silent.close(done);
  });

  test('nobody listens', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await push({ url: `https://127.0.0.1:${port}/app.git` })).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/connect/i),
    });
  });

  test('a name that does not exist', async () => {
    expect(await push({ url: 'https://no-such-host.invalid/app.git' })).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/resolve host/i),
    });
  });

  test('a server that speaks no TLS', async () => {
    const { port } = silent.address() as AddressInfo;
    expect(await push({ url: `https://127.0.0.1:${port}/app.git` })).toMatchObject({ kind: 'unreachable' });
  });

  test('a certificate that nobody vouches for, even where the user does not mind', async () => {
    const environment = {
      ...sandbox.environment,
      GIT_SSL_NO_VERIFY: '1',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'http.sslVerify',
      GIT_CONFIG_VALUE_0: 'false',
      GIT_CONFIG_KEY_1: `http.${server.origin}/.sslVerify`,
      GIT_CONFIG_VALUE_1: 'false',
    };
    expect(await push({}, { environment })).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/certificate/),
    });
    expect(server.requests).toEqual([]);
  });

  test.each<[string, GitFault]>([
    ['500', status(500)],
    ['503', status(503)],
    ['a broken connection', { kind: 'reset' }],
    ['half an answer', { kind: 'truncate', bytes: 30 }],
    ['a web page as if it were git’s answer', { kind: 'garbage', body: '<html>Welcome</html>' }],
    ['a web page', { kind: 'garbage', body: '<html>Welcome</html>', contentType: 'text/html' }],
    ['an empty answer', { kind: 'garbage', body: '' }],
  ])('the question is answered with %s', async (_, fault) => {
    server.fault = (request) => (isQuestion(request) ? fault : undefined);
    const outcome = await push();
    expect(outcome).toMatchObject({ kind: 'unreachable', message: expect.stringMatching(/\w/) });
    expect((outcome as { message: string }).message).not.toMatch(/\.$/);
    expect(server.requests.some(({ carriesPack }) => carriesPack)).toBe(false);
  });
});

describe('a redirect', () => {
  test.each([
    ['question', isQuestion],
    ['pack', (request: GitRequest) => request.carriesPack],
  ])('of the %s to another host is not followed, and the key stays here', async (_, matches) => {
    const thief = await GitHttpRemote.start();
    try {
      await thief.addRepository(app);
      server.fault = (request) =>
        matches(request)
          ? { kind: 'status', status: 307, headers: { location: `${thief.origin}${request.path}` } }
          : undefined;
      const outcome = await push(
        {},
        {
          environment: {
            ...sandbox.environment,
            GIT_SSL_CAINFO: server.caFile,
            GIT_CONFIG_COUNT: '1',
            GIT_CONFIG_KEY_0: 'http.followRedirects',
            GIT_CONFIG_VALUE_0: 'true',
          },
        },
      );
      expect(['unreachable', 'lost']).toContain(outcome.kind);
      expect(thief.requests).toEqual([]);
    } finally {
      await thief.stop();
    }
  });
});

describe('the pack may have arrived', () => {
  test.each<[string, GitFault]>([
    ['500', status(500)],
    ['502', status(502, '<html>')],
    ['a connection that breaks off before it is read', { kind: 'reset' }],
    ['a connection that breaks off when it was read', { kind: 'reset-after', effect: false }],
    ['a connection that breaks off when it was taken', { kind: 'reset-after', effect: true }],
    ['half an answer', { kind: 'truncate', bytes: 20 }],
    ['an empty answer', { kind: 'garbage', body: '' }],
    ['a web page as if it were git’s answer', { kind: 'garbage', body: '<html>Welcome</html>' }],
  ])('it is answered with %s', async (_, fault) => {
    server.fault = (request) => (request.carriesPack ? fault : undefined);
    expect(await push()).toMatchObject({ kind: 'lost', message: expect.stringMatching(/\w/) });
    // libcurl would send it again over a connection it had used before.
    expect(server.requests.filter(({ carriesPack }) => carriesPack)).toHaveLength(1);
  });

  test('what was taken is up to date the next time', async () => {
    server.fault = (request) => (request.carriesPack ? { kind: 'reset-after', effect: true } : undefined);
    expect(await push()).toMatchObject({ kind: 'lost' });
    server.fault = () => undefined;
    expect(await push()).toEqual({ kind: 'up-to-date' });
  });
});

describe('a server that never answers', () => {
  function nothingLeft(): void {
    expect(processesWith(`${server.origin}/${app}.git`)).toEqual([]);
  }

  test.each([
    ['question', isQuestion],
    ['pack', (request: GitRequest) => request.carriesPack],
  ])('the %s: after its limit git is gone, children and all', async (_, matches) => {
    server.fault = (request) => (matches(request) ? { kind: 'hang' } : undefined);
    expect(await push({ timeoutMs: 500 })).toEqual({
      kind: 'lost',
      message: 'git push: not finished within 0.5 s',
    });
    nothingLeft();
  });

  test('a signal ends git, children and all', async () => {
    const controller = new AbortController();
    let runningAtAbort: string[] = [];
    server.fault = (request) => (request.carriesPack ? { kind: 'hang' } : undefined);
    server.onHang = () => {
      runningAtAbort = processesWith(`${server.origin}/${app}.git`);
      controller.abort();
    };
    expect(await push({ signal: controller.signal })).toEqual({
      kind: 'lost',
      message: 'git push: stopped by us',
    });
    expect(runningAtAbort.some((line) => line.includes('remote-https'))).toBe(true);
    nothingLeft();
  });

  test('an answer of a type at which git waits for itself without end', async () => {
    server.fault = (request) =>
      request.carriesPack ? { kind: 'garbage', body: 'x', contentType: 'text/html' } : undefined;
    expect(await push({ timeoutMs: 1_500 })).toMatchObject({ kind: 'lost' });
    nothingLeft();
  });
});
