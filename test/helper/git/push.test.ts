import { randomBytes } from 'node:crypto';
import { PushFixture } from './push-fixture.ts';

let fixture: PushFixture;

beforeAll(async () => {
  fixture = await PushFixture.start();
});

afterAll(() => fixture.stop());

beforeEach(() => fixture.freshApp());

describe('what git and the server agree on', () => {
  test('a first push, with one question and one pack', async () => {
    const git = fixture.git();
    expect(await git.push(fixture.request())).toEqual({ kind: 'pushed' });
    expect(await fixture.branch('main')).toBe(fixture.ids[2]);
    expect(fixture.server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /${fixture.app}.git/info/refs?service=git-receive-pack`,
      `POST /${fixture.app}.git/git-receive-pack`,
    ]);
    expect(git.networkRequests).toBe(1);
  });

  test('only the commit that was named, to the branch that was named', async () => {
    expect(await fixture.push({ commit: fixture.ids[0], branch: 'release/x' })).toEqual({ kind: 'pushed' });
    expect(await fixture.branch('release/x')).toBe(fixture.ids[0]);
    expect(await fixture.branch('main')).toBeUndefined();
  });

  test('the commit, and not what a branch or a tag has that is called like it', async () => {
    const git = (...args: string[]): Promise<string> => fixture.sandbox.git(fixture.directory, ...args);
    const names = [`refs/heads/${fixture.ids[2]}`, `refs/tags/${fixture.ids[1]}`];
    for (const name of names) await git('update-ref', name, fixture.ids[0]);
    try {
      expect(await fixture.push({ commit: fixture.ids[1] })).toEqual({ kind: 'pushed' });
      expect(await fixture.branch('main')).toBe(fixture.ids[1]);
      expect(await fixture.push({ commit: fixture.ids[2] })).toEqual({ kind: 'pushed' });
      expect(await fixture.branch('main')).toBe(fixture.ids[2]);
    } finally {
      for (const name of names) await git('update-ref', '-d', name);
    }
  });

  test('one process of git for a push, once the clone and the git are known', async () => {
    const { binary, records } = await fixture.sandbox.recordingShim();
    const git = fixture.git({ gitBinary: binary });
    await Promise.all([git.version(), git.cloneKind()]);
    const before = (await records()).length;
    expect(await git.push(fixture.request())).toEqual({ kind: 'pushed' });
    expect((await records()).length - before).toBe(1);
  });

  test('a pack too large for one piece', async () => {
    const big = await fixture.sandbox.history(`big-${fixture.app}`);
    const commit = await fixture.sandbox.commit(big.directory, {
      'random.bin': randomBytes(3_000_000).toString('latin1'),
    });
    expect(await fixture.push({ commit }, { directory: big.directory })).toEqual({ kind: 'pushed' });
    expect(await fixture.branch('main')).toBe(commit);
  });

  test('tags are not pushed along, and push options not sent, whatever the user has set', async () => {
    await fixture.sandbox.git(
      fixture.directory,
      'tag',
      '--annotate',
      '-f',
      'v1',
      '--message',
      'v1',
      fixture.ids[2],
    );
    await fixture.sandbox.git(fixture.directory, 'config', 'push.followTags', 'true');
    await fixture.sandbox.git(fixture.directory, 'config', 'push.gpgSign', 'true');
    await fixture.sandbox.git(fixture.directory, 'config', 'push.pushOption', 'ci.skip');
    await fixture.sandbox.git(fixture.directory, 'config', 'push.recurseSubmodules', 'only');
    try {
      expect(await fixture.push()).toEqual({ kind: 'pushed' });
    } finally {
      for (const key of ['followTags', 'gpgSign', 'pushOption', 'recurseSubmodules']) {
        await fixture.sandbox.git(fixture.directory, 'config', '--unset', `push.${key}`);
      }
    }
    expect(await fixture.sandbox.git(fixture.server.path(fixture.app), 'tag')).toBe('');
  });

  test('the same commit again is up to date, and sends no pack', async () => {
    await fixture.push();
    fixture.server.requests.length = 0;
    expect(await fixture.push()).toEqual({ kind: 'up-to-date' });
    expect(fixture.server.requests.some(({ carriesPack }) => carriesPack)).toBe(false);
  });

  test('the release is read from the last lines', async () => {
    await fixture.server.setHook(
      fixture.app,
      'post-receive',
      'echo "       Released v7"; echo "       Released v12"',
    );
    expect(await fixture.push()).toEqual({ kind: 'pushed', releasedVersion: 12 });
  });

  test('going back is refused without a lease', async () => {
    await fixture.push();
    expect(await fixture.push({ commit: fixture.ids[0] })).toEqual({ kind: 'non-fast-forward' });
    expect(await fixture.branch('main')).toBe(fixture.ids[2]);
  });

  test('a commit of the server that this clone does not know is no fast-forward', async () => {
    const other = await fixture.sandbox.history(`other-${fixture.app}`);
    await fixture.sandbox.commit(other.directory, { 'other.txt': 'x' });
    await fixture.sandbox.git(other.directory, 'push', '--quiet', fixture.server.path(fixture.app), 'main');
    expect(await fixture.push()).toEqual({ kind: 'non-fast-forward' });
  });

  test('a server that takes no force says so', async () => {
    await fixture.push();
    await fixture.sandbox.git(
      fixture.server.path(fixture.app),
      'config',
      'receive.denyNonFastForwards',
      'true',
    );
    expect(await fixture.push({ commit: fixture.ids[0], lease: fixture.ids[2] })).toEqual({
      kind: 'non-fast-forward',
    });
  });

  test('a lease that holds lets go back', async () => {
    await fixture.push();
    expect(await fixture.push({ commit: fixture.ids[0], lease: fixture.ids[2] })).toEqual({ kind: 'pushed' });
    expect(await fixture.branch('main')).toBe(fixture.ids[0]);
  });

  test('a lease that does not hold changes nothing', async () => {
    await fixture.push();
    expect(await fixture.push({ commit: fixture.ids[0], lease: fixture.ids[1] })).toEqual({
      kind: 'stale-lease',
    });
    expect(await fixture.push({ commit: fixture.ids[0], lease: '' })).toEqual({ kind: 'stale-lease' });
    expect(await fixture.branch('main')).toBe(fixture.ids[2]);
  });

  test('a lease on nothing creates the branch', async () => {
    expect(await fixture.push({ lease: '' })).toEqual({ kind: 'pushed' });
    expect(await fixture.push({ branch: 'other', lease: fixture.ids[0] })).toEqual({ kind: 'stale-lease' });
  });

  test('a build that fails is declined, with its lines', async () => {
    await fixture.server.setHook(
      fixture.app,
      'pre-receive',
      'echo "-----> Ruby app detected"; echo " !     Push rejected, failed to compile Ruby app."; exit 1',
    );
    expect(await fixture.push()).toEqual({
      kind: 'declined',
      lines: ['-----> Ruby app detected', ' !     Push rejected, failed to compile Ruby app.'],
    });
    expect(await fixture.branch('main')).toBeUndefined();
  });

  test('declined without a word, git’s own reason is given', async () => {
    await fixture.server.setHook(fixture.app, 'pre-receive', 'exit 1');
    expect(await fixture.push()).toEqual({
      kind: 'declined',
      lines: ['[remote rejected] (pre-receive hook declined)'],
    });
  });

  test('a rate limit that a hook tells of', async () => {
    await fixture.server.setHook(
      fixture.app,
      'pre-receive',
      'echo " !  Your account reached the API rate limit"; exit 1',
    );
    expect(await fixture.push()).toEqual({ kind: 'rate-limited' });
  });

  test('a branch that moved between question and pack may have been moved by this very push', async () => {
    const moved = `git update-ref refs/heads/main ${fixture.ids[0]}`;
    await fixture.push({ commit: fixture.ids[0], branch: 'objects' });
    await fixture.server.setHook(fixture.app, 'pre-receive', `unset GIT_QUARANTINE_PATH; ${moved}`);
    expect(await fixture.push()).toMatchObject({
      kind: 'lost',
      message: expect.stringContaining('remote rejected'),
    });
  });

  test('a server that dies while it takes the pack: lost', async () => {
    await fixture.server.setHook(fixture.app, 'pre-receive', 'kill -9 $PPID');
    expect(await fixture.push()).toMatchObject({ kind: 'lost', message: expect.stringContaining('hung up') });
  });
});

describe('live output', () => {
  test('lines arrive while the build runs', async () => {
    const fifo = fixture.sandbox.path('go');
    await fixture.sandbox.git(fixture.sandbox.folder, '-c', `alias.fifo=!mkfifo '${fifo}'`, 'fifo');
    // The hook goes on only after its first line has been seen: a push that told its lines at the end would hang.
    await fixture.server.setHook(
      fixture.app,
      'pre-receive',
      `echo building; cat '${fifo}' >/dev/null; echo built`,
    );
    const lines: string[] = [];
    const outcome = await fixture.push({
      onLine: (line) => {
        lines.push(line);
        if (line === 'building')
          void fixture.sandbox.git(fixture.sandbox.folder, '-c', `alias.go=!echo x > '${fifo}'`, 'go');
      },
    });
    expect(outcome).toEqual({ kind: 'pushed' });
    expect(lines).toEqual(['building', 'built']);
  });

  test('a listener that throws does not spoil the push, and is reported once', async () => {
    await fixture.server.setHook(fixture.app, 'pre-receive', 'echo one; echo two');
    const warnings: string[] = [];
    const log = {
      info: () => undefined,
      warn: (text: string) => void warnings.push(text),
      output: () => undefined,
      addSecret: () => undefined,
      clean: (text: string) => text,
    };
    const onLine = (): void => {
      throw new Error('no room');
    };
    expect(await fixture.git({ log }).push(fixture.request({ onLine }))).toEqual({ kind: 'pushed' });
    expect(warnings).toEqual([expect.stringContaining('no room')]);
  });

  test('umlauts and colours pass unharmed', async () => {
    await fixture.server.setHook(fixture.app, 'pre-receive', "printf '\\303\\244 \\033[1mRuby\\033[0m\\n'");
    const lines: string[] = [];
    await fixture.push({ onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['ä \u001b[1mRuby\u001b[0m']);
  });
});
