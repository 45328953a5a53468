import { commitOfRound, makeRepository } from '../../../scripts/lib/bench/repository.ts';
import { GitSandbox } from '../../support/git-sandbox.ts';

describe('a repository to measure with', () => {
  let sandbox: GitSandbox;
  beforeEach(async () => {
    sandbox = await GitSandbox.create();
  });
  afterEach(() => sandbox.remove());

  it.each([1, 120])('has %d commits, and more when they are asked for', async (commits) => {
    const directory = sandbox.path('bench');
    const repository = await makeRepository(directory, commits, sandbox.environment);
    const count = () => sandbox.git(directory, 'rev-list', '--count', 'HEAD');
    expect(await count()).toBe(String(commits));
    const commit = await repository.commit();
    expect(await repository.commit()).not.toBe(commit);
    expect(await count()).toBe(String(commits + 2));
    expect(await sandbox.git(directory, 'status', '--porcelain')).toBe('');
    expect(await sandbox.git(directory, 'show', 'HEAD:Procfile')).not.toContain('web');
  });

  it('gives all who ask in one round the same commit', async () => {
    const repository = await makeRepository(sandbox.path('bench'), 1, sandbox.environment);
    const commitOf = commitOfRound(repository);
    const [one, same] = await Promise.all([commitOf(0), commitOf(0)]);
    expect(same).toBe(one);
    expect(await commitOf(1)).not.toBe(one);
  });
});
