import { configVariables, readConfigVariables } from '../../../src/helper/git/config-variables.ts';
import { cleanEnvironment, gitEnvironment, offlineEnvironment } from '../../../src/helper/git/environment.ts';
import { pushEnvironment } from '../../../src/helper/git/push-environment.ts';
import { Secret } from '../../../src/helper/output/secret.ts';

const KEY = 'HRKU-1b2c3d4e-aaaa-bbbb-cccc-0123456789ab';
const URL_TEXT = 'https://git.heroku.com/app.git';

function clean(environment: NodeJS.ProcessEnv) {
  return cleanEnvironment(environment, { variables: ['HEROKU_API_KEY'], values: [KEY] });
}

/** The settings that git reads from the environment, in order. */
function settings(environment: NodeJS.ProcessEnv): string[] {
  return readConfigVariables(environment).map(([key, value]) => `${key}=${value}`);
}

describe('what git sees of the job', () => {
  test.each([
    ['the variable that holds the key', { HEROKU_API_KEY: 'anything' }],
    ['a copy of the key', { MY_COPY: `token=${KEY};` }],
    ['the key in a URL', { REMOTE: `https://heroku:${KEY}@git.heroku.com/app.git` }],
    ['the key in base64', { A: Buffer.from(KEY).toString('base64') }],
    ['the key as a password without a user', { A: `Basic ${Buffer.from(`:${KEY}`).toString('base64')}` }],
    ['the key as a password', { A: Buffer.from(`heroku:${KEY}`).toString('base64') }],
    ['the key as a password of somebody', { A: Buffer.from(`ab:${KEY}`).toString('base64') }],
    ['DEBUG', { DEBUG: '*' }],
    ['NODE_DEBUG', { NODE_DEBUG: 'http' }],
    [
      'git traces',
      { GIT_TRACE: '1', GIT_TRACE_CURL: '/tmp/x', GIT_TRACE_REDACT: '0', GIT_TRACE2_ENV_VARS: 'A' },
    ],
    ['curl traces', { GIT_CURL_VERBOSE: '1', SSLKEYLOGFILE: '/tmp/x' }],
    [
      'what a hook leaves behind',
      { GIT_DIR: '.git', GIT_WORK_TREE: '.', GIT_INDEX_FILE: 'x', GIT_PREFIX: 'a/' },
    ],
    ['the settings of an outer git', { GIT_CONFIG_PARAMETERS: "'a.b=c'" }],
    [
      'editors and pagers',
      { EDITOR: 'vi', VISUAL: 'vi', PAGER: 'less', GIT_EDITOR: 'vi', GIT_PAGER: 'less' },
    ],
    ['PREFIX', { PREFIX: '/usr' }],
  ])('%s is left out', (_, variables) => {
    expect(clean(variables)).toEqual({ variables: {}, settings: [] });
  });

  test('credentials and proxies of the job stay', () => {
    const variables = {
      GIT_SSH_COMMAND: 'ssh -i key',
      SSH_AUTH_SOCK: '/tmp/agent',
      GIT_SSL_CAINFO: '/tmp/ca.pem',
      HOME: '/root',
      https_proxy: 'http://user:pass@proxy:3128',
      GIT_ASKPASS: '/bin/askpass',
    };
    expect(clean(variables).variables).toEqual(variables);
  });

  test('an empty or short secret does not blank out everything', () => {
    const job = { PATH: '/usr/bin', HOME: '/root' };
    expect(cleanEnvironment(job, { variables: [], values: ['', 'r'] }).variables).toEqual(job);
  });

  test('settings of the job stay, numbered anew where one holds the key', () => {
    const job = configVariables([
      ['safe.directory', '*'],
      ['http.extraHeader', `Authorization: Bearer ${KEY}`],
      ['user.name', 'me'],
    ]);
    expect(settings(gitEnvironment(clean(job))).slice(0, 2)).toEqual(['safe.directory=*', 'user.name=me']);
  });

  test.each(['', 'two', '-1', '99999999999'])('settings with a count of %j are left out', (count) => {
    expect(clean({ GIT_CONFIG_COUNT: count, GIT_CONFIG_KEY_0: 'a.b' })).toEqual({
      variables: {},
      settings: [],
    });
  });

  test('a setting with a half missing is left out', () => {
    const job = {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'a.b',
      GIT_CONFIG_KEY_1: 'c.d',
      GIT_CONFIG_VALUE_1: '',
    };
    expect(clean(job).settings).toEqual([['c.d', '']]);
  });

  test('every git is told not to prompt, and to speak English', () => {
    expect(gitEnvironment(clean({ LC_ALL: 'de_DE.UTF-8' }))).toMatchObject({
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
    });
  });

  test('a command that works on the clone alone may use no protocol, whatever the job allows', () => {
    expect(offlineEnvironment(clean({ GIT_ALLOW_PROTOCOL: 'ssh:https' }))).toMatchObject({
      GIT_ALLOW_PROTOCOL: 'none',
      GIT_NO_LAZY_FETCH: '1',
    });
  });
});

describe('the environment of a push', () => {
  const job = clean({
    ...configVariables([['http.sslVerify', 'false']]),
    GIT_SSL_NO_VERIFY: '1',
    SSH_ASKPASS: 'x',
    HEROKU_API_KEY: KEY,
  });
  const environment = pushEnvironment(job, {
    url: new URL(URL_TEXT),
    alias: 'an-alias',
    apiKey: new Secret(KEY),
    isPartial: false,
    oneFile: true,
  });
  const list = settings(environment);

  test('the key is a header for exactly this URL, and in nothing else', () => {
    const encoded = Buffer.from(`heroku:${KEY}`).toString('base64');
    const holding = Object.entries(environment).filter(
      ([, value]) => value.includes(KEY) || value.includes(encoded),
    );
    expect(holding.map(([, value]) => value)).toEqual([`Authorization: Basic ${encoded}`]);
    expect(list).toContain(`http.${URL_TEXT}.extraHeader=Authorization: Basic ${encoded}`);
  });

  test('the key goes nowhere else, where nobody had named it as a secret either', () => {
    const careless = cleanEnvironment(
      { HEROKU_API_KEY: KEY, ...configVariables([['a.b', KEY]]) },
      { variables: [], values: [] },
    );
    const target = {
      url: new URL(URL_TEXT),
      alias: 'an-alias',
      apiKey: new Secret(KEY),
      isPartial: false,
      oneFile: false,
    };
    expect(Object.values(pushEnvironment(careless, target)).filter((value) => value.includes(KEY))).toEqual(
      [],
    );
  });

  test('settings of the job come first, so ours win', () => {
    expect(list[0]).toBe('http.sslVerify=false');
    expect(list).toContain(`http.${URL_TEXT}.sslVerify=true`);
    expect(list.indexOf(`http.${URL_TEXT}.extraHeader=`)).toBeLessThan(
      list.findIndex((setting) => setting.includes('Authorization')),
    );
  });

  test('nobody is asked, nothing else may be fetched, certificates are checked', () => {
    expect(environment).toMatchObject({
      GIT_ASKPASS: '',
      GIT_ALLOW_PROTOCOL: 'https',
      GIT_NO_LAZY_FETCH: '1',
    });
    expect(environment).not.toHaveProperty('GIT_SSL_NO_VERIFY');
    expect(environment).not.toHaveProperty('SSH_ASKPASS');
  });
});
