import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommandLine } from '../../../src/helper/cli/program.ts';
import { createHeroku } from '../../../src/helper/heroku/index.ts';
import { createLineLog } from '../../../src/helper/output/log.ts';
import { createMasker } from '../../../src/helper/output/masker.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import type { SshKeys } from '../../../src/helper/ports/ssh-keys.ts';
import { run } from '../../../src/helper/run.ts';
import { addSshKey, listSshKeys, removeSshKey } from '../../../src/helper/ssh-key/commands.ts';
import { startLocalHeroku, type LocalHeroku } from '../../../src/simulator/index.ts';
import { InstantClock } from '../../support/instant-clock.ts';
import { RecordingLog } from '../../support/recording-log.ts';

let local: LocalHeroku;
let folder: string;
let file: string;
let people = 0;
let email: string;
let keys: SshKeys;
let log: RecordingLog;
/** Made once: making keys costs processes. */
let taken: string;

const environment = { PATH: process.env['PATH'] };

function keygen(path: string, ...args: string[]): void {
  execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'me@laptop.example.com', ...args, '-f', path], {
    stdio: 'ignore',
  });
}

beforeAll(async () => {
  local = await startLocalHeroku();
  folder = await mkdtemp(join(tmpdir(), 'ssh-key-'));
  taken = join(folder, 'taken');
  keygen(taken, '-t', 'ed25519');
});
afterAll(async () => {
  await local.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  email = `person-${(people += 1)}@example.com`;
  const key = `HRKU-${String(people).padStart(8, '0')}-0000-4000-8000-000000000000`;
  local.control.createAccount({ email, keys: [{ key }] });
  keys = keysOf(key);
  file = join(await mkdtemp(join(folder, 'home-')), '.ssh', 'id');
  local.control.clearRequests();
});
afterEach(() => {
  local.control.clearFaults();
  for (const { sshKeys } of local.platform.accounts.all) sshKeys.length = 0;
});

function keysOf(key: string): SshKeys {
  log = new RecordingLog();
  const apiKey = new Secret(key);
  return createHeroku({ baseUrl: local.urls.api, apiKey, userAgent: 'test', clock: new InstantClock(), log })
    .sshKeys;
}

const add = (keyFile = file, env: NodeJS.ProcessEnv = environment) =>
  addSshKey(keys, { 'api-key': 'HEROKU_API_KEY', 'key-file': keyFile, 'key-comment': 'ci box' }, env);
const remove = (which: string) => removeSshKey(keys, { 'api-key': 'HEROKU_API_KEY', 'ssh-key': which });
const posts = () => local.control.requests({ method: 'POST' }).length;
const held = () => local.platform.accounts.byEmail(email)?.sshKeys ?? [];
const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
const refused = (parameter: string) => expect.objectContaining({ verdict: 'refused', parameter }) as unknown;

test('a new key: made for its owner alone, registered, and once only', async () => {
  const { exitCode, lines, json } = await add();
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ added: true, made: true, file });
  expect([await mode(file), await mode(join(file, '..'))]).toEqual(['600', '700']);
  expect(held()).toMatchObject([{ comment: 'ci box' }]);
  const md5 = execFileSync('ssh-keygen', ['-E', 'md5', '-lf', `${file}.pub`], { encoding: 'utf8' });
  expect(md5).toContain(`MD5:${held()[0]?.fingerprint}`);
  expect(lines.join('\n')).toContain('Git over SSH has ended at Heroku');
  expect(lines.join('\n')).not.toContain(email);

  const before = await readFile(file, 'utf8');
  expect((await add()).json).toMatchObject({ added: false, made: false });
  expect(await readFile(file, 'utf8')).toBe(before);
  expect(posts()).toBe(1);
  expect(JSON.stringify(local.control.requests())).not.toContain('PRIVATE');
});

test.each(['the private key', 'the public key'])('a pair that is there, named by %s', async (name) => {
  const { json } = await add(name === 'the public key' ? `${taken}.pub` : taken);
  expect(json).toMatchObject({ added: true, made: false, key: { comment: 'm…@laptop.example.com' } });
  expect(held()).toHaveLength(1);
});

test('a private key without its public one is read; one behind a passphrase is not', async () => {
  const alone = join(folder, 'alone');
  await writeFile(alone, await readFile(taken), { mode: 0o600 });
  expect((await add(alone)).json).toMatchObject({ added: true, made: false });
  expect(existsSync(`${alone}.pub`)).toBe(false);

  const closed = join(folder, 'closed');
  await writeFile(closed, await readFile(taken), { mode: 0o600 });
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret phrase', '-a', '1', '-f', closed], {
    stdio: 'ignore',
  });
  await expect(add(closed)).rejects.toEqual(refused('key-file'));
  // Beside its public key nobody needs the phrase.
  await writeFile(`${closed}.pub`, await readFile(`${taken}.pub`));
  expect((await add(closed)).json).toMatchObject({ added: false });
  expect(posts()).toBe(1);
});

test('a private key that others may read is told', async () => {
  const open = join(folder, 'open');
  await writeFile(open, await readFile(taken));
  await chmod(open, 0o644);
  await writeFile(`${open}.pub`, await readFile(`${taken}.pub`));
  expect((await add(open)).lines.join('\n')).toContain(`\`chmod 600 ${open}\``);
});

describe('what is no public key', () => {
  test.each([
    ['a private key in its place', () => readFile(taken, 'utf8'), 'never leaves this machine'],
    ['nothing', () => '', 'not one line'],
    ['words', () => 'not a key at all\n', 'not one line'],
    ['two keys', async () => (await readFile(`${taken}.pub`, 'utf8')).repeat(2), 'not one line'],
    [
      'a type that does not fit',
      async () => (await readFile(`${taken}.pub`, 'utf8')).replace('ed25519', 'rsa'),
      'not one line',
    ],
    [
      'an old type',
      () =>
        `ssh-dss ${Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-dss'), Buffer.alloc(60)]).toString('base64')} x`,
      'ssh-dss are not taken',
    ],
    ['a long file', () => 'x'.repeat(70_000), 'more than any key'],
  ])('%s is refused and never sent', async (_name, text, says) => {
    const path = join(await mkdtemp(join(folder, 'wrong-')), 'key');
    await writeFile(`${path}.pub`, await text());
    await expect(add(path)).rejects.toEqual(refused('key-file'));
    await expect(add(path)).rejects.toMatchObject({ why: expect.stringContaining(says) as unknown });
    expect(posts()).toBe(0);
  });
});

test('without ssh-keygen there is no new key, and a pair that is there will do', async () => {
  await expect(add(file, { PATH: folder })).rejects.toMatchObject({
    verdict: 'refused',
    next: expect.stringContaining('openssh-client') as unknown,
  });
  expect((await add(taken, { PATH: folder })).exitCode).toBe(0);
});

test('a wrong API key leaves no new file', async () => {
  keys = keysOf('HRKU-00000000-0000-4000-8000-0000000wrong');
  await expect(add()).rejects.toMatchObject({ verdict: 'refused', parameter: 'api-key' });
  expect(existsSync(file)).toBe(false);
});

test('an answer that gets lost is looked for: one key, one POST', async () => {
  const match = { path: '^/account/keys', method: 'POST', nth: 1 };
  local.control.addFault({ match, effect: { kind: 'reset', when: 'after-effect' } });
  expect((await add()).json).toMatchObject({ added: true });
  expect(held()).toHaveLength(1);
  expect(posts()).toBe(1);
});

test('a key that another run has just added is no error; one of another account is, and a new pair goes', async () => {
  const text = await readFile(`${taken}.pub`, 'utf8');
  const sneaky: SshKeys = {
    ...keys,
    list: async () => {
      const seen = await keys.list();
      if (held().length === 0) await keysOfOther(email, text);
      return seen;
    },
  };
  const settings = { 'api-key': 'HEROKU_API_KEY', 'key-file': taken, 'key-comment': '' };
  expect((await addSshKey(sneaky, settings, environment)).exitCode).toBe(0);

  local.control.addFault({
    match: { path: '^/account/keys', method: 'POST' },
    effect: { kind: 'status', status: 422, message: 'This key is already in use by another account.' },
  });
  await expect(add()).rejects.toMatchObject({ verdict: 'refused' });
  expect(existsSync(file)).toBe(false);
});

/** As another run of the same person would. */
async function keysOfOther(whose: string, publicKey: string): Promise<void> {
  const key = local.platform.accounts.byEmail(whose)?.keys[0]?.key ?? '';
  const response = await fetch(`${local.urls.api}/account/keys`, {
    method: 'POST',
    headers: { Accept: 'application/vnd.heroku+json; version=3', Authorization: `Bearer ${key}` },
    body: JSON.stringify({ public_key: publicKey }),
  });
  expect(response.status).toBe(201);
}

test('list shows fingerprints, comments and masked addresses; remove wants exactly one', async () => {
  expect((await listSshKeys(keys)).lines[0]).toBe('The account has no SSH keys.');
  await add(taken);
  await add();
  const [first, second] = held();
  const { lines, json } = await listSshKeys(keys);
  expect(lines).toEqual(
    expect.arrayContaining([
      `${first?.fingerprint}  m…@laptop.example.com  p…@example.com`,
      `${second?.fingerprint}  ci box  p…@example.com`,
    ]),
  );
  expect(JSON.stringify(json)).not.toContain(email);

  await expect(remove('nobody')).rejects.toEqual(refused('ssh-key'));
  await expect(remove('person-')).rejects.toMatchObject({
    what: expect.stringContaining('2 keys') as unknown,
  });
  expect(held()).toHaveLength(2);

  expect((await remove('laptop')).json).toMatchObject({ removed: true });
  expect(held()).toEqual([second]);
  expect((await remove(`MD5:${second?.fingerprint}`)).exitCode).toBe(0);
  expect(held()).toEqual([]);
});

test('a removal whose answer gets lost is repeated, and what is gone is gone', async () => {
  await add(taken);
  const match = { path: '^/account/keys', method: 'DELETE', nth: 1 };
  local.control.addFault({ match, effect: { kind: 'reset', when: 'after-effect' } });
  expect((await remove(held()[0]?.fingerprint ?? '')).exitCode).toBe(0);
  expect(held()).toEqual([]);
});

test('the command line: no app is asked for, and the key to remove is a word', async () => {
  await add(taken);
  const lines: string[] = [];
  const call = async (...argv: string[]) => {
    const masker = createMasker();
    const lineLog = createLineLog({ masker, write: (text) => lines.push(text), now: () => 0 });
    const invocation = parseCommandLine(['ssh-key', ...argv]);
    if ('text' in invocation) throw new Error(invocation.text);
    const key = local.platform.accounts.byEmail(email)?.keys[0]?.key;
    const environmentOf = {
      ...environment,
      ...local.environment(),
      HEROKU_API_KEY: key,
      HEROKU_CD_DEPLOYMENTS: 'main: acme-shop',
    };
    const { signal } = new AbortController();
    return run(invocation, { environment: environmentOf, directory: folder, log: lineLog, signal });
  };
  expect((await call('list')).json).toMatchObject({ keys: [{ fingerprint: held()[0]?.fingerprint }] });
  expect((await call('add', '--key-file', taken)).json).toMatchObject({ added: false });
  await expect(call('remove')).rejects.toEqual(refused('ssh-key'));
  expect((await call('remove', 'laptop')).exitCode).toBe(0);
});
