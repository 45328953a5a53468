import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Runs `git http-backend` as a CGI script on the repositories below `root`, and passes its answer on as it
 * comes; or only its first bytes, or none, and then closes the connection.
 */
export function runBackend(
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
  cut: { wholeAnswer?: boolean; afterBytes?: number } = {},
): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...serverEnvironment(),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_USER: 'test',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  let head = '';
  let body = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    if (cut.wholeAnswer) return;
    let rest = chunk;
    if (!response.headersSent) {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      writeHead(response, head.slice(0, end));
      rest = Buffer.from(head.slice(end + 4), 'latin1');
    }
    if (cut.afterBytes !== undefined) rest = rest.subarray(0, Math.max(0, cut.afterBytes - body));
    body += rest.length;
    if (rest.length > 0) response.write(rest);
  });
  child.on('close', () => {
    if (cut.wholeAnswer) request.socket.destroy();
    // What was written has to leave first, or the client sees nothing of it.
    else if (cut.afterBytes !== undefined)
      response.write('', () => setImmediate(() => request.socket.destroy()));
    else response.end();
  });
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200;
  for (const line of head.split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.writeHead(status);
}

/** The server's git must not see what a test does to the client's configuration. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    LC_ALL: 'C',
  };
}
