import { Refusal } from '../errors.ts';
import { isLoopback } from './transport.ts';

/** Where a run connects. Every value is an origin: scheme, host and port, without a slash at its end. */
export interface Hosts {
  /** The Platform API. */
  readonly api: string;
  /** `/<app>.git` goes behind it. */
  readonly git: string;
  /** Heroku Postgres and its backups. */
  readonly data: string;
  /** Whether all three are Heroku's own, so that a real app is at stake. */
  readonly isHeroku: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const HEROKU_DOMAINS = ['heroku.com', 'herokai.com', 'herokuspace.com', 'herokudev.com'];
const DEFAULT_DOMAIN = 'heroku.com';
const DEFAULT_DATA = 'https://api.data.heroku.com';
const URL_SHAPE = /^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?\/?$/i;
const NAME_SHAPE = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i;

/**
 * Reads `HEROKU_HOST`, `HEROKU_DATA_HOST` and `HEROKU_GIT_HOST`, the official Heroku CLI's own variables,
 * so that one environment points both at the same place. A URL may be given for each. Unlike the CLI,
 * which falls back to production with the real key, this refuses what it cannot use.
 * @throws Refusal that names the variable.
 */
export function resolveHosts(environment: Environment): Hosts {
  const allowed = allowList(environment);
  const check = (variable: string, url: URL): URL => checkHost(variable, url, allowed);
  const host = readVariable(environment, 'HEROKU_HOST');
  const dataHost = readVariable(environment, 'HEROKU_DATA_HOST');
  const gitHost = readVariable(environment, 'HEROKU_GIT_HOST');

  const base = resolveApi(host, check);
  const data = dataHost === undefined ? base.data : resolveData(dataHost, base.url, check);
  const git = gitHost === undefined ? base.git : resolveGit(gitHost, check);
  return {
    api: base.api.origin,
    git: git.origin,
    data: data.origin,
    isHeroku: [base.api, git, data].every(isHerokuUrl),
  };
}

interface Base {
  readonly api: URL;
  readonly git: URL;
  readonly data: URL;
  /** `HEROKU_HOST` where it is a URL other than Heroku's API: a bare data host takes over its scheme and port. */
  readonly url: URL | undefined;
}

function resolveApi(value: string | undefined, check: (variable: string, url: URL) => URL): Base {
  if (value === undefined) return baseOfDomain(DEFAULT_DOMAIN);
  if (!looksLikeUrl(value)) {
    const domain = value.toLowerCase();
    if (!NAME_SHAPE.test(domain) || !isHerokuName(domain)) {
      throw unusable('HEROKU_HOST', value, 'It is neither a URL nor a domain of Heroku.');
    }
    if (domain.startsWith('api.')) {
      throw unusable(
        'HEROKU_HOST',
        value,
        'A bare domain gets `api.` put before it, which this one has already.',
      );
    }
    return baseOfDomain(domain);
  }
  const url = check('HEROKU_HOST', parseUrl('HEROKU_HOST', value));
  const domain = url.port === '' ? domainOfApi(url.hostname) : undefined;
  return domain === undefined ? { api: url, git: url, data: url, url } : baseOfDomain(domain);
}

/** Heroku's git and data services are other hosts than its API, so they cannot follow the URL as it is. */
function domainOfApi(hostname: string): string | undefined {
  if (HEROKU_DOMAINS.includes(hostname)) return hostname;
  const domain = hostname.startsWith('api.') ? hostname.slice('api.'.length) : '';
  return isHerokuName(domain) ? domain : undefined;
}

function baseOfDomain(domain: string): Base {
  return {
    api: new URL(`https://api.${domain}`),
    git: new URL(`https://git.${domain}`),
    data: new URL(DEFAULT_DATA),
    url: undefined,
  };
}

/** A bare name takes over scheme and port of `HEROKU_HOST`, as the official CLI has it. */
function resolveData(value: string, base: URL | undefined, check: (variable: string, url: URL) => URL): URL {
  if (looksLikeUrl(value)) return check('HEROKU_DATA_HOST', parseUrl('HEROKU_DATA_HOST', value));
  if (!NAME_SHAPE.test(value)) {
    throw unusable(
      'HEROKU_DATA_HOST',
      value,
      'It is neither a URL nor a host name; a port needs the URL form.',
    );
  }
  const port = base?.port ? `:${base.port}` : '';
  const text = `${base?.protocol ?? 'https:'}//${value}${port}`;
  return check('HEROKU_DATA_HOST', parseUrl('HEROKU_DATA_HOST', text));
}

/** `host` and `host:port` mean https, as in the official CLI. */
function resolveGit(value: string, check: (variable: string, url: URL) => URL): URL {
  const text = looksLikeUrl(value) ? value : `https://${value}`;
  return check('HEROKU_GIT_HOST', parseUrl('HEROKU_GIT_HOST', text, value));
}

/** @throws Refusal unless the value is scheme, host and port alone: no credentials, path, query or escapes. */
function parseUrl(variable: string, text: string, shown = text): URL {
  if (!URL_SHAPE.test(text) || !URL.canParse(text)) {
    throw unusable(
      variable,
      shown,
      'A URL here is scheme, host and port alone, such as `http://127.0.0.1:5055`.',
    );
  }
  const url = new URL(text);
  if (url.port === '0') throw unusable(variable, shown, 'Port 0 cannot be connected to.');
  return url;
}

function checkHost(variable: string, url: URL, allowed: readonly string[]): URL {
  if (
    !isHerokuUrl(url) &&
    !isLoopback(url) &&
    !allowed.some((entry) => entry === url.hostname || entry === url.host)
  ) {
    throw new Refusal({
      what: `${variable} names ${url.host}, which is neither Heroku's nor this machine.`,
      why: 'The API key would be sent there.',
      next: `If that is what you want, set HEROKU_CD_ALLOW_HOST=${url.hostname} as well; otherwise unset ${variable}.`,
    });
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new Refusal({
      what: `${variable} names ${url.host} with plain http.`,
      why: 'The API key would cross the network unencrypted.',
      next: `Write https:// in ${variable}; plain http goes to this machine only.`,
    });
  }
  return url;
}

/** Hosts beside Heroku's own that credentials may be sent to, as `HEROKU_CD_ALLOW_HOST` names them. */
export function allowList(environment: Environment): readonly string[] {
  return (environment.HEROKU_CD_ALLOW_HOST ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
}

function readVariable(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

function looksLikeUrl(value: string): boolean {
  return value.includes('//');
}

function isHerokuName(hostname: string): boolean {
  return HEROKU_DOMAINS.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`));
}

function isHerokuUrl(url: URL): boolean {
  return isHerokuName(url.hostname);
}

function unusable(variable: string, value: string, why: string): Refusal {
  // A value with an @ may hold a password, and one with a control character would garble the log.
  const shown = /^[\w.:/[\]-]{1,100}$/.test(value) ? `is "${value}", which` : 'holds a value that';
  return new Refusal({
    what: `${variable} ${shown} cannot be used.`,
    why,
    next: `Set ${variable} to a URL such as http://127.0.0.1:5055 or to a domain such as heroku.com, or unset it.`,
  });
}
