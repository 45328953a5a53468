import type { Request, Response } from 'express';
import type { LogLine } from '../platform/app-log.ts';
import { formatLogLine } from '../platform/app-log.ts';
import { invalidParams } from '../platform/errors.ts';
import type { LogFilter, LogSession } from '../platform/log-sessions.ts';
import { historyOf, isWanted } from '../platform/log-sessions.ts';
import type { Platform } from '../platform/platform.ts';
import type { Family, Routes } from './context.ts';
import { appOf, bodyOf, endpoint, pathParameter, textField, timestamp } from './context.ts';

/** Logplex keeps no more (Dev Center: logging). */
const mostLines = 1500;

/** Log sessions: the permission to read an app's log for a while, without credentials. */
export const logSessionsFamily: Family = (routes, platform) => {
  routes.post(
    '/apps/:app/log-sessions',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view', 'read');
      const session = platform.logSessions.create(app, parseFilter(bodyOf(request)));
      const at = timestamp(session.createdAt);
      response
        .status(201)
        .json({ id: session.id, logplex_url: logUrl(platform, session), created_at: at, updated_at: at });
    }),
  );
};

/** Serves the logs: lines of text, or server-sent events for a client that asks for those. */
export function addLogs(routes: Routes, platform: Platform): void {
  routes.get(
    '/_logs/:session',
    endpoint((request, response) => {
      const session = platform.logSessions.find(pathParameter(request, 'session'), request.query['token']);
      if (session) send(request, response, session);
      else response.status(404).type('text/plain').send('Not Found\n');
    }),
  );
}

function logUrl(platform: Platform, { id, token, createdAt }: LogSession): string {
  return `${platform.addresses.api}/_logs/${id}?srv=${Math.floor(createdAt.getTime() / 1000)}&token=${token}`;
}

/** The schema names the dyno `dyno_name`; the Heroku CLI sends `dyno`, for process types too. */
function parseFilter(body: Record<string, unknown>): LogFilter {
  const { lines, tail } = body;
  const dyno = textField(body, 'dyno') ?? textField(body, 'dyno_name') ?? textField(body, 'type');
  const source = textField(body, 'source');
  if (lines !== undefined && lines !== null && !(Number.isInteger(lines) && Number(lines) >= 0)) {
    throw invalidParams('lines must be a number of lines.');
  }
  if (tail !== undefined && tail !== null && typeof tail !== 'boolean') {
    throw invalidParams('tail must be true or false.');
  }
  return {
    ...(dyno === undefined ? {} : { dyno }),
    ...(source === undefined ? {} : { source }),
    ...(typeof lines === 'number' ? { lines: Math.min(lines, mostLines) } : {}),
    tail: tail === true,
  };
}

function send(request: Request, response: Response, session: LogSession): void {
  const { app, filter } = session;
  const events = request.headers.accept?.includes('text/event-stream') === true;
  response.status(200).type(events ? 'text/event-stream' : 'text/plain');
  response.setHeader('Cache-Control', 'no-cache');
  response.flushHeaders();
  let last = 0;
  const write = (line: LogLine) => {
    const text = formatLogLine(line);
    response.write(events ? `id: ${++last}\n${asData(text)}\n` : `${text}\n`);
  };
  const withheld = new Set<NodeJS.Timeout>();
  const deliver = (line: LogLine) => {
    const wait = line.at.getTime() + app.settings.logDelayMs - Date.now();
    if (wait <= 0) return write(line);
    const timer = setTimeout(() => {
      withheld.delete(timer);
      write(line);
    }, wait);
    withheld.add(timer);
  };
  const old = Date.now() - app.settings.logDelayMs;
  const past = historyOf(session);
  if (filter.tail !== true) {
    past.filter(({ at }) => at.getTime() <= old).forEach(write);
    response.end();
    return;
  }
  past.forEach(deliver);
  const unfollow = app.log.follow((line) => {
    if (isWanted(filter, line)) deliver(line);
  });
  response.on('close', () => {
    unfollow();
    withheld.forEach(clearTimeout);
  });
}

/** The text of a server-sent event, each of its lines in a field of its own. */
function asData(text: string): string {
  return text.replace(/^.*$/gm, 'data: $&').concat('\n');
}
