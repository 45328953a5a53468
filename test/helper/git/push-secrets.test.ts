import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGit, type GitOptions } from '../../../src/helper/git/create-git.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import type { PushOutcome, PushRequest } from '../../../src/helper/ports/git.ts';
import { GitHttpRemote } from '../../support/git-http-remote.ts';
import { GitSandbox } from '../../support/git-sandbox.ts';

const KEY = 'HRKU-5d0c4b1e-1111-2222-3333-444455556666';
const BASIC = `Basic ${Buffer.from(`heroku:${KEY}`).toString('base64')}`;
/** Every spelling in which the key could be found somewhere. */
const FORMS = [
  KEY,
  BASIC.slice(6),
  Buffer.from(`:${KEY}`).toString('base64'),
  Buffer.from(KEY).toString('base64'),
];

let sandbox: GitSandbox;
let server: GitHttpRemote;
let directory: string;
let ids: readonly [string, string, string];

beforeEach(async () => {
  sandbox = await GitSandbox.create();
  server = await GitHttpRemote.start({ tls: true, apiKey: KEY });
  ({ directory, ids } = await sandbox.history('repository'));
  await server.addRepository('app');
});

afterEach(async () => {
  await server.stop();
  await sandbox.remove();
});

/** A job as CircleCI starts it: the key is in its environment, in the variable and in a copy. */
function job(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    ...sandbox.environment,
    GIT_SSL_CAINFO: server.caFile,
    HEROKU_API_KEY: KEY,
    COPY_OF_KEY: `https://heroku:${KEY}@git.heroku.com/app.git`,
    ENCODED: BASIC,
    ...more,
  };
}

function gitWith(environment: NodeJS.ProcessEnv, more: Partial<GitOptions> = {}) {
  return createGit({
    directory,
    environment,
    secretVariables: ['HEROKU_API_KEY'],
    secretValues: [new Secret(KEY)],
    ...more,
  });
}

function push(
  environment: NodeJS.ProcessEnv,
  more: Partial<PushRequest> = {},
  options: Partial<GitOptions> = {},
) {
  return gitWith(environment, options).push({
    url: server.url('app'),
    apiKey: new Secret(KEY),
    commit: ids[2],
    branch: 'main',
    onLine: () => undefined,
    timeoutMs: 30_000,
    ...more,
  });
}

function expectPushed(outcome: PushOutcome): void {
  expect(outcome).toEqual({ kind: 'pushed' });
  expect([...new Set(server.authorizations)]).toEqual([BASIC]);
  expect(server.requests).toHaveLength(server.authorizations.length);
}

/** Files below the folder that hold the key in any form. */
function filesWithKey(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false)
    .filter((file) => FORMS.some((form) => readFileSync(file, 'latin1').includes(form)));
}

test('the key is in the environment of the one git push, and in no argument and no other process', async () => {
  const { binary, records } = await sandbox.recordingShim();
  const git = gitWith(job({ PATH: `${join(binary, '..')}:${process.env.PATH}` }));
  await git.version();
  await git.topLevel();
  await git.resolveCommit('main');
  await git.cloneKind();
  await git.unshallow({ timeoutMs: 30_000 });
  await git.missingObjects(ids[2], ids[0]);
  await git.tryFetchCommit('1'.repeat(40), { timeoutMs: 30_000 });
  await git.isAncestor(ids[0], ids[2]);
  await git.usesLfs(ids[2]);
  await git.hasSubmodules(ids[2]);
  await git.readFile(ids[2], 'Procfile');
  await git.archive(ids[2], sandbox.path('a.tar.gz'));
  const outcome = await git.push({
    url: server.url('app'),
    apiKey: new Secret(KEY),
    commit: ids[2],
    branch: 'main',
    onLine: () => undefined,
    timeoutMs: 30_000,
  });
  expectPushed(outcome);
  const seen = await records();
  const withKey = seen.filter(({ environment }) =>
    FORMS.some((form) => JSON.stringify(environment).includes(form)),
  );
  expect(withKey.map(({ args }) => args[0])).toEqual(['push']);
  expect(seen.filter(({ args }) => FORMS.some((form) => args.join(' ').includes(form)))).toEqual([]);
  expect(seen.filter(({ args }) => args[0] === 'push')).toHaveLength(1);
  expect(seen.length).toBeGreaterThan(12);
  // In the push itself it is in one variable only.
  const holding = Object.entries(withKey[0]?.environment ?? {}).filter(([, value]) =>
    FORMS.some((form) => value.includes(form)),
  );
  expect(holding.map(([, value]) => value)).toEqual([`Authorization: ${BASIC}`]);
  expect(git.networkRequests).toBe(2);
});

test('nothing of the key is written down', async () => {
  expectPushed(await push(job()));
  expect(filesWithKey(sandbox.folder)).toEqual([]);
  expect(filesWithKey(server.folder)).toEqual([]);
});

test('a pre-push hook does not run, wherever it is set', async () => {
  const hook = `env > '${sandbox.path('hook-ran')}'\nexit 1`;
  await sandbox.script('husky/pre-push', hook);
  await sandbox.script('repository/.git/hooks/pre-push', hook);
  await sandbox.script('repository/.git/hooks/reference-transaction', hook);
  await sandbox.git(directory, 'config', 'core.hooksPath', sandbox.path('husky'));
  expectPushed(await push(job()));
  expect(existsSync(sandbox.path('hook-ran'))).toBe(false);
});

describe('credentials of the user', () => {
  test('helpers for all hosts, for this host and for this URL are not asked, nor told', async () => {
    const helper = await sandbox.script(
      'helper',
      `echo "$1" >> '${sandbox.path('helper-asked')}'\necho username=heroku\necho password=wrong`,
    );
    for (const key of [
      'credential.helper',
      `credential.${server.origin}.helper`,
      `credential.${server.url('app')}.helper`,
    ]) {
      await sandbox.git(directory, 'config', '--global', '--add', key, `!${helper}`);
    }
    expectPushed(await push(job()));
    expect(await push(job(), { apiKey: new Secret('HRKU-wrong-key-wrong-key') })).toEqual({
      kind: 'unauthorized',
    });
    expect(existsSync(sandbox.path('helper-asked'))).toBe(false);
  });

  test('a netrc with another key is not used, not even when ours is wrong', async () => {
    await writeFile(join(sandbox.home, '.netrc'), `machine 127.0.0.1 login heroku password other-key\n`, {
      mode: 0o600,
    });
    expectPushed(await push(job()));
    await writeFile(join(sandbox.home, '.netrc'), `machine 127.0.0.1 login heroku password ${KEY}\n`, {
      mode: 0o600,
    });
    expect(await push(job(), { apiKey: new Secret('HRKU-wrong-key-wrong-key') })).toEqual({
      kind: 'unauthorized',
    });
  });

  test('programs that ask for passwords are not started', async () => {
    const ask = await sandbox.script('ask', `touch '${sandbox.path('asked')}'; echo wrong`);
    await sandbox.git(directory, 'config', 'core.askPass', ask);
    const environment = job({
      GIT_ASKPASS: ask,
      SSH_ASKPASS: ask,
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: ':0',
    });
    expect(await push(environment, { apiKey: new Secret('HRKU-wrong-key-wrong-key') })).toEqual({
      kind: 'unauthorized',
    });
    expect(existsSync(sandbox.path('asked'))).toBe(false);
  });

  test('a header of the user for all hosts, this host or this URL is not sent', async () => {
    for (const key of [
      'http.extraHeader',
      `http.${server.origin}/.extraHeader`,
      `http.${server.url('app')}.extraHeader`,
    ]) {
      await sandbox.git(directory, 'config', key, 'Authorization: Basic b3RoZXI6a2V5');
    }
    expectPushed(await push(job()));
  });
});

describe('URLs that the user rewrites', () => {
  async function thief(): Promise<GitHttpRemote> {
    const other = await GitHttpRemote.start();
    await other.addRepository('app');
    return other;
  }

  test.each(['insteadOf', 'pushInsteadOf'])(
    '%s for the host does not lead the push elsewhere',
    async (kind) => {
      const other = await thief();
      try {
        await sandbox.git(
          directory,
          'config',
          '--global',
          `url.${other.origin}/.${kind}`,
          `${server.origin}/`,
        );
        await sandbox.git(directory, 'config', `url.${other.origin}/app.${kind}`, `${server.origin}/app`);
        expectPushed(await push(job()));
        expect(other.requests).toEqual([]);
      } finally {
        await other.stop();
      }
    },
  );

  test.each(['insteadOf', 'pushInsteadOf'])('%s for exactly this URL is refused', async (kind) => {
    const other = await thief();
    try {
      await sandbox.git(directory, 'config', `url.${other.url('app')}.${kind}`, server.url('app'));
      await expect(push(job())).rejects.toMatchObject({
        verdict: 'refused',
        why: expect.stringContaining('somewhere else'),
      });
      expect([...other.requests, ...server.requests]).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  test('a remote whose name is the URL is refused', async () => {
    const other = await thief();
    try {
      await sandbox.git(directory, 'config', `remote.${server.url('app')}.pushUrl`, other.url('app'));
      await expect(push(job())).rejects.toMatchObject({ verdict: 'refused' });
      expect([...other.requests, ...server.requests]).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  test('settings for a host are not those of a host that begins like it', async () => {
    await sandbox.git(directory, 'config', `url.https://127.0.0.1:1/.insteadOf`, `${server.origin}.evil/`);
    expectPushed(await push(job()));
  });
});

describe('settings of the job by GIT_CONFIG_COUNT', () => {
  test('are kept in a push, where they contradict nothing', async () => {
    const environment = job({
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'http.sslCAInfo',
      GIT_CONFIG_VALUE_0: server.caFile,
      GIT_CONFIG_KEY_1: 'http.extraHeader',
      GIT_CONFIG_VALUE_1: `Authorization: Bearer ${KEY}`,
    });
    delete environment.GIT_SSL_CAINFO;
    expectPushed(await push(environment));
  });

  test('are kept elsewhere', async () => {
    const environment = job({
      GIT_TEST_ASSUME_DIFFERENT_OWNER: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    });
    expect(await gitWith(environment).resolveCommit('HEAD')).toBe(ids[2]);
    expectPushed(await push(environment));
  });

  test('those of an outer git do not override ours', async () => {
    await sandbox.script('husky/pre-push', `touch '${sandbox.path('hook-ran')}'`);
    const outer = `'core.hookspath=${sandbox.path('husky')}' 'http.${server.url('app')}.extraheader='`;
    expectPushed(await push(job({ GIT_CONFIG_PARAMETERS: outer })));
  });
});

describe('traces', () => {
  test('of git and curl that the user has set, without masking, show nothing', async () => {
    const trace = (name: string): string => sandbox.path('traces', name);
    await mkdir(sandbox.path('traces'));
    await writeFile(
      join(sandbox.home, '.gitconfig'),
      [
        '[trace2]',
        `  normalTarget = ${trace('normal')}`,
        `  eventTarget = ${trace('event')}`,
        `  perfTarget = ${trace('perf')}`,
        '  envVars = GIT_CONFIG_VALUE_0,GIT_CONFIG_VALUE_5,GIT_CONFIG_VALUE_9,GIT_CONFIG_VALUE_10,HEROKU_API_KEY',
        '  configParams = http.*',
        '',
      ].join('\n'),
    );
    const environment = job({
      GIT_TRACE: trace('git'),
      GIT_TRACE_CURL: trace('curl'),
      GIT_TRACE_PACKET: trace('packet'),
      GIT_TRACE_SETUP: trace('setup'),
      GIT_TRACE_REDACT: '0',
      GIT_TRACE2: trace('2'),
      GIT_TRACE2_EVENT: trace('2event'),
      GIT_TRACE2_ENV_VARS: Array.from({ length: 30 }, (_, index) => `GIT_CONFIG_VALUE_${index}`).join(','),
      GIT_CURL_VERBOSE: '1',
      SSLKEYLOGFILE: trace('tls'),
    });
    const lines: string[] = [];
    expectPushed(await push(environment, { onLine: (line) => lines.push(line) }));
    expect(filesWithKey(sandbox.folder)).toEqual([]);
    expect(readdirSync(sandbox.path('traces'))).toEqual([]);
    expect(lines.join('\n')).not.toContain(KEY);
  });

  test('a build log that repeats the key is passed on as it is: masking is the log’s', async () => {
    await server.setHook('app', 'pre-receive', 'echo hello');
    const lines: string[] = [];
    await push(job(), { onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['hello']);
  });
});

test('what is thrown and told holds no credentials', async () => {
  await appendFile(join(directory, '.git', 'config'), '[broken\n');
  const error = await push(job()).catch((caught: unknown) => caught);
  expect(FORMS.some((form) => JSON.stringify(error).includes(form) || String(error).includes(form))).toBe(
    false,
  );
  expect(await readFile(join(directory, '.git', 'config'), 'utf8')).not.toContain(KEY);
});
