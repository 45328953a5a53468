import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createGit } from '../../../src/helper/git/create-git.ts';
import { GitSandbox } from '../../support/git-sandbox.ts';

let sandbox: GitSandbox;
let origin: string;
/** In their order, and one on another branch. */
let ids: readonly string[];
let aside: string;

beforeAll(async () => {
  sandbox = await GitSandbox.create();
  origin = await sandbox.repository('origin');
  const made: string[] = [];
  for (const text of ['one', 'two', 'three']) {
    made.push(await sandbox.commit(origin, { 'a.txt': text }));
    if (text === 'one') await sandbox.git(origin, 'branch', 'aside');
  }
  ids = made;
  await sandbox.git(origin, 'checkout', '--quiet', 'aside');
  aside = await sandbox.commit(origin, { 'b.txt': 'aside' });
  await sandbox.git(origin, 'checkout', '--quiet', 'main');
});
afterAll(() => sandbox.remove());

async function shallow(name: string, ...more: string[]): Promise<string> {
  const folder = sandbox.path(name);
  await sandbox.git(sandbox.folder, 'clone', '--quiet', '--depth=1', ...more, `file://${origin}`, folder);
  return folder;
}

function compare(folder: string, commit: string, other: string, signal?: AbortSignal) {
  const git = createGit({ directory: folder, environment: sandbox.environment });
  return git.compareAtOrigin(commit, other, { timeoutMs: 30_000, ...(signal ? { signal } : {}) });
}

const scratches = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('heroku-cd-git-'));

test('a shallow clone learns from its origin how two commits stand, and stays as it is', async () => {
  const folder = await shallow('shallow');
  const [one = '', , three = ''] = ids;
  const before = readdirSync(join(folder, '.git'), { recursive: true });
  const config = await sandbox.git(folder, 'config', '--local', '--list');
  expect(await compare(folder, three, one)).toBe('descends');
  expect(await compare(folder, one, three)).toBe('older');
  expect(await compare(folder, three, aside)).toBe('elsewhere');
  expect(await compare(folder, three, '1'.repeat(40))).toBe('unknown');
  expect(await sandbox.git(folder, 'rev-parse', '--is-shallow-repository')).toBe('true');
  expect(await sandbox.git(folder, 'rev-list', '--count', 'HEAD')).toBe('1');
  expect(await sandbox.git(folder, 'config', '--local', '--list')).toBe(config);
  expect(readdirSync(join(folder, '.git'), { recursive: true })).toEqual(before);
  // Tests beside this one have theirs, which go; one that this test left would stay.
  const left = scratches();
  while (scratches().some((name) => left.includes(name))) await delay(20);
});

test('the clone’s own settings lead to origin', async () => {
  const folder = await shallow('renamed');
  await sandbox.git(folder, 'remote', 'set-url', 'origin', 'somewhere:else');
  await sandbox.git(folder, 'config', `url.file://${origin}.insteadOf`, 'somewhere:else');
  expect(await compare(folder, ids[2] ?? '', ids[0] ?? '')).toBe('descends');
});

test.each([
  ['is gone', 'file:///nowhere/at/all.git'],
  ['is not there', undefined],
])('an origin that %s tells nothing', async (name, url) => {
  const folder = await shallow(`origin ${name}`);
  if (url === undefined) await sandbox.git(folder, 'remote', 'remove', 'origin');
  else await sandbox.git(folder, 'remote', 'set-url', 'origin', url);
  expect(await compare(folder, ids[2] ?? '', ids[0] ?? '')).toBe('untold');
});

test('an origin that is shallow itself tells nothing', async () => {
  const middle = await shallow('middle', '--bare');
  const folder = sandbox.path('twice');
  await sandbox.git(sandbox.folder, 'clone', '--quiet', '--depth=1', `file://${middle}`, folder);
  expect(await compare(folder, ids[2] ?? '', ids[0] ?? '')).toBe('untold');
});

test('it stops when it is told to', async () => {
  const folder = await shallow('stopped');
  const stopped = AbortSignal.abort(new Error('stop'));
  await expect(compare(folder, ids[2] ?? '', ids[0] ?? '', stopped)).rejects.toThrow(/stopped by us/);
});
