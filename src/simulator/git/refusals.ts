import type { ServerResponse } from 'node:http';
import type { GitAuthorization } from '../parts.ts';

/** An answer that is no git protocol. git shows the lines of a text/plain body as `remote: …`. */
export interface Refusal {
  readonly status: number;
  readonly lines: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="Git"' };

/** Heroku's words, as its users quote them; git adds its own, such as `fatal: Authentication failed for …`. */
export function refusalFor(
  authorization: Exclude<GitAuthorization, 'ok'>,
  request: { app: string; key: string | undefined },
): Refusal {
  switch (authorization) {
    case 'unauthorized':
      // git's first request never carries the key: this answer is the invitation to send it.
      if (request.key === undefined) return { status: 401, lines: [], headers: CHALLENGE };
      return {
        status: 401,
        headers: CHALLENGE,
        lines: [
          '!\tWARNING:',
          '!\tDo not authenticate with username and password using git.',
          '!\tRun `heroku login` to update your credentials, then retry the git command.',
          '!\tSee documentation for details: https://devcenter.heroku.com/articles/http-git#authentication',
        ],
      };
    case 'forbidden':
      return { status: 403, lines: [`!\tYou do not have permission to push to ${request.app}.`] };
    case 'not-found':
      return { status: 404, lines: [`!\tNo such app as ${request.app}.`] };
    case 'rate-limited':
      return {
        status: 429,
        lines: [
          '!\tYour account reached the API rate limit',
          '!\tPlease wait a few minutes before making new requests',
        ],
      };
  }
}

export const SMART_HTTP_ONLY: Refusal = {
  status: 403,
  lines: ["!\tOnly git's smart HTTP protocol is served here: git push, fetch, clone and ls-remote."],
};

export const CLOSING: Refusal = { status: 503, lines: ['!\tThe local Heroku is shutting down.'] };

export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  const body = refusal.lines.map((line) => `${line}\n`).join('');
  response.writeHead(refusal.status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-cache',
    ...refusal.headers,
  });
  response.end(body);
}
