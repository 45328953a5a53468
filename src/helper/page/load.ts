import { Cutoff } from '../heroku/cutoff.ts';
import { networkFaultOf } from '../heroku/network-fault.ts';
import { parseSafeUrl } from '../heroku/transport.ts';
import { Wire, type WireAnswer } from '../heroku/wire.ts';
import type { Clock } from '../ports/clock.ts';
import { VERSION } from '../version.ts';

/** A page as it came. */
export interface Loaded {
  /** Where it was in the end. */
  readonly url: URL;
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly html: string;
}

/** Visitors wait no longer either. */
const LIMIT_MS = 15_000;
const MOST_REDIRECTS = 5;
const HEADERS = { 'user-agent': `heroku-cd/${VERSION}`, accept: 'text/html' };

/**
 * Loads a page as a browser would, over redirects, without credentials. Gives what went wrong where it cannot be had.
 * @throws the signal's reason.
 */
export async function loadPage(
  address: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Loaded | string> {
  const over = new AbortController();
  const late = new AbortController();
  // Rejected only by the page's end.
  clock.sleep(LIMIT_MS, over.signal).then(
    () => late.abort(),
    () => undefined,
  );
  const wire = new Wire();
  try {
    let url = parseSafeUrl(address);
    if (url === undefined) return 'its address is not https';
    for (let redirects = 0; url !== undefined; redirects += 1) {
      const request = { method: 'GET', url, headers: HEADERS, ownConnection: true };
      const answer: WireAnswer = await wire.exchange(request, new Cutoff({ signals: [late.signal, signal] }));
      const { status, text: html } = answer;
      const location = answer.header('location');
      if (status < 300 || status >= 400 || location === undefined) {
        return { url, status, html, header: (name) => answer.header(name) };
      }
      if (redirects === MOST_REDIRECTS) return `it redirects more than ${MOST_REDIRECTS} times`;
      const next: URL | undefined = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
      // From the world back to this machine is no way that a visitor could go.
      const isDown: boolean = url.protocol === 'https:' && next?.protocol !== 'https:';
      url = next === undefined || isDown ? undefined : parseSafeUrl(next.href);
    }
    return 'it redirects to an address that is not https';
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) return `it was not there within ${LIMIT_MS / 1000} s`;
    const { kind, code } = networkFaultOf(error);
    const shown = code === undefined ? '' : ` (${code})`;
    if (kind === 'untrusted') return `its certificate is not trusted${shown}`;
    if (kind === 'too-large') return 'it is far too large';
    return `it could not be ${kind === 'unreachable' ? 'reached' : 'loaded'}${shown}`;
  } finally {
    over.abort();
    wire.close();
  }
}
