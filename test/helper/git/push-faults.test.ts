import { createServer, type AddressInfo, type Server } from 'node:net';
import { Secret } from '../../../src/helper/output/secret.ts';
import type { PushOutcome } from '../../../src/helper/ports/git.ts';
import { type GitFault, GitHttpRemote } from '../../support/git-http-remote.ts';
import { processesWith } from '../../support/git-sandbox.ts';
import { isPack, isQuestion, PushFixture } from './push-fixture.ts';

let fixture: PushFixture;

beforeAll(async () => {
  fixture = await PushFixture.start();
});

afterAll(() => fixture.stop());

beforeEach(() => fixture.freshApp());

const status = (code: number, body?: string): GitFault => ({
  kind: 'status',
  status: code,
  ...(body === undefined ? {} : { body }),
});

describe('the server refuses the key, the app or the pace', () => {
  test('a wrong key', async () => {
    expect(await fixture.push({ apiKey: new Secret('HRKU-wrong-key') })).toEqual({ kind: 'unauthorized' });
  });

  test.each([
    ['question', isQuestion],
    ['pack', isPack],
  ])('by an HTTP status, as the answer to the %s', async (_, matches) => {
    const answerWith = async (fault: GitFault): Promise<PushOutcome> => {
      fixture.server.fault = (request) => (matches(request) ? fault : undefined);
      return fixture.push();
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
    expect(await fixture.branch('main')).toBeUndefined();
  });

  test('a rate limit told in words only', async () => {
    fixture.server.fault = () =>
      status(400, 'Your account reached the API rate limit\nPlease wait a few minutes\n');
    expect(await fixture.push()).toEqual({ kind: 'rate-limited' });
  });

  test('a repository that is not there', async () => {
    expect(await fixture.push({ url: fixture.server.url('nobody') })).toEqual({ kind: 'not-found' });
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
    expect(await fixture.push({ url: `https://127.0.0.1:${port}/app.git` })).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/connect/i),
    });
  });

  test('a name that does not exist', async () => {
    expect(await fixture.push({ url: 'https://no-such-host.invalid/app.git' })).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/resolve host/i),
    });
  });

  test('a server that speaks no TLS', async () => {
    const { port } = silent.address() as AddressInfo;
    expect(await fixture.push({ url: `https://127.0.0.1:${port}/app.git` })).toMatchObject({
      kind: 'unreachable',
    });
  });

  test('a certificate that nobody vouches for, even where the user does not mind', async () => {
    const environment = {
      ...fixture.sandbox.environment,
      GIT_SSL_NO_VERIFY: '1',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'http.sslVerify',
      GIT_CONFIG_VALUE_0: 'false',
      GIT_CONFIG_KEY_1: `http.${fixture.server.origin}/.sslVerify`,
      GIT_CONFIG_VALUE_1: 'false',
    };
    expect(await fixture.push({}, { environment })).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/certificate/),
    });
    expect(fixture.server.requests).toEqual([]);
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
    fixture.server.fault = (request) => (isQuestion(request) ? fault : undefined);
    const outcome = await fixture.push();
    expect(outcome).toMatchObject({ kind: 'unreachable', message: expect.stringMatching(/\w/) });
    expect((outcome as { message: string }).message).not.toMatch(/\.$/);
    expect(fixture.server.requests.some(({ carriesPack }) => carriesPack)).toBe(false);
  });
});

describe('a redirect', () => {
  test.each([
    ['question', isQuestion],
    ['pack', isPack],
  ])('of the %s to another host is not followed, and the key stays here', async (_, matches) => {
    const thief = await GitHttpRemote.start();
    try {
      await thief.addRepository(fixture.app);
      fixture.server.fault = (request) =>
        matches(request)
          ? { kind: 'status', status: 307, headers: { location: `${thief.origin}${request.path}` } }
          : undefined;
      const outcome = await fixture.push(
        {},
        {
          environment: {
            ...fixture.sandbox.environment,
            GIT_SSL_CAINFO: fixture.server.caFile,
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
    fixture.server.fault = (request) => (request.carriesPack ? fault : undefined);
    expect(await fixture.push()).toMatchObject({ kind: 'lost', message: expect.stringMatching(/\w/) });
    // libcurl would send it again over a connection it had used before.
    expect(fixture.server.requests.filter(({ carriesPack }) => carriesPack)).toHaveLength(1);
  });

  test('what was taken is up to date the next time', async () => {
    fixture.server.fault = (request) =>
      request.carriesPack ? { kind: 'reset-after', effect: true } : undefined;
    expect(await fixture.push()).toMatchObject({ kind: 'lost' });
    fixture.server.fault = () => undefined;
    expect(await fixture.push()).toEqual({ kind: 'up-to-date' });
  });
});

describe('a server that never answers', () => {
  function nothingLeft(): void {
    expect(processesWith(`${fixture.server.origin}/${fixture.app}.git`)).toEqual([]);
  }

  test.each([
    ['question', isQuestion],
    ['pack', isPack],
  ])('the %s: after its limit git is gone, children and all', async (_, matches) => {
    fixture.server.fault = (request) => (matches(request) ? { kind: 'hang' } : undefined);
    expect(await fixture.push({ timeoutMs: 500 })).toEqual({
      kind: 'lost',
      message: 'git push: not finished within 0.5 s',
      ...(matches === isQuestion ? { unsent: true } : {}),
    });
    nothingLeft();
  });

  test('its limit passes as fast as the clock of whoever set it', async () => {
    fixture.server.fault = (request) => (request.carriesPack ? { kind: 'hang' } : undefined);
    expect(await fixture.push({ timeoutMs: 3_600_000 }, { timeLapse: 7_200 })).toMatchObject({
      kind: 'lost',
    });
    nothingLeft();
  });

  test('a signal ends git, children and all', async () => {
    const controller = new AbortController();
    let runningAtAbort: string[] = [];
    fixture.server.fault = (request) => (request.carriesPack ? { kind: 'hang' } : undefined);
    fixture.server.onHang = () => {
      runningAtAbort = processesWith(`${fixture.server.origin}/${fixture.app}.git`);
      controller.abort();
    };
    expect(await fixture.push({ signal: controller.signal })).toEqual({
      kind: 'lost',
      message: 'git push: stopped by us',
    });
    expect(runningAtAbort.some((line) => line.includes('remote-https'))).toBe(true);
    nothingLeft();
  });

  test('an answer of a type at which git waits for itself without end', async () => {
    fixture.server.fault = (request) =>
      request.carriesPack ? { kind: 'garbage', body: 'x', contentType: 'text/html' } : undefined;
    expect(await fixture.push({ timeoutMs: 1_500 })).toMatchObject({ kind: 'lost' });
    nothingLeft();
  });
});
