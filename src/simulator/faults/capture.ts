import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A whole answer that has not been sent. */
export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Keeps what is written to a response from being sent. Resolves when the answer is complete; the response can
 * be used as if nothing had been written then. Of a response that was broken off it keeps what would be in vain. Own properties, because express exchanges the prototype.
 */
export function captureAnswer(response: ServerResponse): Promise<Answer> {
  const chunks: Buffer[] = [];
  const own = response as unknown as Record<string, unknown>;
  const keep = (chunk: unknown, encoding: unknown) => {
    if (chunk === undefined || chunk === null || typeof chunk === 'function') return;
    chunks.push(
      Buffer.isBuffer(chunk)
        ? chunk
        : Buffer.from(chunk as string, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'),
    );
  };
  return new Promise((resolve) => {
    own['writeHead'] = (status: number, ...rest: unknown[]) => {
      if (response.headersSent) return response;
      response.statusCode = status;
      const fields = rest.find((value) => typeof value === 'object' && value !== null) ?? {};
      for (const [name, value] of Object.entries(fields as OutgoingHttpHeaders)) {
        if (value !== undefined) response.setHeader(name, value);
      }
      return response;
    };
    own['flushHeaders'] = () => undefined;
    own['write'] = (chunk: unknown, encoding: unknown) => {
      keep(chunk, encoding);
      return true;
    };
    own['end'] = (chunk: unknown, encoding: unknown) => {
      keep(chunk, encoding);
      for (const name of ['writeHead', 'flushHeaders', 'write', 'end']) delete own[name];
      resolve({
        status: response.statusCode,
        headers: { ...response.getHeaders() },
        body: Buffer.concat(chunks),
      });
      return response;
    };
  });
}
