import { repositoryObstacles } from '../../../scripts/lib/publish/repository.ts';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GitSandbox } from '../../support/git-sandbox.ts';

let sandbox: GitSandbox;
let root: string;
const RELEASE = { version: '1.2.3', dev: undefined };
const DEV = { version: '1.2.3', dev: 'mine' };
const obstacles = (request: typeof RELEASE | typeof DEV = RELEASE) =>
  repositoryObstacles(root, sandbox.environment, request);

beforeEach(async () => {
  sandbox = await GitSandbox.create();
  root = await sandbox.repository('project');
  await sandbox.commit(root, { 'orb/orb.yml': 'version: 2.1\n', 'a.txt': 'one\n' });
  await sandbox.git(root, 'tag', 'v1.2.3');
});
afterEach(() => sandbox.remove());

describe('a repository to publish from', () => {
  it('is clean, and at its tag', async () => {
    expect(await obstacles()).toEqual([]);
    expect(await obstacles(DEV)).toEqual([]);
  });

  it('may be at an annotated tag, with another tag beside it', async () => {
    await sandbox.git(root, 'tag', '--delete', 'v1.2.3');
    await sandbox.git(root, '-c', 'user.name=A', '-c', 'user.email=a@b.c', 'tag', '-a', 'v1.2.3', '-m', 'x');
    await sandbox.git(root, 'tag', 'latest');
    expect(await obstacles()).toEqual([]);
  });

  it.each([
    ['changed', async () => writeFile(join(root, 'a.txt'), 'two\n')],
    ['removed', async () => rm(join(root, 'a.txt'))],
    ['staged', async () => writeFile(join(root, 'a.txt'), '2').then(() => sandbox.git(root, 'add', '-A'))],
    ['not tracked', async () => rm(join(root, 'a.txt')).then(() => writeFile(join(root, 'b.txt'), ''))],
  ])('is refused with a file that is %s', async (_state, change) => {
    await change();
    for (const request of [RELEASE, DEV]) {
      const [obstacle, ...more] = await obstacles(request);
      expect(more).toEqual([]);
      expect(obstacle?.what).toMatch(/^The work tree holds what is not committed: [ab]\.txt/);
      expect(obstacle?.next).toContain('git status');
    }
  });

  it('names no more files than a person reads', async () => {
    for (let each = 0; each < 20; each += 1) await writeFile(join(root, `new-${each}`), '');
    const [obstacle] = await obstacles();
    expect(obstacle?.what).toMatch(/new-0, .*, and 12 more\.$/);
  });

  it('says once that the orb is changed', async () => {
    await writeFile(join(root, 'orb/orb.yml'), 'version: 2.1 # by hand\n');
    expect(await obstacles()).toHaveLength(1);
  });

  it('is refused where git does not look at the orb', async () => {
    await sandbox.git(root, 'update-index', '--assume-unchanged', 'orb/orb.yml');
    await writeFile(join(root, 'orb/orb.yml'), 'version: 2.1 # by hand\n');
    expect(await obstacles()).toEqual([
      {
        what: 'orb/orb.yml is not the one of the commit.',
        next: expect.stringContaining('npm run generate') as string,
      },
    ]);
  });

  it('is refused where the orb is ignored and was never committed', async () => {
    await sandbox.git(root, 'rm', '--quiet', '--cached', 'orb/orb.yml');
    await sandbox.commit(root, { '.gitignore': 'orb/\n' });
    const [obstacle] = await obstacles(DEV);
    expect(obstacle?.what).toBe('orb/orb.yml is not the one of the commit.');
  });

  it('is refused without the tag, unless it is for a development version', async () => {
    await sandbox.git(root, 'tag', '--delete', 'v1.2.3');
    expect(await obstacles()).toEqual([
      {
        what: 'There is no tag v1.2.3.',
        next: 'git tag --annotate v1.2.3 --message v1.2.3 && git push origin v1.2.3',
      },
    ]);
    expect(await obstacles(DEV)).toEqual([]);
  });

  it('is refused behind or ahead of the tag, and a branch of that name is no tag', async () => {
    const tagged = await sandbox.git(root, 'rev-parse', 'HEAD');
    const here = await sandbox.commit(root, { 'a.txt': 'two\n' });
    await sandbox.git(root, 'branch', 'v1.2.3');
    const [obstacle] = await obstacles();
    expect(obstacle?.what).toBe(
      `The tag v1.2.3 is at ${tagged.slice(0, 8)}, and this is ${here.slice(0, 8)}.`,
    );
    expect(obstacle?.next).toMatch(/^git checkout v1\.2\.3, or raise the version/);
  });

  it('is one with a commit', async () => {
    root = await sandbox.repository('empty');
    expect((await obstacles())[0]?.what).toContain('no git repository with a commit');
    root = sandbox.path('nothing');
    await mkdir(root);
    const [obstacle] = await obstacles();
    expect(obstacle?.what).toContain('no git repository with a commit');
    expect(obstacle?.next).toMatch(/^git clone/);
  });
});
