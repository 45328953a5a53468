import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { instrument, isMeasured } from '../../scripts/lib/measure/instrument.ts';
import { mergeCoverage } from '../../scripts/lib/measure/report.ts';

const ROOT = join(__dirname, '..', '..');

/** A helper small enough to know its counts. */
const HELPER = {
  'main.ts': `
    import { exitCodeOf } from './exit-codes.ts';
    import type { Answer } from './answer.ts';
    const answer: Answer = { refused: process.argv[2] === 'deploi' };
    process.exit(exitCodeOf(answer.refused));`,
  'answer.ts': 'export interface Answer { readonly refused: boolean }',
  'exit-codes.ts':
    'export function exitCodeOf(refused: boolean): number {\n  return refused\n    ? 2\n    : 0;\n}',
  'unused.ts': 'export function unused(): void {}',
};

/** Calls a function of the helper in jest, twice. */
const IN_JEST = `
  import { exitCodeOf } from '../../src/helper/exit-codes.ts';
  test('exit codes', () => {
    expect([exitCodeOf(false), exitCodeOf(false)]).toEqual([0, 0]);
  });`;

/** Starts the helper out of the orb, as a job does. */
const IN_JOB = `
  import { spawnSync } from 'node:child_process';
  import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
  import { tmpdir } from 'node:os';
  import { join } from 'node:path';
  import { parse } from 'yaml';
  import { unpackPayload } from '../../src/orb/payload.ts';
  test('a refusal', () => {
    const orb = parse(readFileSync(process.env.E2E_ORB ?? '', 'utf8'));
    const { HEROKU_CD_PAYLOAD } = orb.commands.install.steps[0].run.environment;
    const home = mkdtempSync(join(tmpdir(), 'job-'));
    writeFileSync(join(home, 'heroku-cd.cjs'), unpackPayload([HEROKU_CD_PAYLOAD]));
    const { status } = spawnSync(process.execPath, [join(home, 'heroku-cd.cjs'), 'deploi'], { env: { HOME: home } });
    rmSync(home, { recursive: true });
    expect(status).toBe(2);
  });`;

let root: string;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'heroku-cd-scripts-')));
  for (const path of [
    'src/orb',
    'src/parameters',
    'scripts',
    'package.json',
    'tsconfig.json',
    'jest.config.mjs',
    'test/support/longest-first.mjs',
  ]) {
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'tmp'));
  for (const [name, text] of Object.entries(HELPER)) write(`src/helper/${name}`, text);
  write('test/helper/exit-codes.test.ts', IN_JEST);
  write('test/e2e/refusal.test.ts', IN_JOB);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Runs the script as its npm script does. */
function coverage(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsx, 'scripts/coverage.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: root, TMPDIR: join(root, 'tmp') },
  });
  return { status, stdout, stderr };
}

/** What lcov.info says of one file. */
function lcovOf(file: string): string[] {
  const text = readFileSync(join(root, 'coverage', 'lcov.info'), 'utf8');
  const record = text.split('end_of_record\n').find((one) => one.includes(`SF:${file}\n`));
  return (record ?? '').split('\n');
}

describe('measuring coverage', () => {
  it('adds what ran in jest and what ran in jobs', () => {
    const { status, stdout, stderr } = coverage('--maxWorkers=1');

    expect({ status, stderr }).toMatchObject({ status: 0 });
    const counted = lcovOf('src/helper/exit-codes.ts');
    expect(counted).toEqual(
      expect.arrayContaining(['FNDA:3,exitCodeOf', 'DA:2,3', 'BRDA:2,0,0,1', 'BRDA:2,0,1,2']),
    );
    expect(lcovOf('src/helper/main.ts')).toContain('DA:5,1');
    expect(stdout).toMatch(/^All files +\| +\d+(\.\d+)? \|/m);
    expect(stdout).toMatch(/^ +exit-codes\.ts +\| +100 \|/m);
    expect(stdout).toContain('Counted in jest and in processes of the helper (1).');
    expect(stdout).not.toContain('payload.ts');
    expect(readdirSync(join(root, 'coverage'))).toContain('index.html');
    expect(readdirSync(join(root, 'tmp')).filter((name) => name.startsWith('heroku-cd-'))).toEqual([]);
  });

  it('names files that nothing ran, and not those that hold types alone', () => {
    expect(lcovOf('src/helper/unused.ts')).toContain('FNDA:0,unused');
    expect(lcovOf('src/helper/answer.ts')).toEqual(['']);
  });

  it('reports after a failing test too, and fails', () => {
    write('test/helper/failing.test.ts', `test('fails', () => expect(1).toBe(2));`);
    const { status, stdout, stderr } = coverage('test/helper/');

    expect(status).toBe(1);
    expect(stdout).toMatch(/^ +exit-codes\.ts +\|/m);
    expect(stdout).toContain('in processes of the helper (0)');
    expect(stderr).toContain('Not every test passed, so the table may show less than there is.');
  });

  it('says when jest could not measure', () => {
    const { status, stdout, stderr } = coverage('--testRegex=both-are-refused');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('jest ended with 1 and has measured nothing.');
  });
});

describe('counters', () => {
  it('stand at the places of the TypeScript source', () => {
    const { code, coverage: counted } = instrument(
      'interface A { b: string }\nexport const f = (a: A): string =>\n  a.b === "" ? "empty" : (a.b as string);\n',
      '/p/src/helper/a.ts',
    );
    expect(code).toContain('interface A');
    expect(counted.statementMap['1']).toEqual({
      start: { line: 3, column: 2 },
      end: { line: 3, column: 40 },
    });
    expect(counted.b).toEqual({ '0': [0, 0] });
  });

  it('stand in the helper and its parameters alone', () => {
    expect(isMeasured('/p', '/p/src/helper/a/b.ts')).toBe(true);
    expect(isMeasured('/p', '/p/src/parameters/b.ts')).toBe(true);
    expect(isMeasured('/p', '/p/src/helpers/b.ts')).toBe(false);
    expect(isMeasured('/p', '/p/src/orb/parameters/b.ts')).toBe(false);
    expect(isMeasured('/p', '/p/node_modules/a/src/helper/b.js')).toBe(false);
  });
});

describe('merging', () => {
  const measure = (source: string, runs: number) => {
    const { coverage: counted } = instrument(source, '/p/a.ts');
    for (const id of Object.keys(counted.s)) counted.s[id] = runs;
    return { '/p/a.ts': counted };
  };

  it('adds up the counts of one source', () => {
    const { coverage: merged, changed } = mergeCoverage(measure('a();', 1), measure('a();', 2));
    expect(merged.fileCoverageFor('/p/a.ts').s).toEqual({ '0': 3 });
    expect(changed).toEqual([]);
  });

  it('keeps the counts of two versions of a source apart, and says so', () => {
    const { coverage: merged, changed } = mergeCoverage(measure('a();', 1), measure('b;\na();', 2));
    expect(merged.fileCoverageFor('/p/a.ts').s).toEqual({ '0': 2, '1': 2 });
    expect(changed).toEqual(['/p/a.ts']);
  });

  it('keeps a file that one side alone has measured', () => {
    expect(mergeCoverage({}, measure('a();', 1)).coverage.files()).toEqual(['/p/a.ts']);
    expect(mergeCoverage(measure('a();', 1), {}).coverage.files()).toEqual(['/p/a.ts']);
  });
});
