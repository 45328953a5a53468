import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { Linter } from 'eslint';
import { packPayload } from '../../../src/orb/payload.ts';
import { HELPER, checkedOrb, contextWith, projectScripts, runSteps, type RunStep } from '../support/orb.ts';
import { Place, SHELLS, runStep } from '../support/shell.ts';

/** What the `install` command of a packed orb runs, for a given helper. */
function installStep(helper: Uint8Array = HELPER): RunStep {
  const [step] = runSteps(checkedOrb(contextWith(undefined, helper)).packed, 'install');
  if (step === undefined) throw new Error('The command install has no run step.');
  return step;
}

const step = installStep();

describe.each(SHELLS)('installing with %s', (_name, shell) => {
  let place: Place;
  let installed: string;
  const install = (environment: Record<string, string | undefined> = {}, what = step) =>
    runStep({ step: what, place, shell, environment });

  beforeEach(() => {
    place = new Place();
    installed = join(place.home, '.local', 'share', 'heroku-cd', 'heroku-cd.cjs');
  });
  afterEach(() => place.remove());

  it('unpacks the helper into an empty HOME, for its owner alone', async () => {
    const ended = await install();
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: `Installed heroku-cd: ${installed}\n` });
    expect(readFileSync(installed)).toEqual(HELPER);
    expect(statSync(installed).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(installed)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(installed))).toEqual(['heroku-cd.cjs']);
    expect(existsSync(join(place.root, 'pwned'))).toBe(false);
  });

  it('does nothing the second time', async () => {
    await install();
    const long = new Date(1_000_000_000_000);
    utimesSync(installed, long, long);
    const ended = await install();
    expect(ended).toMatchObject({ code: 0, stdout: `heroku-cd is installed already: ${installed}\n` });
    expect(statSync(installed).mtime).toEqual(long);
  });

  it('replaces another version, whatever is left of it', async () => {
    await install({}, installStep(Buffer.from('console.log("older");\n')));
    const ended = await install();
    expect(ended).toMatchObject({
      code: 0,
      stdout: `Replaced another version of heroku-cd: ${installed}\n`,
    });
    expect(readFileSync(installed)).toEqual(HELPER);

    writeFileSync(installed, '');
    expect((await install()).code).toBe(0);
    expect(readFileSync(installed)).toEqual(HELPER);
  });

  it('replaces a link instead of writing where it points', async () => {
    const victim = place.file('victim', 'precious');
    mkdirSync(dirname(installed), { recursive: true });
    symlinkSync(victim, installed);
    expect((await install()).code).toBe(0);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readFileSync(installed)).toEqual(HELPER);
  });

  it('is not disturbed by another that installs at the same time', async () => {
    const all = await Promise.all([install(), install(), install()]);
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(readFileSync(installed)).toEqual(HELPER);
    expect(readdirSync(dirname(installed))).toEqual(['heroku-cd.cjs']);
  });

  it.each([
    ['is cut', () => (step.environment['HEROKU_CD_PAYLOAD'] ?? '').slice(0, 40), /it does not unpack/],
    ['is empty', () => '', /it does not unpack/],
    [
      'holds something else',
      () => packPayload(Buffer.from('console.log("evil");')).parts.join(''),
      /its SHA-256 is [0-9a-f]{64} instead of [0-9a-f]{64}/,
    ],
  ])('refuses a payload that %s', async (_what, payload, message) => {
    const ended = await install({ HEROKU_CD_PAYLOAD: payload() });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^The heroku-cd helper in this orb is damaged: /);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toContain('Nothing was installed.');
    expect(existsSync(installed)).toBe(false);
  });

  describe('that takes several environment strings', () => {
    const large = Buffer.from(`// ${randomBytes(150_000).toString('base64')}\n`);
    const parted = installStep(large);

    it('is put together', async () => {
      expect(Object.keys(parted.environment).filter((name) => name.startsWith('HEROKU_CD_PAYLOAD'))).toEqual([
        'HEROKU_CD_PAYLOAD',
        'HEROKU_CD_PAYLOAD_2',
      ]);
      expect(await install({}, parted)).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(installed)).toEqual(large);
    });

    it.each([
      ['its first part', { HEROKU_CD_PAYLOAD: '' }],
      ['its last part', { HEROKU_CD_PAYLOAD_2: '' }],
    ])('is refused without %s', async (_what, environment) => {
      const ended = await install(environment, parted);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toMatch(/^The heroku-cd helper in this orb is damaged: /);
      expect(existsSync(installed)).toBe(false);
    });
  });

  it('keeps what is installed when the payload is damaged', async () => {
    const older = installStep(Buffer.from('console.log("older");\n'));
    await install({}, older);
    expect((await install({ HEROKU_CD_PAYLOAD: 'AAAA' })).code).toBe(2);
    expect(readFileSync(installed, 'utf8')).toBe('console.log("older");\n');
  });

  it('says which images have Node.js when there is none', async () => {
    const ended = await install({ PATH: place.folder('nothing') });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('there is no node on the PATH of this job');
    expect(ended.stderr).toMatch(/cimg\/node, .*cimg\/ruby:\S+-node,\ncimg\/python:\S+-node/);
  });

  it.each(['18.20.4', '9.11.2', '0.12.18'])('refuses Node.js %s by its version', async (version) => {
    const claim = `Object.defineProperty(process, 'versions', { value: Object.assign({}, process.versions, { node: '${version}' }) });`;
    const preload = place.file('claim.cjs', claim);
    place.program('node', `#!/bin/sh\nexec '${process.execPath}' --require '${preload}' "$@"\n`);
    const ended = await install();
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(`heroku-cd needs Node.js 20 or newer, and this job has ${version}.`);
    expect(existsSync(installed)).toBe(false);
  });

  it.each(['20.0.0', '22.22.0', '100.1.0'])('takes Node.js %s', async (version) => {
    const claim = `Object.defineProperty(process, 'versions', { value: Object.assign({}, process.versions, { node: '${version}' }) });`;
    const preload = place.file('claim.cjs', claim);
    place.program('node', `#!/bin/sh\nexec '${process.execPath}' --require '${preload}' "$@"\n`);
    expect((await install()).code).toBe(0);
  });

  it.each([
    ['not set', undefined, /HOME is not set\./],
    ['empty', '', /HOME is not set\./],
    ['relative', 'home', /HOME is not an absolute path \(home\)\./],
  ])('refuses a HOME that is %s', async (_what, home, message) => {
    const ended = await install({ HOME: home });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
    expect(readdirSync(place.root).sort()).not.toContain('home');
  });

  it('names a HOME that cannot be written to', async () => {
    const home = place.file('a-file', '');
    const ended = await install({ HOME: home });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^heroku-cd cannot be installed: ENOTDIR/);
    expect(ended.stderr).toContain(`HOME, which is ${home};`);
  });

  const unlessRoot = process.getuid?.() === 0 ? it.skip : it;
  unlessRoot('names a HOME that belongs to somebody else', async () => {
    chmodSync(place.home, 0o500);
    const ended = await install();
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^heroku-cd cannot be installed: EACCES/);
  });

  it('names what is in the way, and leaves nothing half written', async () => {
    mkdirSync(join(installed, 'in', 'the', 'way'), { recursive: true });
    const ended = await install();
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^heroku-cd cannot be installed: (EISDIR|ENOTEMPTY)/);
    expect(readdirSync(dirname(installed))).toEqual(['heroku-cd.cjs']);
  });
});

describe('the program that unpacks', () => {
  it('is JavaScript that the oldest Node.js parses, so that it can say why it refuses', () => {
    const source = projectScripts().get('unpack.cjs') ?? '';
    const faults = (code: string) =>
      new Linter({ configType: 'flat' }).verify(code, {
        languageOptions: { ecmaVersion: 5, sourceType: 'script' },
      });
    expect(faults(source)).toEqual([]);
    expect(faults(`${source}\nconst arrow = () => 1;`)).not.toEqual([]);
  });
});
