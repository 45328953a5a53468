import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../../src/helper/deployment/result.ts';
import { unpackHelper } from '../support/orb-helper.ts';
import { filePlaces } from './support/files.ts';
import { findLeaks } from './support/leaks.ts';
import { APP, createWorld, fewAuthorities, KEY, type DeployOptions, type World } from './support/world.ts';

let world: World;
let jobs = 0;

beforeAll(async () => {
  world = await createWorld();
  await world.pushByHand();
  await world.heroku.control.act(APP, { action: 'config', vars: { ECHO: KEY } });
  await world.repository.commit({ 'greeting.txt': 'two' });
});

afterAll(() => world.close());

interface Kept {
  readonly exitCode: number | null;
  /** All that the job stored as artifacts, below the app's folder. */
  readonly artifacts: readonly string[];
  readonly result: Result;
  readonly page: string;
  /** What the *Tests* tab gets. */
  readonly junit: string;
}

/** Runs a job of the orb, and looks at what it has stored; nothing of that holds the key. */
async function run(options: DeployOptions): Promise<Kept> {
  const { exitCode } = await world.deploy(options);
  const folder = join(world.folder, `artifacts-${(jobs += 1)}`);
  expect(findLeaks(filePlaces([[folder, 'artifacts']]), KEY)).toEqual([]);
  const stored = join(folder, 'heroku-cd', APP);
  const read = (file: string): string => readFileSync(join(stored, file), 'utf8');
  return {
    exitCode,
    artifacts: readdirSync(stored).sort(),
    result: JSON.parse(read('result.json')) as Result,
    page: read('report.html'),
    junit: readFileSync(join(folder, 'test-results', 'heroku-cd-reports', APP, 'junit.xml'), 'utf8'),
  };
}

const FILES = ['junit.xml', 'report.html', 'result.json'];
const WINDOW = {
  'migrate-command': 'echo "</pre><script>alert(1)</script> $ECHO"; exit 7',
  'report-log': 'full',
};

test('a run that is refused, one that holds, one that goes on, a recovery and a rollback leave each a report', async () => {
  const refused = await run({ parameters: { revision: 'no-such-commit' } });
  expect(refused).toMatchObject({ exitCode: 2, artifacts: FILES, result: { verdict: 'refused' } });
  expect(refused.page).toContain('Refused');
  expect(refused.page).toContain('no-such-commit');

  await world.heroku.control.clearRequests();
  const held = await run({ orbJob: 'maintenance-wrapped-migrate', parameters: WINDOW });
  expect(held).toMatchObject({ exitCode: 3, artifacts: FILES, result: { verdict: 'held' } });
  expect(held.result.stateNow[0]).toBe('State now:');
  expect(held.result.phases.find(({ name }) => name === 'migrate')?.windowMs).toBeGreaterThan(0);
  expect(
    held.result.phases.map(({ name, firstHalf }) => `${name}${firstHalf ? ' 1' : ''}`).slice(0, 5),
  ).toEqual(['preflight 1', 'snapshot 1', 'preflight', 'snapshot', 'open window']);
  expect(held.page).toContain('between the halves');
  // One log of both, in the order of time.
  expect(held.page).toMatch(
    /<b>== preflight<\/b>\n[^]*\nReady to go on; nothing was changed yet\.\n<b>== preflight<\/b>\n[^]*<b>== migrate<\/b>/,
  );
  const sent = world.heroku.control
    .requests()
    .filter(({ surface }) => surface !== 'git' && surface !== 'router' && surface !== 'rendezvous');
  // `identify` is a command of its own.
  expect(held.result.requests.total).toBe(sent.length - 1);
  expect(held.page).toContain('Held');
  expect(held.page).toContain('State now');
  expect(held.page).toContain('release-hold');
  expect(held.page).toContain('== preflight');
  expect(held.page).toContain('&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt; [masked]');
  expect(held.page).not.toContain('<script');
  expect(held.junit).toMatch(/<testcase classname="corner-shop" name="migrate" time="[\d.]+"><failure /);
  expect(held.junit).toContain('<testcase classname="corner-shop" name="restart" time="0"><skipped/>');

  // What the cache brings back of the run before is not shown as this job's.
  const left = await run({ orbJob: 'recover' });
  expect(left).toMatchObject({ exitCode: 3, artifacts: FILES, result: { phases: [{ name: 'recover' }] } });
  expect(left.page).toContain('The window is held on purpose');
  expect(left.page).toContain('run the job that holds it again');

  const mended = await run({
    orbJob: 'maintenance-wrapped-migrate',
    parameters: { 'migrate-command': 'true', 'report-log': 'none' },
  });
  expect(mended).toMatchObject({ exitCode: 0, artifacts: FILES, result: { verdict: 'succeeded' } });
  expect(mended.page).toContain('Succeeded');
  expect(mended.page).not.toContain('== preflight');
  expect(mended.junit).toContain('failures="0"');

  const rolled = await run({
    orbJob: 'rollback',
    parameters: { 'migration-is-backward-compatible': true },
  });
  expect(rolled).toMatchObject({ exitCode: 0, artifacts: FILES });
  const { releaseBefore, releaseAfter, phases } = rolled.result;
  expect(releaseAfter?.version).toBe((releaseBefore?.version ?? 0) + 1);
  expect(phases).toMatchObject([{ name: 'rollback', outcome: 'succeeded' }]);
  expect(rolled.page).toContain(`runs the release of v`);
});

test('a report that cannot be written is a warning, and changes no verdict', async () => {
  const { exitCode, log } = await world.deploy({
    steps: [
      'checkout',
      { run: { name: 'Get in the way', command: 'echo mine > ~/heroku-cd-reports' } },
      { 'heroku-cd/deploy': { 'app-name': APP } },
    ],
  });
  jobs += 1;
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect(log).toMatch(/WARNING: report\.html could not be written/);
});

describe('on a terminal', () => {
  beforeAll(() =>
    world.heroku.control.addFault({
      match: { surface: 'api', path: '/account$' },
      effect: { kind: 'delay', ms: 600 },
    }),
  );
  afterAll(() => world.heroku.control.clearFaults());

  /** What a person sees whose shell calls the helper, by `script` of util-linux, which gives it a terminal. */
  async function deployed(
    words: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const home = await mkdtemp(join(world.folder, 'home-'));
    const file = unpackHelper(join(home, 'heroku-cd.cjs'));
    const command = `'${process.execPath}' '${file}' deploy --app-name ${APP} ${words}`;
    const child = spawn('script', ['-qefc', command, join(home, 'typescript')], {
      cwd: world.repository.directory,
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        TERM: 'xterm',
        ...world.heroku.environment(),
        ...fewAuthorities(world),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, seen }).toMatchObject({ code: 0 });
    return seen.replaceAll('\r\n', '\n');
  }

  /** What stays on the terminal: a line that is drawn over itself is its last version. */
  // eslint-disable-next-line no-control-regex
  const staying = (seen: string): string => seen.replace(/[^\n]*\r\x1b\[K/g, '');

  test('the phase that runs stands below the lines, and none of it stays', async () => {
    const seen = await deployed('--revision HEAD');
    expect(seen).toContain('\r\x1b[K> preflight 0:00\r\x1b[K');
    expect(staying(seen)).not.toContain('> preflight');
    expect(staying(seen)).toMatch(/^== preflight\n[^]*== report succeeded after/);
  });

  test('in CI there are plain lines, and --json has its stdout for itself', async () => {
    const [plain, json] = await Promise.all([
      deployed('--revision HEAD', { CI: 'true' }),
      deployed('--revision HEAD --json 2>/dev/null'),
    ]);
    // eslint-disable-next-line no-control-regex
    expect(plain + json).not.toMatch(/\x1b|\r/);
    expect(JSON.parse(json)).toMatchObject({ verdict: 'succeeded' });
  });
});
