const LOOPBACK_NAME = 'localhost';

/**
 * Whether a URL's host is this machine: `localhost`, 127.0.0.0/8 or `::1`, as the URL parser spells them.
 * Names below `localhost` and IPv4-mapped addresses do not count: a resolver may send them elsewhere.
 */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  return (
    hostname === LOOPBACK_NAME || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

/** Whether a URL may be talked to at all: https anywhere, plain http on this machine, no credentials in it. */
export function isSafeTransport(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

/** The URL where it can be parsed and is safe to talk to, else undefined. Never throws, never shows it. */
export function parseSafeUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return isSafeTransport(url) ? url : undefined;
}
