import { Refusal } from '../../../src/helper/errors.ts';
import { resolveHosts } from '../../../src/helper/heroku/index.ts';

const PRODUCTION = {
  api: 'https://api.heroku.com',
  git: 'https://git.heroku.com',
  data: 'https://api.data.heroku.com',
  isHeroku: true,
};
const LOCAL = 'http://127.0.0.1:5055';
const local = { api: LOCAL, git: LOCAL, data: LOCAL, isHeroku: false };

describe('where it connects', () => {
  it.each<[string, Record<string, string>, object]>([
    ['nothing set', {}, PRODUCTION],
    ['empty values', { HEROKU_HOST: '', HEROKU_DATA_HOST: ' ', HEROKU_GIT_HOST: '' }, PRODUCTION],
    ['the default spelled out', { HEROKU_HOST: 'heroku.com' }, PRODUCTION],
    ['upper case', { HEROKU_HOST: 'Heroku.COM' }, PRODUCTION],
    ['a line break at the end', { HEROKU_HOST: 'heroku.com\n' }, PRODUCTION],
    ['the API as URL', { HEROKU_HOST: 'https://api.heroku.com' }, PRODUCTION],
    ['the API as URL with a slash', { HEROKU_HOST: 'https://api.heroku.com/' }, PRODUCTION],
    ['the domain as URL', { HEROKU_HOST: 'https://heroku.com' }, PRODUCTION],
    ['the default port', { HEROKU_HOST: 'https://api.heroku.com:443' }, PRODUCTION],
    [
      'a staging domain',
      { HEROKU_HOST: 'staging.herokudev.com' },
      { ...PRODUCTION, api: 'https://api.staging.herokudev.com', git: 'https://git.staging.herokudev.com' },
    ],
    [
      "a staging API's URL",
      { HEROKU_HOST: 'https://api.staging.herokudev.com' },
      { ...PRODUCTION, api: 'https://api.staging.herokudev.com', git: 'https://git.staging.herokudev.com' },
    ],
    ['a loopback URL, which all follow', { HEROKU_HOST: LOCAL }, local],
    ['a slash at the end', { HEROKU_HOST: `${LOCAL}/` }, local],
    ['localhost', { HEROKU_HOST: 'http://localhost:5055' }, everywhere('http://localhost:5055')],
    ['https on loopback', { HEROKU_HOST: 'https://localhost:5058' }, everywhere('https://localhost:5058')],
    ['IPv6 loopback', { HEROKU_HOST: 'http://[::1]:5055' }, everywhere('http://[::1]:5055')],
    ['another address of 127/8', { HEROKU_HOST: 'http://127.0.0.2:80' }, everywhere('http://127.0.0.2')],
    [
      "the CLI's data host inherits scheme and port",
      { HEROKU_HOST: LOCAL, HEROKU_DATA_HOST: '127.0.0.1' },
      local,
    ],
    [
      "the CLI's data host without a URL to inherit from",
      { HEROKU_DATA_HOST: 'api.data.herokai.com' },
      { ...PRODUCTION, data: 'https://api.data.herokai.com' },
    ],
    [
      'a data host as URL',
      { HEROKU_HOST: LOCAL, HEROKU_DATA_HOST: 'http://localhost:6000' },
      { ...local, data: 'http://localhost:6000' },
    ],
    [
      "the CLI's git host means https",
      { HEROKU_HOST: LOCAL, HEROKU_GIT_HOST: '127.0.0.1:5056' },
      { ...local, git: 'https://127.0.0.1:5056' },
    ],
    [
      'a git host as URL',
      { HEROKU_HOST: LOCAL, HEROKU_GIT_HOST: 'http://127.0.0.1:5057' },
      { ...local, git: 'http://127.0.0.1:5057' },
    ],
    [
      "Heroku's git beside a local API is not all Heroku's",
      { HEROKU_HOST: LOCAL, HEROKU_GIT_HOST: 'git.heroku.com' },
      { ...local, git: 'https://git.heroku.com' },
    ],
    [
      'a local git beside the real API',
      { HEROKU_GIT_HOST: 'https://localhost:5057' },
      { ...PRODUCTION, git: 'https://localhost:5057', isHeroku: false },
    ],
    [
      'an allowed host',
      { HEROKU_HOST: 'https://proxy.corp.example:8443', HEROKU_CD_ALLOW_HOST: 'proxy.corp.example' },
      everywhere('https://proxy.corp.example:8443'),
    ],
    [
      'one of several allowed hosts, with its port',
      {
        HEROKU_HOST: 'https://proxy.corp.example:8443',
        HEROKU_CD_ALLOW_HOST: 'a.example, Proxy.Corp.example:8443 ,',
      },
      everywhere('https://proxy.corp.example:8443'),
    ],
  ])('%s', (_name, environment, expected) => {
    expect(resolveHosts(environment)).toEqual(expected);
  });

  it.each(['evilheroku.com', 'heroku.com.evil.org', 'heroku.co', 'localhost', '127.0.0.1', '127.0.0.1:5055'])(
    'refuses the bare name %s as HEROKU_HOST',
    (value) => {
      expect(refusal({ HEROKU_HOST: value }).message).toContain('HEROKU_HOST');
    },
  );

  it.each([
    'https://evilheroku.com',
    'https://heroku.com.evil.org',
    'https://heroku.com.',
    'https://fake:5000',
    'https://0.0.0.0:5055',
    'http://host.docker.internal:5055',
    'http://localhost.evil.org:5055',
    'http://foo.localhost:5055',
    'http://127.0.0.1.evil.org',
    'http://[::ffff:127.0.0.1]:5055',
    'http://[fe80::1]:80',
    'https://10.0.0.1',
    'https://127.evil.org',
  ])('refuses the host of %s for all three', (value) => {
    for (const variable of ['HEROKU_HOST', 'HEROKU_DATA_HOST', 'HEROKU_GIT_HOST']) {
      expect(refusal({ [variable]: value }).message).toContain(`${variable} names`);
    }
  });

  it.each([
    'https://heroku.com@evil.org',
    'https://user:pass@127.0.0.1:5055',
    'https://api.heroku.com/v3',
    'https://api.heroku.com//',
    'https://api.heroku.com?x=1',
    'https://api.heroku.com#x',
    'https://api.heroku.com\\@evil.org',
    'https:/\\evil.org',
    'https://api.heroku.com\t.evil.org',
    'https://api.her oku.com',
    'https://%61pi.heroku.com',
    'https://api.heroku。com',
    'ftp://api.heroku.com',
    'file:///etc/passwd',
    'javascript://api.heroku.com',
    '//api.heroku.com',
    'http://127.0.0.1:0',
    'http://127.0.0.1:99999',
    'http://127.0.0.1:',
    'http://',
    'https://[::1',
    'https://api.heroku.com, https://evil.org',
    'heroku.com@evil.org',
    '$HEROKU_HOST',
    '-heroku.com',
    'x'.repeat(150),
  ])('refuses %s for all three', (value) => {
    for (const variable of ['HEROKU_HOST', 'HEROKU_DATA_HOST', 'HEROKU_GIT_HOST']) {
      expect(refusal({ [variable]: value }).message).toContain(variable);
    }
  });

  it('refuses a domain that has its api. already, and says why', () => {
    expect(refusal({ HEROKU_HOST: 'api.heroku.com' }).why).toContain('`api.`');
  });

  it('refuses a data host with a port and no scheme, which the official CLI cannot use', () => {
    expect(refusal({ HEROKU_HOST: LOCAL, HEROKU_DATA_HOST: '127.0.0.1:6000' }).why).toContain('URL form');
  });

  it('refuses plain http to anything but this machine, allowed or not', () => {
    expect(refusal({ HEROKU_HOST: 'http://api.heroku.com' }).message).toContain('plain http');
    expect(
      refusal({ HEROKU_HOST: 'http://corp.example', HEROKU_CD_ALLOW_HOST: 'corp.example' }).message,
    ).toContain('plain http');
  });

  it('allows a host by its exact name and port alone', () => {
    for (const allowed of ['example', '*.corp.example', 'corp.example', 'proxy.corp.example:1', 'evil.org']) {
      const environment = { HEROKU_HOST: 'https://proxy.corp.example:8443', HEROKU_CD_ALLOW_HOST: allowed };
      expect(refusal(environment).next).toContain('HEROKU_CD_ALLOW_HOST=proxy.corp.example');
    }
  });

  it('checks a data or git host that would inherit plain http', () => {
    expect(refusal({ HEROKU_HOST: LOCAL, HEROKU_DATA_HOST: 'api.data.heroku.com' }).message).toContain(
      'plain http',
    );
  });

  it('never shows credentials or control characters of a value', () => {
    const { message, next } = refusal({ HEROKU_HOST: 'https://me:hunter2@evil.org/\u001b[31m' });
    expect(`${message} ${next}`).not.toContain('hunter2');
    expect(`${message} ${next}`).not.toContain('\u001b');
  });
});

function everywhere(url: string): object {
  return { api: url, git: url, data: url, isHeroku: false };
}

function refusal(environment: Record<string, string>): Refusal {
  try {
    resolveHosts(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return error as Refusal;
  }
  throw new Error(`Accepted ${JSON.stringify(environment)}`);
}
