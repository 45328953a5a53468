import type { IncomingMessage } from 'node:http';
import { ServerResponse } from 'node:http';

/**
 * A response that outlives its connection. Heroku goes on building, releasing and moving the ref when the
 * pusher goes away once the pack has arrived, so what serves the push must not learn that nobody listens any
 * more. Before the whole request has arrived it does learn it, by the response's `close`.
 */
export function detachedResponse(request: IncomingMessage, response: ServerResponse): ServerResponse {
  const detached = new ServerResponse(request);
  let finished = false;
  const listening = () => !response.destroyed && !response.writableEnded;
  const finish = () => {
    if (finished) return;
    finished = true;
    detached.emit('finish');
    detached.emit('close');
  };
  Object.defineProperties(detached, {
    writableFinished: { get: () => finished },
    headersSent: { get: () => response.headersSent },
  });
  detached.writeHead = ((status: number, fields: Record<string, string>) => {
    if (listening()) response.writeHead(status, fields);
    return detached;
  }) as ServerResponse['writeHead'];
  detached.write = ((chunk: Buffer) => {
    if (listening()) response.write(chunk);
    return true;
  }) as ServerResponse['write'];
  detached.end = ((chunk?: string | Buffer) => {
    if (listening()) response.end(chunk);
    finish();
    return detached;
  }) as ServerResponse['end'];
  detached.destroy = () => {
    response.destroy();
    finish();
    return detached;
  };
  response.once('close', () => {
    if (!response.writableFinished && !request.complete) detached.emit('close');
  });
  return detached;
}
