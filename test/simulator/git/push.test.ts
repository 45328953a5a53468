import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { deferred, GitWorld, KEY, ZEROS, APP } from './git-world.ts';

describe.each([{ tls: false }, { tls: true }])('a push over $tls TLS', ({ tls }) => {
  let world: GitWorld;
  beforeEach(async () => {
    world = await GitWorld.start({ tls });
  });
  afterEach(() => world.stop());

  test('shows lines while the verdict is still due, then moves the ref', async () => {
    const commit = await world.commit('a', '1');
    const verdict = deferred<{ accepted: boolean }>();
    world.onPush = (push) => {
      push.write('-----> Building on the Heroku-24 stack');
      return verdict.promise;
    };
    const git = world.start(['push', world.url(), 'HEAD:refs/heads/main']);
    await git.printed('remote: -----> Building on the Heroku-24 stack');
    expect(await world.server.branchCommit(APP, 'main')).toBeUndefined();
    expect(world.pushed).toEqual([]);

    world.pushes[0]?.write('-----> Launching...\n       Released v3');
    verdict.resolve({ accepted: true });
    const { code, stderr } = await git.done;
    expect(stderr).toMatch(/^remote: -----> Launching\.\.\. *$/m);
    expect(stderr).toMatch(/^remote: {8}Released v3 *$/m);
    expect(stderr).toContain('[new branch]');
    expect(code).toBe(0);
    expect(await world.server.branchCommit(APP, 'main')).toBe(commit);
    expect(world.pushed).toEqual([{ app: APP, ref: 'refs/heads/main', newCommit: commit }]);
    expect(world.pushes[0]).toMatchObject({
      app: APP,
      key: KEY,
      ref: 'refs/heads/main',
      oldCommit: ZEROS,
      newCommit: commit,
    });
    expect(world.pushes[0]?.signal.aborted).toBe(false);
  });

  test('is refused whole when the verdict is no, and nothing moves', async () => {
    await world.commit('a', '1');
    world.onPush = (push) => {
      push.write(' !     Push rejected, failed to compile Node.js app.');
      return Promise.resolve({ accepted: false });
    };
    const { code, stderr } = await world.push('HEAD:refs/heads/main');
    expect(code).toBe(1);
    expect(stderr).toContain('remote:  !     Push rejected, failed to compile Node.js app.');
    expect(stderr).toContain('[remote rejected] HEAD -> main (pre-receive hook declined)');
    expect(await world.server.branchCommit(APP, 'main')).toBeUndefined();
    expect(world.pushed).toEqual([]);
  });

  test('of some megabytes arrives whole, chunked', async () => {
    const commit = await world.commit('big', randomBytes(5 * 1024 * 1024));
    const { code } = await world.push('HEAD:refs/heads/main');
    expect(code).toBe(0);
    const post = world.requests.filter((each) => each.method === 'POST').at(-1);
    expect(post?.headers['transfer-encoding']).toBe('chunked');
    expect(await world.server.branchCommit(APP, 'main')).toBe(commit);
    const { code: fetched } = await world.git(['clone', '-q', world.url(), 'again'], { cwd: world.folder });
    expect(fetched).toBe(0);
    execFileSync('cmp', [`${world.clone}/big`, `${world.folder}/again/big`]);
  });
});

describe('what is pushed', () => {
  let world: GitWorld;
  beforeEach(async () => {
    world = await GitWorld.start();
  });
  afterEach(() => world.stop());

  test('the commit can be read from the repository before it is accepted', async () => {
    await world.commit('Procfile', 'web: true\n');
    let content = '';
    world.onPush = ({ repository, newCommit, environment }) => {
      content = execFileSync('git', [`--git-dir=${repository}`, 'show', `${newCommit}:Procfile`], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, ...environment },
      });
      return Promise.resolve({ accepted: true });
    };
    expect((await world.push('HEAD:refs/heads/main')).code).toBe(0);
    expect(content).toBe('web: true\n');
    expect(world.pushes[0]?.environment).toHaveProperty('GIT_QUARANTINE_PATH');
  });

  test('a second push tells the commit before; the same commit again asks nobody', async () => {
    const first = await world.commit('a', '1');
    await world.push('HEAD:refs/heads/main');
    const second = await world.commit('a', '2');
    await world.push('HEAD:refs/heads/main');
    expect(world.pushes[1]).toMatchObject({ oldCommit: first, newCommit: second });
    const { code, stderr } = await world.push('HEAD:refs/heads/main');
    expect(stderr).toContain('Everything up-to-date');
    expect(code).toBe(0);
    expect(world.pushes).toHaveLength(2);
  });

  test('side branches and tags are the decision of onPush, each ref once', async () => {
    const commit = await world.commit('a', '1');
    await world.git(['tag', '-a', '-m', 'one', 'v1']);
    world.onPush = (push) => {
      push.write('Pushed to branch other than [main, master], skipping build.');
      return Promise.resolve({ accepted: true });
    };
    const { code, stderr } = await world.push('HEAD:refs/heads/topic/x', 'v1');
    expect(code).toBe(0);
    expect(stderr).toContain('remote: Pushed to branch other than [main, master], skipping build.');
    expect(world.pushes.map((push) => push.ref).sort()).toEqual(['refs/heads/topic/x', 'refs/tags/v1']);
    expect(await world.server.branchCommit(APP, 'topic/x')).toBe(commit);
    expect(await world.server.branchCommit(APP, 'topic')).toBeUndefined();
    expect((await world.git(['ls-remote', world.url()])).stdout).toContain(`${commit}\trefs/tags/v1^{}`);
  });

  test('one refused ref refuses the others, and later ones are not asked about', async () => {
    await world.commit('a', '1');
    world.onPush = ({ ref }) => Promise.resolve({ accepted: ref !== 'refs/heads/a' });
    const { code, stderr } = await world.push('HEAD:refs/heads/a', 'HEAD:refs/heads/main');
    expect(code).toBe(1);
    expect(stderr.match(/pre-receive hook declined/g)).toHaveLength(2);
    expect(world.pushes.map((push) => push.ref)).toEqual(['refs/heads/a']);
    expect(await world.server.branchCommit(APP, 'main')).toBeUndefined();
  });

  test('a history that went another way needs --force, as a lease needs the right commit', async () => {
    const first = await world.commit('a', '1');
    await world.push('HEAD:refs/heads/main');
    await world.git(['commit', '-q', '--amend', '-m', 'another']);
    const refused = await world.push('HEAD:refs/heads/main');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('(non-fast-forward)');
    const stale = await world.push(`--force-with-lease=main:${'1'.repeat(40)}`, 'HEAD:refs/heads/main');
    expect(stale.stderr).toContain('(stale info)');
    expect(world.pushes).toHaveLength(1);
    const leased = await world.push(`--force-with-lease=main:${first}`, 'HEAD:refs/heads/main');
    expect(leased.code).toBe(0);
    await world.git(['commit', '-q', '--amend', '-m', 'a third']);
    expect((await world.push('--force', 'HEAD:refs/heads/main')).code).toBe(0);
  });

  test.each(['main', 'master'])('%s cannot be deleted, not even along with a good push', async (branch) => {
    const commit = await world.commit('a', '1');
    await world.push(`HEAD:refs/heads/${branch}`, 'HEAD:refs/heads/side');
    world.pushes.length = 0;
    const { code, stderr } = await world.push(`:refs/heads/${branch}`, 'HEAD:refs/heads/other');
    expect(code).toBe(1);
    expect(stderr).toContain(`remote: !\tPush rejected, cannot delete ${branch} branch.`);
    expect(stderr).toContain('pre-receive hook declined');
    expect(world.pushes).toEqual([]);
    expect(await world.server.branchCommit(APP, branch)).toBe(commit);
    expect(await world.server.branchCommit(APP, 'other')).toBeUndefined();
  });

  test('a side branch can be deleted', async () => {
    const commit = await world.commit('a', '1');
    await world.push('HEAD:refs/heads/side');
    expect((await world.push(':refs/heads/side')).code).toBe(0);
    expect(world.pushes[1]).toMatchObject({ oldCommit: commit, newCommit: ZEROS });
    expect(await world.server.branchCommit(APP, 'side')).toBeUndefined();
  });

  test('two pushes at once both get a hearing, and the loser of the race is told so', async () => {
    await world.commit('a', '1');
    const verdict = deferred<{ accepted: boolean }>();
    world.onPush = (push) => {
      push.write(`judging ${push.newCommit}`);
      return verdict.promise;
    };
    const one = world.start(['push', world.url(), 'HEAD:refs/heads/main']);
    await one.printed('judging');
    const second = await world.commit('a', '2');
    const two = world.start(['push', world.url(), 'HEAD:refs/heads/main']);
    await two.printed(`judging ${second}`);
    verdict.resolve({ accepted: true });
    const results = await Promise.all([one.done, two.done]);
    expect(results.map(({ code }) => code).sort()).toEqual([0, 1]);
    const moved = await world.server.branchCommit(APP, 'main');
    expect(world.pushed.map(({ newCommit }) => newCommit)).toEqual([moved]);
  });

  test('an error in onPush refuses the push and says why', async () => {
    await world.commit('a', '1');
    world.onPush = () => Promise.reject(new Error('the disk is full'));
    const { code, stderr } = await world.push('HEAD:refs/heads/main');
    expect(code).toBe(1);
    expect(stderr).toContain('the disk is full');
    expect(stderr).toContain('pre-receive hook declined');
  });

  test('thousands of lines come through in order, with odd ones among them', async () => {
    await world.commit('a', '1');
    const odd = ['', '>', 'accepted', 'refused', '\\n %s $(id) `id` "q" \'q\'', '  indented', 'ünï→'];
    world.onPush = (push) => {
      for (let i = 0; i < 3000; i++) push.write(`line ${i}`);
      odd.forEach((line) => push.write(`${line}|`));
      return Promise.resolve({ accepted: true });
    };
    const { code, stderr } = await world.push('HEAD:refs/heads/main');
    expect(code).toBe(0);
    const lines = stderr.split('\n').filter((line) => line.startsWith('remote: '));
    const shown = lines.map((line) => line.slice('remote: '.length).trimEnd());
    expect(shown.slice(0, 3000)).toEqual(Array.from({ length: 3000 }, (_, i) => `line ${i}`));
    expect(shown.slice(3000, 3000 + odd.length)).toEqual(odd.map((line) => `${line}|`));
  });
});
