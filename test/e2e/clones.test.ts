import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { APP_FILES } from './support/repository.ts';
import { APP, createWorld, type World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world.close();
});

const deployStep = { 'heroku-cd/deploy': { 'app-name': APP } };
const artifacts = { store_artifacts: { path: '~/.heroku-cd', destination: 'heroku-cd' } };

/** Three commits, so that a shallow or blobless clone really lacks something. */
async function history(): Promise<string> {
  await world.repository.commit(APP_FILES);
  await world.repository.commit({ 'greeting.txt': 'an older text' });
  return world.repository.commit({ 'greeting.txt': 'newest' });
}

test('a shallow checkout is completed, and deployed', async () => {
  const commit = await history();
  const { exitCode, result } = await world.deploy({
    steps: [{ checkout: { method: 'shallow', depth: 1 } }, deployStep, artifacts],
  });
  expect(exitCode).toBe(0);
  expect(result?.releaseAfter?.commit).toBe(commit);
  expect(await world.visit()).toBe('200 newest');
});

test('a blobless checkout, CircleCI’s default, fetches what it lacks, and is deployed', async () => {
  const commit = await history();
  const { exitCode, result, log } = await world.deploy({ steps: ['checkout', deployStep, artifacts] });
  expect(exitCode).toBe(0);
  expect(log).toContain('that this blobless clone lacked');
  expect(result?.releaseAfter?.commit).toBe(commit);
});

test.each([
  ['blobless', 'checkout'],
  ['shallow', { checkout: { method: 'shallow', depth: 1 } }],
])(
  'a %s checkout whose origin is gone is refused with the remedy, and nothing is changed',
  async (_kind, checkout) => {
    await history();
    const before = await world.heroku.control.app(APP);
    const gone = {
      run: { name: 'Lose the origin', command: 'git remote set-url origin file:///nowhere/at/all.git' },
    };

    const { exitCode, log } = await world.deploy({ steps: [checkout, gone, deployStep] });

    expect(exitCode).toBe(2);
    expect(log).toContain('method: full');
    expect(await world.heroku.control.app(APP)).toEqual(before);
  },
);

test('an annotated tag is peeled to its commit', async () => {
  const commit = await history();
  await world.repository.git('tag', '-a', 'v1.0', '-m', 'One');

  const { exitCode, result } = await world.deploy({
    tag: 'v1.0',
    parameters: { revision: 'v1.0', filters: { tags: { only: '/^v.*/' } } },
  });

  expect(exitCode).toBe(0);
  expect(result?.releaseAfter?.commit).toBe(commit);
});

test('an unknown revision is refused', async () => {
  await history();
  const { exitCode, log } = await world.deploy({ parameters: { revision: 'no-such-branch' } });
  expect(exitCode).toBe(2);
  expect(log).toContain('revision: "no-such-branch"');
});

test('a job without a checkout is refused', async () => {
  await history();
  const { exitCode, log } = await world.deploy({ steps: [deployStep] });
  expect(exitCode).toBe(2);
  expect(log).toContain('not inside a git repository');
});

test('a pre-push hook of the project neither runs nor sees the key', async () => {
  const commit = await world.repository.commit({
    ...APP_FILES,
    '.husky/pre-push': '#!/bin/sh\nenv > hook-ran\nexit 1\n',
  });
  const husky = { run: { name: 'As husky does', command: 'git config core.hooksPath .husky' } };
  const look = { run: { name: 'Look', when: 'always', command: 'test ! -e hook-ran' } };

  const { job, exitCode, result } = await world.deploy({
    steps: [{ checkout: { method: 'full' } }, husky, deployStep, look, artifacts],
  });

  expect(exitCode).toBe(0);
  expect(job.steps.find((step) => step.name === 'Look')?.status).toBe('success');
  expect(result?.releaseAfter?.commit).toBe(commit);
});

test('a deployed commit that the origin no longer has needs force', async () => {
  await history();
  await world.deploy();
  // Another project's repository takes this one's place.
  await rename(world.repository.directory, join(world.folder, 'lost'));
  const { createRepository } = await import('./support/repository.ts');
  const other = await createRepository(world.repository.directory);
  await other.commit({ ...APP_FILES, 'greeting.txt': 'other project' });

  const refused = await world.deploy();
  expect(refused.exitCode).toBe(2);
  expect(refused.log).toContain('is not in this clone');

  const forced = await world.deploy({ parameters: { force: true } });
  expect(forced.exitCode).toBe(0);
  expect(await world.visit()).toBe('200 other project');
});
