import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, removeFolders, runSteps, sampleRepository, temporaryFolder } from '../helpers.ts';

afterEach(removeFolders);

const LOOK = `- run: |
    git rev-parse HEAD
    git symbolic-ref --quiet --short HEAD || echo detached
    cat file.txt
    git status --short
    git rev-parse --is-shallow-repository
    git rev-list --objects --all --missing=print | grep -c '^?' || true
    git remote get-url origin`;

async function look(steps: string, options: Parameters<typeof runSteps>[1]): Promise<string[]> {
  const result = await runSteps(`${steps}\n${LOOK}`, options);
  expect(result.steps.map(({ status, output }) => (status === 'success' ? '' : output))).toEqual(
    result.steps.map(() => ''),
  );
  return (result.steps.at(-1)?.output ?? '').trim().split('\n');
}

describe('checkout', () => {
  it('is blobless by default: the branch on the commit, blobs fetched when they are needed', async () => {
    const { path, commits } = await sampleRepository();
    const [sha, branch, text, shallow, missing, origin] = await look('- checkout', { repository: path });
    expect([sha, branch, text, shallow]).toEqual([commits[2], 'main', 'three', 'false']);
    // The blobs of the two older commits are not here.
    expect(missing).toBe('2');
    expect(origin).toMatch(/^file:\/\/.*origin\.git$/);
    const lazy = await runSteps('- checkout\n- run: git show HEAD~2:file.txt', { repository: path });
    expect(lazy.steps[1]?.output).toContain('one\n');
  });

  it('is complete with `method: full`', async () => {
    const { path, commits } = await sampleRepository();
    const [sha, branch, text, shallow, missing] = await look('- checkout: {method: full}', {
      repository: path,
    });
    expect([sha, branch, text, shallow, missing]).toEqual([commits[2], 'main', 'three', 'false', '0']);
  });

  it('is shallow with `method: shallow`, and cannot be pushed then', async () => {
    const { path } = await sampleRepository();
    const result = await runSteps(
      `
- checkout: {method: shallow}
- run: git rev-list --count HEAD
- run: git init -q --bare ~/elsewhere && git push ~/elsewhere HEAD:main`,
      { repository: path },
    );
    expect(result.steps[1]?.output).toBe('1\n');
    expect(result.steps[2]).toMatchObject({ status: 'failed' });
    expect(result.steps[2]?.output).toContain('shallow update not allowed');
    const deeper = await runSteps(
      '- checkout: {method: shallow, depth: 2}\n- run: git rev-list --count HEAD',
      {
        repository: path,
      },
    );
    expect(deeper.steps[1]?.output).toBe('2\n');
  });

  it.each(['blobless', 'full', 'shallow'])('puts the branch on an older commit (%s)', async (method) => {
    const { path, commits } = await sampleRepository();
    const revision = commits[0] ?? '';
    const [sha, branch, text] = await look(`- checkout: {method: ${method}}`, { repository: path, revision });
    expect([sha, branch, text]).toEqual([revision, 'main', 'one']);
  });

  it.each(['blobless', 'full', 'shallow'])('takes a branch or a tag, annotated too (%s)', async (method) => {
    const { path, commits } = await sampleRepository();
    const steps = `- checkout: {method: ${method}}`;
    expect((await look(steps, { repository: path, branch: 'feature' })).slice(0, 3)).toEqual([
      commits[0],
      'feature',
      'one',
    ]);
    const tagged = await look(`${steps}\n- run: test "$CIRCLE_SHA1" = "$(git rev-parse 'v1^{commit}')"`, {
      repository: path,
      tag: 'v1',
    });
    expect(tagged.slice(0, 3)).toEqual([commits[1], 'detached', 'two']);
  });

  it('goes where `path` says, and refreshes a clone that is there', async () => {
    const { path, commits } = await sampleRepository();
    const result = await runSteps(
      `
- checkout: {path: ~/else/where}
- run: cd ~/else/where; git rev-parse HEAD; echo dirt > file.txt
- checkout: {path: ~/else/where}
- run: cat ~/else/where/file.txt`,
      { repository: path },
    );
    expect(result.steps[1]?.output).toBe(`${commits[2] ?? ''}\n`);
    expect(result.steps[2]?.output).toContain('Fetching into existing repository');
    expect(result.steps[3]?.output).toBe('three\n');
  });

  it('fails where files are in the way', async () => {
    const { path } = await sampleRepository();
    const result = await runSteps('- run: echo > in-the-way\n- checkout', { repository: path });
    expect(result.steps[1]).toMatchObject({ status: 'failed', exitCode: 128 });
    expect(result.steps[1]?.output).toMatch(/already exists and is not an empty directory/);
  });

  it("never reaches the user's repository: a push to origin stays in the run", async () => {
    const { path, commits } = await sampleRepository();
    await writeFile(join(path, 'file.txt'), 'uncommitted\n');
    const result = await runSteps(
      '- checkout\n- run: git -c user.name=a -c user.email=a@b commit --allow-empty -qm new && git push origin HEAD:main HEAD:new',
      { repository: path },
    );
    expect(result.status).toBe('success');
    expect(git(path, 'rev-parse', 'main')).toBe(commits[2]);
    expect(git(path, 'branch', '--list', 'new')).toBe('');
    expect(git(path, 'status', '--short')).toBe('M file.txt');
  });

  it('takes hostile names of branches and folders as they are', async () => {
    const folder = join(await temporaryFolder(), 'a \'b" $(touch pwned)');
    await mkdir(folder);
    git(folder, 'init', '--quiet', '--initial-branch=main');
    await writeFile(join(folder, 'file.txt'), 'x\n');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '--message', 'x');
    git(folder, 'branch', '$(touch${IFS}pwned)');
    const result = await runSteps('- checkout\n- run: git symbolic-ref --short HEAD; ls -A', {
      repository: folder,
      branch: '$(touch${IFS}pwned)',
    });
    expect(result.steps[1]?.output).toBe('$(touch${IFS}pwned)\n.git\nfile.txt\n');
  });

  it('takes a branch that is only known as origin/branch', async () => {
    const { path, commits } = await sampleRepository();
    const clone = join(await temporaryFolder(), 'clone');
    git(path, 'clone', '--quiet', path, clone);
    expect((await look('- checkout', { repository: clone, branch: 'feature' }))[0]).toBe(commits[0]);
  });

  it('clones an address directly', async () => {
    const { path, commits } = await sampleRepository();
    const options = { repository: `file://${path}` };
    expect((await look('- checkout: {method: full}', options)).at(-1)).toBe(`file://${path}`);
    expect((await look('- checkout: {method: full}', { ...options, branch: 'feature' }))[0]).toBe(commits[0]);
    expect((await look('- checkout: {method: full}', { ...options, tag: 'v1' }))[0]).toBe(commits[1]);
  });
});

describe('a source that does not exist', () => {
  it.each([
    [{ branch: 'nope' }, /has no branch nope/],
    [{ tag: 'nope' }, /has no tag nope/],
    [{ revision: 'a'.repeat(40) }, /has no commit aaaa/],
    [{ revision: '--help' }, /has no commit --help/],
    [{ branch: 'main', tag: 'v1' }, /not both/],
  ])('%j is refused', async (options, reason) => {
    const { path } = await sampleRepository();
    await expect(runSteps('- checkout', { repository: path, ...options })).rejects.toThrow(reason);
  });

  it('is refused: a folder that is no repository, none at all, a detached HEAD', async () => {
    const folder = await temporaryFolder();
    await expect(runSteps('- checkout', { repository: folder })).rejects.toThrow(
      /cannot be cloned: .*does not|not appear/s,
    );
    await expect(runSteps('- checkout', { repository: join(folder, 'x') })).rejects.toThrow(
      /There is no repository at/,
    );
    await expect(runSteps('- checkout', { repository: `file://${folder}/x` })).rejects.toThrow(
      /cannot be read/,
    );
    const { path } = await sampleRepository();
    git(path, 'checkout', '--quiet', '--detach');
    git(path, 'commit', '--quiet', '--allow-empty', '--message', 'on no branch');
    await expect(runSteps('- checkout', { repository: path })).rejects.toThrow(
      /detached HEAD: name the branch/,
    );
    const result = await runSteps('- checkout');
    expect(result.steps[0]?.reason).toMatch(/there is no repository: name one with --repository/);
  });
});
