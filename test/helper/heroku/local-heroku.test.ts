import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createHeroku, type HerokuClient, resolveHosts } from '../../../src/helper/heroku/index.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import type { Build, Release } from '../../../src/helper/ports/heroku.ts';
import { systemClock } from '../../../src/helper/time/system-clock.ts';
import { type FaultEffect, type LocalHeroku, startLocalHeroku } from '../../../src/simulator/index.ts';
import { InstantClock } from '../../support/instant-clock.ts';
import { RecordingLog } from '../../support/recording-log.ts';
import { rejection } from './fixtures.ts';

const run = promisify(execFile);

/** The client against the local Heroku, which was written from Heroku's documents and not from this client. */
describe('against the local Heroku', () => {
  let local: LocalHeroku;
  let folder: string;
  let tarball: { file: string; bytes: number };
  let checksum: string;
  let heroku: HerokuClient;
  let app: string;
  let apps = 0;

  beforeAll(async () => {
    local = await startLocalHeroku({ account: { email: 'deployer@example.com' } });
    folder = await mkdtemp(join(tmpdir(), 'source-'));
    await writeFile(
      join(folder, 'Procfile'),
      'web: sleep 600\nrelease: echo releasing && sleep 0.2 && echo released\n',
    );
    const file = join(folder, 'source.tar.gz');
    await run('tar', ['-czf', file, '-C', folder, 'Procfile']);
    const content = await readFile(file);
    tarball = { file, bytes: content.length };
    checksum = createHash('sha256').update(content).digest('hex');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await local.close();
  });
  beforeEach(async () => {
    app = `shop-${(apps += 1)}`;
    await local.control.createApp({ name: app });
    heroku = client(systemClock);
  });
  afterEach(() => {
    heroku.close();
    local.control.clearFaults();
  });

  function client(
    clock: typeof systemClock,
    over: { key?: string; requestTimeoutMs?: number } = {},
  ): HerokuClient {
    const environment = local.environment();
    const apiKey = new Secret(over.key ?? environment.HEROKU_API_KEY ?? '');
    const { api } = resolveHosts(environment);
    const timeout = { requestTimeoutMs: over.requestTimeoutMs ?? 5_000 };
    return createHeroku({
      baseUrl: api,
      apiKey,
      userAgent: 'heroku-cd/test',
      clock,
      log: new RecordingLog(),
      ...timeout,
    });
  }

  async function startBuild(version = 'a'.repeat(40)): Promise<Build> {
    const sourceUrl = await heroku.uploadSource(tarball);
    return heroku.createBuild(app, { sourceUrl, version, checksum });
  }

  async function settled<T extends { status: string }>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      const row = await read();
      if (row.status !== 'pending') return row;
      await systemClock.sleep(50);
    }
  }

  async function deployed(): Promise<Release> {
    const build = await startBuild();
    const { releaseId } = await settled(() => heroku.build(app, build.id));
    return settled(() => heroku.release(app, releaseId ?? ''));
  }

  it('reads account, app, people, features and an empty formation', async () => {
    expect(await heroku.account()).toMatchObject({ email: 'deployer@example.com', twoFactor: true });
    expect(await heroku.app(app)).toMatchObject({ name: app, maintenance: false, generation: 'cedar' });
    expect(await heroku.collaborators(app)).toHaveLength(1);
    expect(await heroku.featureEnabled(app, 'preboot')).toBe(false);
    expect(await heroku.featureEnabled(app, 'spaces-something')).toBeUndefined();
    expect(await heroku.formation(app)).toEqual([]);
    expect(await heroku.dynos(app)).toEqual([]);
    expect(await heroku.builds(app)).toEqual([]);
  });

  it('uploads, builds, follows both outputs, and finds what runs', async () => {
    const build = await startBuild('c'.repeat(40));
    const lines: string[] = [];
    expect(await heroku.streamOutput(build.outputStreamUrl ?? '', (line) => lines.push(line))).toBe(true);
    expect(lines.length).toBeGreaterThan(3);

    const ended = await settled(() => heroku.build(app, build.id));
    expect(ended).toMatchObject({ status: 'succeeded', version: 'c'.repeat(40) });
    const release = await heroku.release(app, ended.releaseId ?? '');
    const said: string[] = [];
    expect(await heroku.streamOutput(release.outputStreamUrl ?? '', (line) => said.push(line))).toBe(true);
    expect(said).toEqual(expect.arrayContaining(['releasing', 'released']));

    const current = await settled(() => heroku.release(app, release.id));
    expect(current).toMatchObject({ status: 'succeeded', current: true, slugId: ended.slugId });
    expect((await heroku.currentRelease(app))?.id).toBe(release.id);
    const slug = await heroku.slug(app, current.slugId ?? '');
    expect(slug).toMatchObject({ commit: 'c'.repeat(40), processTypes: { web: 'sleep 600' } });
    expect((await heroku.formation(app)).map(({ type }) => type)).toContain('web');
    expect((await heroku.releases(app)).map(({ version }) => version)).toEqual([3, 2, 1]);
    expect((await heroku.releases(app, { max: 2 })).map(({ version }) => version)).toEqual([3, 2]);
  });

  it('releases a slug again', async () => {
    const first = await deployed();
    const again = await heroku.createRelease(app, { slugId: first.slugId ?? '', description: 'Once more' });
    expect(again).toMatchObject({ version: first.version + 1, description: 'Once more' });
    expect(await settled(() => heroku.release(app, again.id))).toMatchObject({ status: 'succeeded' });
  });

  it('cancels a build that is under way, and leaves one alone that has ended', async () => {
    await local.control.changeSettings(app, { buildMs: 60_000 });
    const build = await startBuild();
    expect(await heroku.cancelBuild(app, build.id)).toBe(true);
    expect((await settled(() => heroku.build(app, build.id))).status).toBe('failed');
    expect(await heroku.cancelBuild(app, build.id)).toBe(false);
  });

  it.each<[string, FaultEffect]>([
    ['a reset after the effect', { kind: 'reset', when: 'after-effect' }],
    ['a reset before the effect', { kind: 'reset', when: 'before-effect' }],
    ['a close after the effect', { kind: 'close', when: 'after-effect' }],
    ['a close before the effect', { kind: 'close', when: 'before-effect' }],
    ['a stall after the effect', { kind: 'stall', when: 'after-effect' }],
    ['a stall before the effect', { kind: 'stall', when: 'before-effect' }],
    ['garbage', { kind: 'garbage' }],
    ['a truncated answer', { kind: 'truncate' }],
    ['a cut answer', { kind: 'cut', bytes: 10 }],
    ['503 after the effect', { kind: 'status', status: 503, body: 'html', when: 'after-effect' }],
    ['503 before the effect', { kind: 'status', status: 503, body: 'json', when: 'before-effect' }],
    ['429', { kind: 'status', status: 429, retryAfter: 1 }],
  ])('creates one build and one release in spite of %s', async (_fault, effect) => {
    const first = await deployed();
    const before = await heroku.releases(app);
    heroku.close();
    heroku = client(new InstantClock(), { requestTimeoutMs: 300 });
    local.control.addFault({ match: { method: 'POST', path: `^/apps/${app}/releases$`, nth: 1 }, effect });
    const release = await heroku.createRelease(app, { slugId: first.slugId ?? '', description: 'Once' });
    expect(release.version).toBe(first.version + 1);
    expect(await heroku.releases(app)).toHaveLength(before.length + 1);

    const sourceUrl = await heroku.uploadSource(tarball);
    local.control.addFault({ match: { method: 'POST', path: `^/apps/${app}/builds$`, nth: 1 }, effect });
    const build = await heroku.createBuild(app, { sourceUrl, version: 'e'.repeat(40), checksum });
    const builds = await heroku.builds(app);
    expect(builds.filter(({ version }) => version === 'e'.repeat(40)).map(({ id }) => id)).toEqual([
      build.id,
    ]);
  });

  it('follows an output over cuts without losing or repeating a line', async () => {
    const buildOutput = Array.from({ length: 400 }, (_, number) => `output line ${number} größe`);
    await local.control.changeSettings(app, { buildOutput });
    const build = await startBuild();
    await settled(() => heroku.build(app, build.id));
    local.control.addFault({ match: { path: '^/_streams/', nth: 1 }, effect: { kind: 'cut', bytes: 301 } });
    local.control.addFault({ match: { path: '^/_streams/', nth: 2 }, effect: { kind: 'cut', bytes: 5_001 } });
    const lines: string[] = [];
    expect(await heroku.streamOutput(build.outputStreamUrl ?? '', (line) => lines.push(line.trim()))).toBe(
      true,
    );
    const numbered = lines.filter((line) => line.startsWith('output line'));
    expect(numbered).toEqual(buildOutput);
  });

  it('is told what is wrong with key and app', async () => {
    const wrong = client(systemClock, { key: 'HRKU-wrong' });
    expect(await rejection(wrong.account())).toMatchObject({
      status: 401,
      parameter: 'api-key',
      verdict: 'refused',
    });
    wrong.close();
    expect(await rejection(heroku.app('not-there'))).toMatchObject({ status: 404, parameter: 'app-name' });
    expect(await rejection(heroku.releases('not-there'))).toMatchObject({
      status: 404,
      parameter: 'app-name',
    });
    const slug = heroku.createRelease(app, {
      slugId: '00000000-0000-4000-8000-000000000000',
      description: 'x',
    });
    expect(await rejection(slug)).toMatchObject({ status: 404, parameter: undefined, effect: 'none' });
  });

  it('counts what the local Heroku counts', async () => {
    const before = local.control.requests().length;
    await deployed();
    expect(heroku.requests.total).toBe(local.control.requests().length - before);
  });
});
