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

  test.each(['insteadOf', 'pushInsteadOf'])('%s for exactly this URL is refused', async (kind) => {
    const other = await thief();
    try {
      await fixture.sandbox.git(
        fixture.directory,
        'config',
        `url.${other.url(fixture.app)}.${kind}`,
        fixture.url,
      );
      await expect(fixture.pushFrom(fixture.jobWithKey())).rejects.toMatchObject({
        verdict: 'refused',
        why: expect.stringContaining('somewhere else'),
      });
      expect([...other.requests, ...fixture.server.requests]).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  test('a remote whose name is the URL is refused', async () => {
    const other = await thief();
    try {
      await fixture.sandbox.git(
        fixture.directory,
        'config',
        `remote.${fixture.url}.pushUrl`,
        other.url(fixture.app),
      );
      await expect(fixture.pushFrom(fixture.jobWithKey())).rejects.toMatchObject({ verdict: 'refused' });
      expect([...other.requests, ...fixture.server.requests]).toEqual([]);
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
