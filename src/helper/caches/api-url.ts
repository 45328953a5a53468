import { Refusal } from '../errors.ts';
import { allowList } from '../heroku/hosts.ts';
import { isLoopback, parseSafeUrl } from '../heroku/transport.ts';

const DOMAIN = 'memcachier.com';
/** One cache's address in the API (MemCachier: Analytics API V2), with or without what is done to it. */
const CACHE_PATH = /^(\/api\/v2\/caches\/\d+)(?:\/(?:flush)?)?$/;

/**
 * The address of MemCachier's HTTP API: of one cache in it, as its documentation has it
 * (`https://analytics.memcachier.com/api/v2/caches/1234`), or of the server alone.
 * @throws Refusal for anything else: the cache's user name and password are sent there.
 */
export function checkApiUrl(
  variable: string,
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): URL {
  const url = parseSafeUrl(text);
  const refuse = (why: string): Refusal =>
    new Refusal({
      what: `${variable} holds what cannot be used.`,
      why,
      next: `Set it to \`https://analytics.memcachier.com/api/v2/caches/ID\`, ID being the cache's on its dashboard's Settings page, or unset it.`,
    });
  if (url === undefined) throw refuse('A URL with https and without a password in it is wanted.');
  const { hostname, host, pathname } = url;
  const isTheirs = hostname === DOMAIN || hostname.endsWith(`.${DOMAIN}`);
  if (
    !isTheirs &&
    !isLoopback(url) &&
    !allowList(environment).some((one) => one === hostname || one === host)
  ) {
    throw new Refusal({
      what: `${variable} names ${host}, which is neither MemCachier's nor this machine.`,
      why: "The cache's user name and password would be sent there.",
      next: `If that is what you want, set HEROKU_CD_ALLOW_HOST=${hostname} as well; otherwise unset ${variable}.`,
    });
  }
  const [, path] = CACHE_PATH.exec(pathname) ?? [];
  if ((path === undefined && pathname !== '/') || url.search !== '' || url.hash !== '') {
    throw refuse('Its path is none of `/api/v2/caches/ID`.');
  }
  return new URL(path ?? '/', url);
}
