import { request } from 'node:http';
import type { FaultEffect } from '../../../src/simulator/index.ts';
import { TestHeroku } from '../support/local.ts';
import type { Workspace } from '../support/workspace.ts';

let test: TestHeroku;
let workspace: Workspace;
let commit: string;
let count = 0;
let app: string;

beforeAll(async () => {
  test = await TestHeroku.start();
  workspace = await test.workspace();
  commit = await workspace.commit();
});
beforeEach(() => {
  app = `pushed-${++count}`;
  test.heroku.platform.apps.create(test.heroku.account, { name: app });
});
afterEach(() => {
  test.heroku.control.clearFaults();
  test.heroku.control.clearRequests();
});
afterAll(() => test.close());

const infoRefs = '/info/refs\\?service=git-receive-pack$';
const receivePack = '/git-receive-pack$';

function fault(effect: FaultEffect, path: string, method?: string) {
  test.heroku.control.addFault({
    match: { surface: 'git', path, ...(method ? { method } : {}), nth: 1 },
    effect,
  });
}

it('is reset at the first question', async () => {
  fault({ kind: 'reset' }, infoRefs);
  const { code } = await test.push(workspace, app);
  expect(code).toBe(128);
  expect(test.app(app).builds).toEqual([]);
});

it('is reset before the pack: no build, and the next push works', async () => {
  fault({ kind: 'reset' }, receivePack, 'POST');
  const { code } = await test.push(workspace, app);
  expect(code).not.toBe(0);
  expect(test.app(app).builds).toEqual([]);
  expect((await test.heroku.control.app(app)).git.main).toBeNull();
  expect((await test.push(workspace, app)).code).toBe(0);
});

it('is reset after the pack: the build goes on, succeeds, and the ref moves', async () => {
  test.app(app).settings.buildMs = 200;
  fault({ kind: 'reset', when: 'after-pack' }, receivePack, 'POST');
  const { code, stderr } = await test.push(workspace, app);
  expect(code).not.toBe(0);
  expect(stderr).not.toContain('Released');
  expect(test.app(app).current.version).toBe(2);
  const view = await test.heroku.control.until(app, ({ git }) => git.main !== null);
  expect(view).toMatchObject({ currentRelease: 3, git: { main: commit }, builds: [{ status: 'succeeded' }] });
  expect(test.heroku.control.requests({ method: 'POST' })).toMatchObject([
    { outcome: 'reset', fault: 'reset' },
  ]);
  const again = await test.push(workspace, app);
  expect(again).toMatchObject({ code: 0 });
  expect(again.stderr).toContain('Everything up-to-date');
});

it('is reset after the pack and the build fails: the ref does not move', async () => {
  Object.assign(test.app(app).settings, { buildMs: 50, buildResult: 'fail' });
  fault({ kind: 'reset', when: 'after-pack' }, receivePack, 'POST');
  expect((await test.push(workspace, app)).code).not.toBe(0);
  const view = await test.heroku.control.until(app, ({ builds }) => builds[0]?.status === 'failed');
  expect(view).toMatchObject({ currentRelease: 2, git: { main: null } });
});

it('is reset when everything is done: the pusher learns nothing', async () => {
  fault({ kind: 'reset', when: 'after-effect' }, receivePack, 'POST');
  const { code } = await test.push(workspace, app);
  expect(code).not.toBe(0);
  expect(await test.heroku.control.app(app)).toMatchObject({ currentRelease: 3, git: { main: commit } });
});

it.each([429, 500, 503])('is answered with %d', async (status) => {
  fault({ kind: 'status', status, body: 'html' }, infoRefs);
  const { code, stderr } = await test.push(workspace, app);
  expect(code).toBe(128);
  expect(stderr).toContain(String(status));
  expect(test.app(app).builds).toEqual([]);
});

it('is answered with 503 to the pack itself', async () => {
  fault({ kind: 'status', status: 503 }, receivePack, 'POST');
  const { code, stderr } = await test.push(workspace, app);
  expect(code).not.toBe(0);
  expect(stderr).toContain('503');
  expect(test.app(app).builds).toEqual([]);
});

it('breaks off before its pack has arrived: nothing is built, and git is not left waiting', async () => {
  const url = new URL(`${test.heroku.urls.api}/${app}.git/git-receive-pack`);
  await new Promise<void>((resolve) => {
    const sent = request(url, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(`:${test.key}`).toString('base64')}`,
        'Content-Type': 'application/x-git-receive-pack-request',
        'Content-Length': '5000',
      },
    });
    sent.on('error', () => resolve());
    sent.on('close', () => resolve());
    const command = `${'0'.repeat(40)} ${commit} refs/heads/main\0report-status\n`;
    const line = (command.length + 4).toString(16).padStart(4, '0') + command;
    sent.write(`${line}0000PACK`, () => sent.destroy());
  });
  await test.until(() => test.heroku.control.requests({ app }).at(-1)?.outcome === 'client-gone');
  expect(test.app(app).builds).toEqual([]);
  expect((await test.push(workspace, app)).code).toBe(0);
});
