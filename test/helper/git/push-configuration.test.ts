import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_AUTHORITIES } from '../../../src/helper/git/push-environment.ts';
import { GitHttpRemote } from '../../support/git-http-remote.ts';
import { KEY, PushFixture, SECRETS_OF_JOB } from './push-fixture.ts';

let fixture: PushFixture;

beforeEach(async () => {
  fixture = await PushFixture.start();
});

afterEach(() => fixture.stop());

describe('URLs that the user rewrites', () => {
  async function thief(): Promise<GitHttpRemote> {
    const other = await GitHttpRemote.start();
    await other.addRepository(fixture.app);
    return other;
  }

  test.each(['insteadOf', 'pushInsteadOf'])(
    '%s for the host does not lead the push elsewhere',
    async (kind) => {
      const other = await thief();
      try {
        await fixture.sandbox.git(
          fixture.directory,
          'config',
          '--global',
          `url.${other.origin}/.${kind}`,
          `${fixture.server.origin}/`,
        );
        await fixture.sandbox.git(
          fixture.directory,
          'config',
          `url.${other.origin}/${fixture.app}.${kind}`,
          `${fixture.server.origin}/${fixture.app}`,
        );
        fixture.expectPushed(await fixture.pushFrom(fixture.jobWithKey()));
        expect(other.requests).toEqual([]);
      } finally {
        await other.stop();
      }
    },
  );

  test.each(['insteadOf', 'pushInsteadOf'])(
    '%s for exactly this URL, and for every URL, does not either',
    async (kind) => {
      const other = await thief();
      try {
        for (const rewritten of [fixture.url, '', 'heroku-cd-'])
          await fixture.sandbox.git(
            fixture.directory,
            'config',
            '--add',
            `url.${other.url(fixture.app)}.${kind}`,
            rewritten,
          );
        fixture.expectPushed(await fixture.pushFrom(fixture.jobWithKey()));
        expect(other.requests).toEqual([]);
      } finally {
        await other.stop();
      }
    },
  );

  test('nor does a remote whose name is the URL', async () => {
    const other = await thief();
    try {
      await fixture.sandbox.git(
        fixture.directory,
        'config',
        `remote.${fixture.url}.pushUrl`,
        other.url(fixture.app),
      );
      fixture.expectPushed(await fixture.pushFrom(fixture.jobWithKey()));
      expect(other.requests).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  test('settings for a host are not those of a host that begins like it', async () => {
    await fixture.sandbox.git(
      fixture.directory,
      'config',
      `url.https://127.0.0.1:1/.insteadOf`,
      `${fixture.server.origin}.evil/`,
    );
    fixture.expectPushed(await fixture.pushFrom(fixture.jobWithKey()));
  });
});

describe('authorities', () => {
  /** A folder with the server's own, named as OpenSSL looks for it; GnuTLS reads every file. */
  async function folderOfAuthorities(): Promise<string> {
    const folder = fixture.sandbox.path('authorities');
    await mkdir(folder);
    const args = ['x509', '-hash', '-noout', '-in', fixture.server.caFile];
    const hash = execFileSync('openssl', args, { encoding: 'utf8' }).trim();
    await copyFile(fixture.server.caFile, join(folder, `${hash}.0`));
    return folder;
  }

  test.each(['a variable', 'a setting'])('of a folder that %s names count', async (where) => {
    const folder = await folderOfAuthorities();
    const environment = fixture.jobWithKey(where === 'a variable' ? { GIT_SSL_CAPATH: folder } : {});
    delete environment.GIT_SSL_CAINFO;
    if (where === 'a setting')
      await fixture.sandbox.git(fixture.directory, 'config', '--global', 'http.sslCAPath', folder);
    fixture.expectPushed(await fixture.pushFrom(environment));
  });

  test.each([
    [
      'GnuTLS',
      'server certificate verification failed. CAfile: /etc/ssl/certs/ca-certificates.crt CRLfile: none',
    ],
    ['GnuTLS, newer', 'server verification failed: signer not trusted. (CAfile: none CRLfile: none)'],
    ['OpenSSL', 'SSL certificate problem: unable to get local issuer certificate'],
    ['a folder that cannot be read', 'error reading ca cert path /proc/sys (Error while reading file.)'],
    ['whatever may come', 'TLS peer verification: no'],
  ])('of a folder count, in whatever words the file is found wanting: %s', async (_, words) => {
    const { binary, records } = await fixture.sandbox.recordingShim();
    const refusing = await fixture.sandbox.script(
      'refusing/git',
      `if env | grep -q '^GIT_CONFIG_VALUE_[0-9]*=${NO_AUTHORITIES}$'; then
  echo "fatal: unable to access '${fixture.url}/': ${words}" >&2; exit 128
fi
exec '${binary}' "$@"`,
    );
    const environment = fixture.jobWithKey();
    fixture.expectPushed(await fixture.push({}, { environment, gitBinary: refusing, ...SECRETS_OF_JOB }));
    const [pushed, ...more] = (await records()).filter(({ args }) => args[0] === 'push');
    expect(more).toEqual([]);
    const settings = Object.entries(pushed?.environment ?? {}).filter(([name]) =>
      name.startsWith('GIT_CONFIG_'),
    );
    const values = Object.fromEntries(
      settings.flatMap(([name, key]) => {
        const value = pushed?.environment[name.replace('_KEY_', '_VALUE_')];
        return name.includes('_KEY_') ? [[key, value]] : [];
      }),
    ) as Record<string, string>;
    // The second time as strict as the first.
    expect(values).toMatchObject({
      [`http.${fixture.url}.sslVerify`]: 'true',
      [`http.${fixture.url}.followRedirects`]: 'false',
    });
    expect(pushed?.environment).toMatchObject({ LC_ALL: 'C' });
  });

  test('nothing is asked a second time where the server has answered', async () => {
    fixture.server.fault = () => ({ kind: 'status', status: 503 });
    const before = fixture.server.requests.length;
    expect(await fixture.push()).toMatchObject({ kind: 'unreachable' });
    expect(fixture.server.requests.length - before).toBe(1);
  });

  test('of a folder are not read where the file has the one that is needed', async () => {
    const { binary, records } = await fixture.sandbox.recordingShim();
    const environment = fixture.jobWithKey();
    fixture.expectPushed(await fixture.push({}, { environment, gitBinary: binary, ...SECRETS_OF_JOB }));
    const pushes = (await records()).filter(({ args }) => args[0] === 'push');
    expect(pushes.map((one) => Object.values(one.environment).includes(NO_AUTHORITIES))).toEqual([
      existsSync(NO_AUTHORITIES),
    ]);
    if (existsSync(NO_AUTHORITIES)) {
      const entries = readdirSync(NO_AUTHORITIES, { withFileTypes: true });
      expect(entries.filter((entry) => !entry.isDirectory())).toEqual([]);
    }
  });
});

describe('settings of the job by GIT_CONFIG_COUNT', () => {
  test('are kept in a push, where they contradict nothing', async () => {
    const environment = fixture.jobWithKey({
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'http.sslCAInfo',
      GIT_CONFIG_VALUE_0: fixture.server.caFile,
      GIT_CONFIG_KEY_1: 'http.extraHeader',
      GIT_CONFIG_VALUE_1: `Authorization: Bearer ${KEY}`,
    });
    delete environment.GIT_SSL_CAINFO;
    fixture.expectPushed(await fixture.pushFrom(environment));
  });

  test('are kept elsewhere', async () => {
    const environment = fixture.jobWithKey({
      GIT_TEST_ASSUME_DIFFERENT_OWNER: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    });
    expect(await fixture.git({ environment, ...SECRETS_OF_JOB }).resolveCommit('HEAD')).toBe(fixture.ids[2]);
    fixture.expectPushed(await fixture.pushFrom(environment));
  });

  test('those of an outer git do not override ours', async () => {
    await fixture.sandbox.script('husky/pre-push', `touch '${fixture.sandbox.path('hook-ran')}'`);
    const outer = `'core.hookspath=${fixture.sandbox.path('husky')}' 'http.${fixture.url}.extraheader='`;
    fixture.expectPushed(await fixture.pushFrom(fixture.jobWithKey({ GIT_CONFIG_PARAMETERS: outer })));
  });
});
