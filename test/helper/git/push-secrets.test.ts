import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../../../src/helper/output/secret.ts';
import { BASIC, KEY, PushFixture, SECRETS_OF_JOB } from './push-fixture.ts';

/** Every spelling in which the key could be found somewhere. */
const FORMS = [
  KEY,
  BASIC.slice(6),
  Buffer.from(`:${KEY}`).toString('base64'),
  Buffer.from(KEY).toString('base64'),
];

let fixture: PushFixture;

beforeEach(async () => {
  fixture = await PushFixture.start();
});

afterEach(() => fixture.stop());

/** Files below the folder that hold the key in any form. */
function filesWithKey(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false)
    .filter((file) => FORMS.some((form) => readFileSync(file, 'latin1').includes(form)));
}

test('the key is in the environment of the one git push, and in no argument and no other process', async () => {
  const { binary, records } = await fixture.sandbox.recordingShim();
  const git = fixture.git({
    environment: fixture.jobWithKey({ PATH: `${join(binary, '..')}:${process.env.PATH}` }),
    ...SECRETS_OF_JOB,
  });
  await git.version();
  await git.topLevel();
  await git.resolveCommit('main');
  await git.cloneKind();
  await git.unshallow({ timeoutMs: 30_000 });
  await git.missingObjects(fixture.ids[2], fixture.ids[0]);
  await git.tryFetchCommit('1'.repeat(40), { timeoutMs: 30_000 });
  await git.isAncestor(fixture.ids[0], fixture.ids[2]);
  await git.usesLfs(fixture.ids[2]);
  await git.hasSubmodules(fixture.ids[2]);
  await git.readFile(fixture.ids[2], 'Procfile');
  await git.archive(fixture.ids[2], fixture.sandbox.path('a.tar.gz'));
  fixture.expectPushed(await git.push(fixture.request()));
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
  fixture.expectPushed(await fixture.pushFrom(fixture.jobWithKey()));
  expect(filesWithKey(fixture.sandbox.folder)).toEqual([]);
  expect(filesWithKey(fixture.server.folder)).toEqual([]);
});

test('a pre-push hook does not run, wherever it is set', async () => {
  const hook = `env > '${fixture.sandbox.path('hook-ran')}'\nexit 1`;
  await fixture.sandbox.script('husky/pre-push', hook);
  await fixture.sandbox.script('repository/.git/hooks/pre-push', hook);
  await fixture.sandbox.script('repository/.git/hooks/reference-transaction', hook);
  await fixture.sandbox.git(fixture.directory, 'config', 'core.hooksPath', fixture.sandbox.path('husky'));
  fixture.expectPushed(await fixture.pushFrom(fixture.jobWithKey()));
  expect(existsSync(fixture.sandbox.path('hook-ran'))).toBe(false);
});

describe('credentials of the user', () => {
  test('helpers for all hosts, for this host and for this URL are not asked, nor told', async () => {
    const helper = await fixture.sandbox.script(
      'helper',
      `echo "$1" >> '${fixture.sandbox.path('helper-asked')}'\necho username=heroku\necho password=wrong`,
    );
    for (const key of [
      'credential.helper',
      `credential.${fixture.server.origin}.helper`,
      `credential.${fixture.url}.helper`,
    ]) {
      await fixture.sandbox.git(fixture.directory, 'config', '--global', '--add', key, `!${helper}`);
    }
    fixture.expectPushed(await fixture.pushFrom(fixture.jobWithKey()));
    expect(
      await fixture.pushFrom(fixture.jobWithKey(), { apiKey: new Secret('HRKU-wrong-key-wrong-key') }),
    ).toEqual({
      kind: 'unauthorized',
    });
    expect(existsSync(fixture.sandbox.path('helper-asked'))).toBe(false);
  });

  test('a netrc with another key is not used, not even when ours is wrong', async () => {
    await writeFile(
      join(fixture.sandbox.home, '.netrc'),
      `machine 127.0.0.1 login heroku password other-key\n`,
      {
        mode: 0o600,
      },
    );
    fixture.expectPushed(await fixture.pushFrom(fixture.jobWithKey()));
    await writeFile(
      join(fixture.sandbox.home, '.netrc'),
      `machine 127.0.0.1 login heroku password ${KEY}\n`,
      {
        mode: 0o600,
      },
    );
    expect(
      await fixture.pushFrom(fixture.jobWithKey(), { apiKey: new Secret('HRKU-wrong-key-wrong-key') }),
    ).toEqual({
      kind: 'unauthorized',
    });
  });

  test('programs that ask for passwords are not started', async () => {
    const ask = await fixture.sandbox.script('ask', `touch '${fixture.sandbox.path('asked')}'; echo wrong`);
    await fixture.sandbox.git(fixture.directory, 'config', 'core.askPass', ask);
    const environment = fixture.jobWithKey({
      GIT_ASKPASS: ask,
      SSH_ASKPASS: ask,
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: ':0',
    });
    expect(await fixture.pushFrom(environment, { apiKey: new Secret('HRKU-wrong-key-wrong-key') })).toEqual({
      kind: 'unauthorized',
    });
    expect(existsSync(fixture.sandbox.path('asked'))).toBe(false);
  });

  test('a header of the user for all hosts, this host or this URL is not sent', async () => {
    for (const key of [
      'http.extraHeader',
      `http.${fixture.server.origin}/.extraHeader`,
      `http.${fixture.url}.extraHeader`,
    ]) {
      await fixture.sandbox.git(fixture.directory, 'config', key, 'Authorization: Basic b3RoZXI6a2V5');
    }
    fixture.expectPushed(await fixture.pushFrom(fixture.jobWithKey()));
  });
});

describe('traces', () => {
  test('of git and curl that the user has set, without masking, show nothing', async () => {
    const trace = (name: string): string => fixture.sandbox.path('traces', name);
    await mkdir(fixture.sandbox.path('traces'));
    await writeFile(
      join(fixture.sandbox.home, '.gitconfig'),
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
    const environment = fixture.jobWithKey({
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
    fixture.expectPushed(await fixture.pushFrom(environment, { onLine: (line) => lines.push(line) }));
    expect(filesWithKey(fixture.sandbox.folder)).toEqual([]);
    expect(readdirSync(fixture.sandbox.path('traces'))).toEqual([]);
    expect(lines.join('\n')).not.toContain(KEY);
  });

  test('a build log that repeats the key is passed on as it is: masking is the log’s', async () => {
    await fixture.server.setHook(fixture.app, 'pre-receive', 'echo hello');
    const lines: string[] = [];
    await fixture.pushFrom(fixture.jobWithKey(), { onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['hello']);
  });
});

test('what is thrown and told holds no credentials', async () => {
  await appendFile(join(fixture.directory, '.git', 'config'), '[broken\n');
  const error = await fixture.pushFrom(fixture.jobWithKey()).catch((caught: unknown) => caught);
  expect(FORMS.some((form) => JSON.stringify(error).includes(form) || String(error).includes(form))).toBe(
    false,
  );
  expect(await readFile(join(fixture.directory, '.git', 'config'), 'utf8')).not.toContain(KEY);
});
