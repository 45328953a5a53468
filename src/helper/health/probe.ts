import { Cutoff } from '../heroku/cutoff.ts';
import { type NetworkFault, networkFaultOf } from '../heroku/network-fault.ts';
import { Wire } from '../heroku/wire.ts';
import type { Clock } from '../ports/clock.ts';
import { VERSION } from '../version.ts';
import type { HealthCheck } from './target.ts';

/** What one request came to. */
export interface Answer {
  readonly accepted: boolean;
  /** Goes on after the URL: "answered 200". Holds nothing that the server wrote. */
  readonly what: string;
}

const LARGEST_BODY = 1024 * 1024;
const HEADERS = { 'user-agent': `heroku-cd/${VERSION}`, accept: '*/*', 'accept-encoding': 'identity' };

/**
 * Asks once, over a connection of its own: a kept one may lead to a dyno that is being stopped. Follows no
 * redirect, because 3xx are statuses to accept or not, and sends no credentials. `ms`: for the whole answer.
 * @throws the signal's reason.
 */
export async function probe(
  { url, accepts, text }: HealthCheck,
  { clock, signal, ms }: { clock: Clock; signal: AbortSignal; ms: number },
): Promise<Answer> {
  const over = new AbortController();
  const late = new AbortController();
  // Rejected only by the answer's end.
  clock.sleep(ms, over.signal).then(
    () => late.abort(),
    () => undefined,
  );
  const cutoff = new Cutoff({ signals: [late.signal, signal] });
  let began = '';
  try {
    const request = { method: 'GET', url, headers: HEADERS, ownConnection: true };
    const { status, body } = await new Wire().open(request, cutoff);
    began = `answered ${status}`;
    if (!accepts(status)) return { accepted: false, what: began };
    const missing = text === '' ? undefined : await missingIn(body, text);
    return { accepted: missing === undefined, what: `${began}${missing ?? ''}` };
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) {
      return {
        accepted: false,
        what: began === '' ? 'gave no answer in time' : `${began}, and no end in time`,
      };
    }
    const fault = describeFault(networkFaultOf(error));
    return { accepted: false, what: began === '' ? fault : `${began}, and ${fault}` };
  } finally {
    over.abort();
    cutoff.cut();
  }
}

/** Undefined where the text is in the body, however it is cut into pieces. */
async function missingIn(body: AsyncIterable<Uint8Array>, text: string): Promise<string | undefined> {
  const wanted = Buffer.from(text);
  let rest = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of body) {
    rest = Buffer.concat([rest, chunk]);
    if (rest.includes(wanted)) return undefined;
    bytes += chunk.byteLength;
    if (bytes >= LARGEST_BODY) return ', without the text in the first megabyte';
    rest = rest.subarray(Math.max(0, rest.length - wanted.length + 1));
  }
  return ', without the text';
}

function describeFault({ kind, code }: NetworkFault): string {
  const shown = code === undefined ? '' : ` (${code})`;
  if (kind === 'untrusted') return `has a certificate that is not trusted${shown}`;
  if (code !== undefined && /^(?:ENOTFOUND$|EAI_)/.test(code)) return `has a name that leads nowhere${shown}`;
  if (code === 'ECONNREFUSED') return `refused the connection${shown}`;
  if (kind === 'unreachable') return `could not be reached${shown}`;
  if (code !== undefined && /^(?:EPROTO$|ERR_SSL_)/.test(code)) return `speaks no TLS that fits${shown}`;
  if (code?.startsWith('HPE_')) return `gave an answer that is not HTTP${shown}`;
  return `broke the connection${shown}`;
}
