import { gitOnDemand } from '../../../src/helper/git/on-demand.ts';
import { createGit } from '../../../src/helper/git/create-git.ts';
import type { Git } from '../../../src/helper/ports/git.ts';

function counted(): { git: Git; loads: () => number } {
  let loads = 0;
  const git = gitOnDemand(() => {
    loads += 1;
    return Promise.resolve(
      createGit({ directory: __dirname, environment: process.env, secretValues: [], secretVariables: [] }),
    );
  });
  return { git, loads: () => loads };
}

describe('git on demand', () => {
  it('is not loaded by a look at how much it has asked', () => {
    const { git, loads } = counted();
    expect(git.networkRequests).toBe(0);
    expect(loads()).toBe(0);
  });

  it('is loaded once, however many ask at the same time, and answers them', async () => {
    const { git, loads } = counted();
    const [version, commit] = await Promise.all([git.version(), git.resolveCommit('HEAD'), git.version()]);
    expect(version).toMatch(/^\d+\.\d+/);
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(loads()).toBe(1);
    expect(git.networkRequests).toBe(0);
  });

  it('passes a failure to load on to whoever asks', async () => {
    const git = gitOnDemand(() => Promise.reject(new Error('no git here')));
    await expect(git.version()).rejects.toThrow('no git here');
  });
});
