import { request as requestByHttp, type Agent, type IncomingMessage } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { NetworkFault } from './network-fault.ts';

/** A request whose body, if it has one, is a text. */
export interface TextRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface TextAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * Sends a request and reads its answer, decompressed, to the end. The answer must not be larger than `largest` bytes,
 * neither as it came nor decompressed. Follows no redirect.
 * @throws NetworkFault where it is too large; otherwise what Node.js made of the fault.
 */
export function exchangeText(
  request: TextRequest,
  { agent, signal, largest }: { agent: Agent; signal: AbortSignal; largest: number },
): Promise<TextAnswer> {
  return new Promise((resolve, reject) => {
    const { url, method, body } = request;
    const headers = { 'Accept-Encoding': 'gzip, deflate, br', ...request.headers };
    const send = url.protocol === 'https:' ? requestByHttps : requestByHttp;
    const outgoing = send(url, { method, headers, agent });
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', abort);
      reject(error);
      outgoing.destroy();
    };
    const abort = (): void => fail(new NetworkFault('aborted'));
    signal.addEventListener('abort', abort);
    // For good: it may be destroyed when all is over, and an error that nobody listens to would end the process.
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      incoming.on('error', fail);
      incoming.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > largest) fail(new NetworkFault('too-large'));
        else parts.push(part);
      });
      incoming.on('end', () => {
        if (!incoming.complete) return fail(new NetworkFault('broken'));
        try {
          const text = textOf(decompressed(incoming, Buffer.concat(parts), largest));
          signal.removeEventListener('abort', abort);
          resolve({ status: incoming.statusCode ?? 0, text, headers: incoming.headers });
        } catch (error) {
          fail(error as Error);
        }
      });
    });
    outgoing.end(body);
  });
}

function decompressed({ headers }: IncomingMessage, bytes: Buffer, largest: number): Buffer {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || bytes.length === 0) return bytes;
  // One that breaks off gives what there is of it, as browsers have it: whoever reads it will find it wanting.
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: largest };
  try {
    switch (encoding) {
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, options);
      case 'deflate':
      case 'x-deflate':
        // Some servers leave out its header, by which it is known (RFC 9110, section 8.4.1.2).
        return ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
      case 'br':
        return brotliDecompressSync(bytes, { maxOutputLength: largest });
      default:
        return bytes;
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? new NetworkFault('too-large')
      : error;
  }
}

/** UTF-8, without the mark that it may begin with. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
