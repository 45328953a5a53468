import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { createGitServer } from '../../../src/simulator/git/index.ts';
import { aborted, APP, deferred, GitWorld, KEY, ZEROS } from './git-world.ts';

let world: GitWorld;
beforeEach(async () => {
  world = await GitWorld.start();
});
afterEach(() => world.stop());

/** A push that is being judged and never gets a verdict by itself. */
async function pushBeingJudged() {
  await world.commit('a', '1');
  const reached = deferred<void>();
  const verdict = deferred<{ accepted: boolean }>();
  world.onPush = (push) => {
    push.write('-----> Building');
    reached.resolve();
    return verdict.promise;
  };
  const git = world.start(['push', world.url(), 'HEAD:refs/heads/main']);
  await git.printed('-----> Building');
  await reached.promise;
  const [push] = world.pushes;
  if (push === undefined) throw new Error('onPush was not called');
  return { git, push, verdict };
}

/** The running processes that have this world's folder in their environment. */
async function leftovers(): Promise<{ pid: number; command: string }[]> {
  const found: { pid: number; command: string }[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    // A process that ends meanwhile, or is somebody else's, has nothing to be read.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(world.folder)) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      found.push({ pid: Number(pid), command });
    }
  }
  return found.filter(({ command }) => command !== '');
}

async function untilRunning(command: string): Promise<void> {
  while (!(await leftovers()).some((each) => each.command.includes(command))) await setImmediate();
}

async function quarantined(): Promise<string[]> {
  const entries = await readdir(path.join(world.server.repositoryOf(APP), 'objects'));
  return entries.filter((entry) => entry.includes('incoming'));
}

test('the pusher is killed and the push given up: no ref moves, no process and no object stays', async () => {
  const { git, push, verdict } = await pushBeingJudged();
  git.kill();
  await aborted(push.signal);
  push.write('nobody hears this');
  verdict.resolve({ accepted: false });
  await git.done;
  await world.server.close();
  expect(await world.server.branchCommit(APP, 'main')).toBeUndefined();
  expect(world.pushed).toEqual([]);
  expect(await leftovers()).toEqual([]);
  expect(await quarantined()).toEqual([]);
});

test('the pusher is killed, but the build goes on: the commit stays readable, and the ref moves', async () => {
  const { git, push, verdict } = await pushBeingJudged();
  git.kill();
  await aborted(push.signal);
  await git.done;
  for (let line = 0; line < 5000; line++) push.write(`-----> line ${line} for nobody`);
  const { repository, newCommit, environment } = push;
  const shown = await world.git([`--git-dir=${repository}`, 'show', `${newCommit}:a`], { environment });
  expect(shown.stdout).toBe('1');
  const moved = new Promise((resolve) => (world.onPushed = resolve));
  verdict.resolve({ accepted: true });
  await moved;
  expect(await world.server.branchCommit(APP, 'main')).toBe(newCommit);
});

test('a commit that came with a refused push is gone', async () => {
  await world.commit('a', '1');
  world.onPush = () => Promise.resolve({ accepted: false });
  await world.push('HEAD:refs/heads/main');
  expect(await quarantined()).toEqual([]);
});

test.each(['at once', 'while git reads'])('the pusher breaks off %s: nothing stays behind', async (when) => {
  const sent = request({
    host: '127.0.0.1',
    port: world.port,
    method: 'POST',
    path: `/${APP}.git/git-receive-pack`,
    headers: {
      authorization: `Basic ${Buffer.from(`:${KEY}`).toString('base64')}`,
      'content-type': 'application/x-git-receive-pack-request',
    },
  });
  const broken = new Promise((resolve) => sent.on('error', resolve));
  const arrived = once(world.http, 'request');
  const command = `${ZEROS} ${'1'.repeat(40)} refs/heads/main\0report-status side-band-64k\n`;
  sent.write(`${(command.length + 4).toString(16).padStart(4, '0')}${command}0000PACK\0\0\0\x02\0\0\0\x05`);
  await arrived;
  if (when === 'while git reads') await untilRunning('unpack-objects');
  sent.destroy(new Error('cut'));
  await broken;
  await world.server.close();
  expect(await leftovers()).toEqual([]);
  expect(await quarantined()).toEqual([]);
  expect(world.pushes).toEqual([]);
});

test('git http-backend is killed: the signal fires, the push fails, nothing runs on', async () => {
  const { git, push } = await pushBeingJudged();
  const backends = (await leftovers()).filter(({ command }) => command.includes('git-http-backend'));
  expect(backends).toHaveLength(1);
  for (const { pid } of backends) process.kill(pid, 'SIGKILL');
  await aborted(push.signal);
  expect((await git.done).code).not.toBe(0);
  expect(await world.server.branchCommit(APP, 'main')).toBeUndefined();
  expect(await leftovers()).toEqual([]);
});

test('the hook is killed: the signal fires, and the push is refused', async () => {
  const { git, push } = await pushBeingJudged();
  const hooks = (await leftovers()).filter(({ command }) => command.includes('pre-receive'));
  expect(hooks).toHaveLength(1);
  for (const { pid } of hooks) process.kill(pid, 'SIGKILL');
  await aborted(push.signal);
  const { code, stderr } = await git.done;
  expect(code).toBe(1);
  expect(stderr).toContain('pre-receive hook declined');
  expect(await world.server.branchCommit(APP, 'main')).toBeUndefined();
});

test('the server closes in the middle: the push fails, no ref moves, nothing stays behind', async () => {
  const { git, push } = await pushBeingJudged();
  await world.server.close();
  expect(push.signal.aborted).toBe(true);
  const { code, stderr } = await git.done;
  expect(code).not.toBe(0);
  expect(stderr).not.toContain('[new branch]');
  expect(await world.server.branchCommit(APP, 'main')).toBeUndefined();
  expect(await leftovers()).toEqual([]);
  const later = await world.push('HEAD:refs/heads/main');
  expect(later.code).toBe(128);
  expect(later.stderr).toContain('shutting down');
});

test('after an interrupted push the next one goes through', async () => {
  const { git, push, verdict } = await pushBeingJudged();
  git.kill();
  await aborted(push.signal);
  await git.done;
  verdict.resolve({ accepted: false });
  world.onPush = () => Promise.resolve({ accepted: true });
  expect((await world.push('HEAD:refs/heads/main')).code).toBe(0);
});

test('a repository that exists is found again by a new server; close twice is fine', async () => {
  const commit = await world.commit('a', '1');
  await world.push('HEAD:refs/heads/main');
  const again = createGitServer({
    root: path.join(world.folder, 'repositories'),
    authorize: () => 'ok',
    onPush: () => Promise.resolve({ accepted: true }),
  });
  expect(await again.branchCommit(APP, 'main')).toBe(commit);
  expect(await again.branchCommit('another', 'main')).toBeUndefined();
  await again.close();
  await again.close();
});
