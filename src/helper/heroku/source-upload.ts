import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Failure } from '../errors.ts';
import type { Api } from './api.ts';
import { Cutoff } from './cutoff.ts';
import { HerokuApiError } from './heroku-api-error.ts';
import { NetworkFault } from './network-fault.ts';
import { FailedTry, retryAfterMs, withRetries } from './retry.ts';
import { sourceShape } from './shapes.ts';
import { parseSafeUrl } from './transport.ts';
import type { WireAnswer } from './wire.ts';

/** Stands for the signed URL, which is a secret. */
const PATH = '(source upload)';
const AGAIN = 'Run again; every upload gets a place of its own.';

/**
 * Asks for a place and uploads a .tar.gz there (Dev Center: Building and Releasing Using the Platform API).
 * The place is a signed URL of a storage service, which refuses an Authorization header, a Content-Type and
 * a chunked body: so it gets neither, and a Content-Length.
 * @returns the URL that a build can read the source from.
 * @throws Failure when the file is not what was said; HerokuApiError. Both URLs are kept out of both.
 */
export async function uploadSource(api: Api, tarball: { file: string; bytes: number }): Promise<string> {
  const { size } = await stat(tarball.file);
  if (size !== tarball.bytes) {
    throw new Failure({
      what: `The source archive has ${size} bytes and should have ${tarball.bytes}.`,
      why: 'It was changed after it had been written.',
      next: 'Run again.',
    });
  }
  const source = await api.call({ method: 'POST', path: '/sources', answer: sourceShape, repeat: 'always' });
  const { get_url: getUrl, put_url: putUrl } = source.source_blob;
  api.options.log.addSecret(getUrl);
  api.options.log.addSecret(putUrl);
  const target = parseSafeUrl(putUrl);
  if (target === undefined)
    throw uploadError({ what: 'Heroku named a place for the source that is not https.' });
  await withRetries(() => put(api, target, tarball), 'always', api.retries);
  return getUrl;
}

async function put(api: Api, url: URL, tarball: { file: string; bytes: number }): Promise<void> {
  const { signal, requestTimeoutMs, userAgent, clock } = api.options;
  signal?.throwIfAborted();
  // The limit is on standing still, not on the whole: an upload takes as long as the line is slow.
  const cutoff = new Cutoff({ ms: requestTimeoutMs, signals: [signal] });
  const file = createReadStream(tarball.file);
  let answer: WireAnswer;
  try {
    const headers = { 'Content-Length': String(tarball.bytes), 'User-Agent': userAgent };
    answer = await api.wire.exchange({ method: 'PUT', url, headers, body: watched(file, cutoff) }, cutoff);
  } catch (error) {
    if (!(error instanceof NetworkFault)) throw error;
    signal?.throwIfAborted();
    throw faultOf(error);
  } finally {
    file.destroy();
  }
  if (answer.status >= 200 && answer.status < 300) return;
  const { status } = answer;
  // Of the answer only the storage's error code: the rest repeats the signature.
  const code = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(answer.text.slice(0, 4096))?.[1];
  const what = `The storage for the source answered ${status}${code === undefined ? '' : ` (${code})`}.`;
  const afterMs = retryAfterMs(answer.header('retry-after'), answer.header('date'), clock.now());
  const repeat = status >= 500 || status === 429 || status === 408 ? 'unclear' : 'final';
  throw new FailedTry(uploadError({ what, status }), {
    brief: `The storage for the source answered ${status}`,
    repeat,
    afterMs,
  });
}

/** The file as a stream that says of every part that it has gone out. */
function watched(file: Readable, cutoff: Cutoff): Readable {
  return Readable.from(
    (async function* (): AsyncGenerator<unknown> {
      for await (const part of file) {
        cutoff.keepAlive();
        yield part;
      }
    })(),
    { objectMode: false },
  );
}

function faultOf(fault: NetworkFault): FailedTry {
  const brief =
    fault.kind === 'timed-out'
      ? 'The upload of the source stood still'
      : `The upload of the source broke off (${fault.code ?? fault.kind})`;
  return new FailedTry(uploadError({ what: `${brief}.` }), {
    brief,
    repeat: fault.kind === 'untrusted' || fault.kind === 'too-large' ? 'final' : 'unclear',
  });
}

function uploadError(parts: { what: string; status?: number }): HerokuApiError {
  const { what, status } = parts;
  return new HerokuApiError(
    'failed',
    { what, next: AGAIN },
    { method: 'PUT', path: PATH, requestId: '', effect: 'none', ...(status === undefined ? {} : { status }) },
  );
}
