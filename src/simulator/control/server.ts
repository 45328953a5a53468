import express from 'express';
import type { ErrorRequestHandler, Express, Request, RequestHandler } from 'express';
import { PlatformError, forbidden, notFound } from '../platform/errors.ts';
import type { FaultRequest } from '../faults/fault.ts';
import type { Surface } from '../requests/surfaces.ts';
import {
  checkAccountChange,
  checkAction,
  checkNewAccount,
  checkNewApp,
  checkPermissions,
  checkQuery,
  checkSettings,
} from './schemas.ts';
import type { ControlApi } from './types.ts';

/** The control port: the control as JSON over HTTP, for other processes of this machine. */
export function createControlServer(control: ControlApi): Express {
  const server = express();
  server.disable('x-powered-by');
  server.use(localOnly, express.json({ type: () => true, limit: '1mb' }));
  server.get(
    '/state',
    answer(() => control.state()),
  );
  server.get(
    '/state/apps/:app',
    answer((request) => control.app(parameter(request, 'app'))),
  );
  server.get(
    '/requests',
    answer((request) => control.requests(filterOf(request))),
  );
  server.delete(
    '/requests',
    answer(() => control.clearRequests()),
  );
  server.get(
    '/faults',
    answer(() => control.faults()),
  );
  server.post(
    '/faults',
    answer((request) => control.addFault(request.body as FaultRequest), 201),
  );
  server.delete(
    '/faults',
    answer(() => control.clearFaults()),
  );
  server.delete(
    '/faults/:fault',
    answer((request) => control.removeFault(parameter(request, 'fault'))),
  );
  server.post(
    '/accounts',
    answer((request) => control.createAccount(checkNewAccount(request.body)), 201),
  );
  server.patch(
    '/accounts/:email',
    answer((request) => control.changeAccount(parameter(request, 'email'), checkAccountChange(request.body))),
  );
  server.post(
    '/apps',
    answer((request) => control.createApp(checkNewApp(request.body ?? {})), 201),
  );
  server.patch(
    '/apps/:app/settings',
    answer((request) => control.changeSettings(parameter(request, 'app'), checkSettings(request.body))),
  );
  server.put(
    '/apps/:app/collaborators/:email',
    answer((request) =>
      control.setPermissions(
        parameter(request, 'app'),
        parameter(request, 'email'),
        checkPermissions(request.body),
      ),
    ),
  );
  server.post(
    '/apps/:app/actions',
    answer((request) => control.act(parameter(request, 'app'), checkAction(request.body))),
  );
  server.post(
    '/apps/:app/query',
    answer((request) => {
      const { sql, values } = checkQuery(request.body);
      return control.query(parameter(request, 'app'), sql, values);
    }),
  );
  server.get(
    '/apps/:app/dump',
    answer(async (request) => {
      const { attachment } = request.query;
      const wanted = typeof attachment === 'string' ? attachment : undefined;
      return { sql: await control.dump(parameter(request, 'app'), wanted) };
    }),
  );
  server.use(() => {
    throw notFound('endpoint', 'The control port has no such endpoint.');
  });
  server.use(errorBody);
  return server;
}

/**
 * A page in a browser of this machine could send requests here under a name of its own that resolves to
 * loopback; its Host or Origin gives it away.
 */
const localOnly: RequestHandler = (request, _response, next) => {
  const { origin } = request.headers;
  if (isLocal(`http://${request.headers.host ?? ''}`) && (origin === undefined || isLocal(origin)))
    return next();
  throw forbidden('The control port serves this machine only: ask for 127.0.0.1 or localhost.');
};

function isLocal(url: string): boolean {
  return URL.canParse(url) && ['127.0.0.1', 'localhost'].includes(new URL(url).hostname);
}

const errorBody: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const { message } = error as Error;
  if (error instanceof PlatformError) response.status(error.status).json({ id: error.id, message });
  else if (error instanceof TypeError) response.status(422).json({ id: 'invalid_params', message });
  else response.status((error as { status?: number }).status ?? 500).json({ id: 'error', message });
};

function answer(handle: (request: Request) => unknown, status = 200): RequestHandler {
  return async (request, response) => {
    const body = await handle(request);
    response.status(status).json(body ?? {});
  };
}

function parameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

function filterOf({ query }: Request) {
  const text = (name: string) => (typeof query[name] === 'string' ? { [name]: query[name] } : {});
  return { ...text('surface'), ...text('method'), ...text('app') } as { surface?: Surface };
}
