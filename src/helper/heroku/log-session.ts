import type { LogFilter, LogStream } from '../ports/heroku.ts';
import { Api } from './api.ts';
import { Cutoff } from './cutoff.ts';
import { HerokuApiError } from './heroku-api-error.ts';
import { LineSplitter } from './lines.ts';
import { NetworkFault } from './network-fault.ts';
import { appPath } from './paths.ts';
import { logSessionShape } from './shapes.ts';
import { withoutKeepAlive } from './stream-position.ts';
import { parseSafeUrl } from './transport.ts';
import type { OpenAnswer } from './wire.ts';

/** Stands for the URL of the log, which is a secret. */
const PATH = '(log stream)';

/**
 * Opens a log session and follows it, the lines of the near past first. The session's URL is pre-signed
 * and of another host, so the API key is never sent to it, and the URL is never shown. Heroku gives up a
 * session about an hour after it was connected (Dev Center: Platform API Reference, log session).
 * @throws HerokuApiError when there is no session, or its log does not begin to come.
 */
export async function openLog(
  api: Api,
  app: string,
  filter: LogFilter,
  onLine: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<LogStream> {
  const signals = [api.options.signal, signal].filter((one) => one !== undefined);
  const session = await new Api({ ...api.options, signal: AbortSignal.any(signals) }, api).call({
    method: 'POST',
    path: appPath(app, 'log-sessions'),
    // The schema says `dyno_name`; `dyno` is what the official CLI sends, for a process type too.
    body: { ...filter, tail: true },
    answer: logSessionShape,
    variant: 'sdk',
    repeat: 'always',
  });
  api.options.log.addSecret(session.logplex_url);
  const url = parseSafeUrl(session.logplex_url);
  if (url === undefined) throw logError('Heroku named a place for the log that is not https.');

  const cutoff = new Cutoff({ signals });
  const answer = await connect(api, url, cutoff);
  const log = new LogText(answer.header('content-type'), onLine);
  const lines = new LineSplitter((line) => log.push(line));
  return { ended: follow(answer, lines, cutoff), close: () => cutoff.cut() };
}

async function connect(api: Api, url: URL, cutoff: Cutoff): Promise<OpenAnswer> {
  // Only the beginning has a limit: an app may have nothing to say for hours.
  const limit = setTimeout(() => cutoff.cut(), api.options.requestTimeoutMs);
  try {
    const headers = { Accept: 'text/event-stream', 'User-Agent': api.options.userAgent };
    const answer = await api.wire.open({ method: 'GET', url, headers }, cutoff);
    if (answer.status === 200 && (answer.header('content-encoding') ?? 'identity') === 'identity')
      return answer;
    cutoff.cut();
    throw logError(`The app's log answered ${answer.status}.`, answer.status);
  } catch (error) {
    if (!(error instanceof NetworkFault)) throw error;
    throw logError(
      error.code === undefined
        ? "The app's log did not begin to come."
        : `The app's log cannot be had (${error.code}).`,
    );
  } finally {
    clearTimeout(limit);
  }
}

/** Passes lines on until the stream ends, however it does: a log says nothing by ending. */
async function follow(answer: OpenAnswer, lines: LineSplitter, cutoff: Cutoff): Promise<void> {
  try {
    for await (const chunk of answer.body) lines.push(withoutKeepAlive(chunk));
    lines.end();
  } catch (error) {
    if (!(error instanceof NetworkFault)) throw error;
  } finally {
    cutoff.cut();
  }
}

/** As much of an event as is kept, in characters: Heroku splits longer lines of a log (Dev Center: Limits). */
const LONGEST_EVENT = 10_000;

/**
 * The lines of a log in the lines of its stream, which is plain text or server-sent events, as the server
 * likes. An event is one line of the log, of whatever lines its data consists: what a process prints in its
 * second line must not look like the platform's own word (WHATWG HTML: server-sent events).
 */
class LogText {
  readonly #onLine: (line: string) => void;
  #events: boolean | undefined;
  #data: string | undefined;

  constructor(contentType: string | undefined, onLine: (line: string) => void) {
    this.#events = contentType?.includes('event-stream') === true ? true : undefined;
    this.#onLine = onLine;
  }

  push(line: string): void {
    if (line === '' && this.#events === undefined) return;
    this.#events ??= !/^\d/.test(line);
    if (this.#events) for (const part of line.split('\r')) this.#field(part);
    else if (line !== '') this.#onLine(line);
  }

  #field(line: string): void {
    if (line === '') {
      const data = this.#data;
      this.#data = undefined;
      if (data !== undefined) this.#onLine(data);
      return;
    }
    const value = /^data(?:: ?(.*))?$/s.exec(line);
    if (value === null || (this.#data?.length ?? 0) > LONGEST_EVENT) return;
    this.#data = [...(this.#data === undefined ? [] : [this.#data]), value[1] ?? ''].join('\n');
  }
}

function logError(what: string, status?: number): HerokuApiError {
  return new HerokuApiError(
    'failed',
    { what },
    { method: 'GET', path: PATH, requestId: '', effect: 'none', ...(status === undefined ? {} : { status }) },
  );
}
