import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CircleCiStandIn, NOT_THERE, VERSION, type CircleCiAnswers } from '../support/circleci.ts';
import { copyProject, ROOT, runScript } from '../support/project.ts';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const RELEASE = `acme/heroku-cd@${manifest.version}`;
const TOKEN = 'CCIPAT_0123456789abcdef';

/** A project that is ready to be published: generated, committed, tagged, with a dated changelog. */
const root = copyProject('project');
let folder: string;

function git(...args: string[]): string {
  const who = ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com'];
  const env = { PATH: process.env['PATH'], HOME: root, GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', [...who, ...args], { cwd: root, env, encoding: 'utf8', stdio: 'pipe' });
}

function publish(args: readonly string[] = [], answers: CircleCiAnswers = {}) {
  const standIn = new CircleCiStandIn(folder, { version: VERSION.v1, source: NOT_THERE.v1, ...answers });
  const path = `${standIn.folder}:${process.env['PATH'] ?? ''}`;
  const environment = { ORB_NAMESPACE: 'acme', CIRCLE_TOKEN: TOKEN, PATH: path };
  const ended = runScript(root, 'publish.ts', environment, args);
  return { ...ended, calls: standIn.calls.map((call) => call.args.join(' ')) };
}

beforeAll(() => {
  writeFileSync(
    join(root, 'CHANGELOG.md'),
    `# Changelog\n\n## [${manifest.version}] - 2026-01-31\n\n- All of it.\n`,
  );
  // A link that is in the way of `git status`, where the project has a folder that git ignores.
  writeFileSync(join(root, '.gitignore'), 'node_modules\n');
  expect(runScript(root, 'generate.ts', { ORB_NAMESPACE: 'acme' }).status).toBe(0);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Release');
  git('tag', `v${manifest.version}`);
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heroku-cd-publish-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  git('checkout', '--quiet', '--', '.');
});
afterAll(() => rmSync(join(root, '..'), { recursive: true, force: true }));

// Each test bundles the helper anew.
jest.setTimeout(180_000);

describe('npm run orb:publish', () => {
  it('publishes the committed orb under the version of package.json', () => {
    const ended = publish([], { publish: { stdout: `Published ${RELEASE}\n` } });
    expect(ended).toEqual({
      status: 0,
      stdout: `Running: circleci orb publish orb/orb.yml ${RELEASE}\nPublished ${RELEASE}\n`,
      stderr: '',
      calls: ['version', `orb source ${RELEASE}`, `orb publish orb/orb.yml ${RELEASE}`],
    });
  });

  it('publishes a development version, which needs no tag', () => {
    git('tag', '--delete', `v${manifest.version}`);
    try {
      const { status, calls } = publish(['--dev', 'mine']);
      expect(status).toBe(0);
      expect(calls.at(-1)).toBe('orb publish orb/orb.yml acme/heroku-cd@dev:mine');
    } finally {
      git('tag', `v${manifest.version}`);
    }
  });

  it('tells in a dry run what would be run, and publishes nothing', () => {
    const { status, stdout, calls } = publish(['--dry-run']);
    expect(status).toBe(0);
    expect(stdout).toBe(
      `Would run: circleci orb publish orb/orb.yml ${RELEASE}\n` +
        'Nothing is in the way. Nothing was published: this was a dry run.\n',
    );
    expect(calls).toEqual(['version', `orb source ${RELEASE}`]);
  });

  it('tells in a dry run all that is in the way', () => {
    appendFileSync(join(root, 'orb/orb.yml'), '# by hand\n');
    writeFileSync(join(root, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n');
    const { status, stdout, stderr, calls } = publish(['--dry-run'], { source: {} });
    expect(status).toBe(2);
    expect(stdout).toBe(`Would run: circleci orb publish orb/orb.yml ${RELEASE}\n`);
    expect(stderr.match(/^REFUSED: .*/gm)).toEqual([
      'REFUSED: The work tree holds what is not committed: CHANGELOG.md, orb/orb.yml.',
      'REFUSED: Generated files are out of date for the namespace acme: orb/orb.yml (differs).',
      `REFUSED: CHANGELOG.md has no section of ${manifest.version}.`,
      `REFUSED: The registry has ${RELEASE} already, and a released version cannot be replaced.`,
    ]);
    expect(stderr.match(/^ {2}Next: .+/gm)).toHaveLength(4);
    expect(calls).not.toContainEqual(expect.stringMatching(/^orb publish/));
  });

  it('refuses an orb that was committed by hand, or for another namespace', () => {
    const before = git('rev-parse', 'HEAD').trim();
    appendFileSync(join(root, 'orb/orb.yml'), '# by hand\n');
    git('commit', '--quiet', '--all', '--message', 'By hand');
    try {
      const { status, stderr, calls } = publish(['--dev', 'mine']);
      expect(status).toBe(2);
      expect(stderr).toBe(
        'REFUSED: Generated files are out of date for the namespace acme: orb/orb.yml (differs).\n' +
          '  Next: ORB_NAMESPACE=acme npm run generate, then commit what it writes\n',
      );
      expect(calls.some((call) => call.startsWith('orb publish'))).toBe(false);
    } finally {
      git('reset', '--quiet', '--hard', before);
    }
  });

  it('passes the failure of the CLI on, and says how to go on, without the token', () => {
    const { status, stdout, stderr } = publish([], {
      publish: { code: 4, stderr: `Error: API returned 500 for ${TOKEN}\n` },
    });
    expect(status).toBe(1);
    expect(stdout + stderr).not.toContain(TOKEN);
    expect(stderr).toContain('Error: API returned 500 for [masked]\n');
    expect(stderr).toContain('FAILED: circleci ended with exit code 4.');
    expect(stderr).toContain(`Next: circleci orb source ${RELEASE}`);
    expect(stderr).toContain('circleci orb create acme/heroku-cd');
  });

  it('explains itself, and what it does not understand', () => {
    expect(publish(['--help'])).toMatchObject({ status: 0, calls: [] });
    const { status, stderr, calls } = publish(['0.0.99']);
    expect(status).toBe(2);
    expect(stderr).toContain('VERSION 0.0.99 is not the version of package.json');
    expect(stderr).toContain('Usage: npm run orb:publish');
    expect(calls).toEqual([]);
  });
});
