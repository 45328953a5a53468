import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { applyFault } from '../faults/apply.ts';
import type { FaultOutcome } from '../faults/apply.ts';
import type { FaultBox } from '../faults/fault-box.ts';
import type { GitServer, Router } from '../parts.ts';
import type { Accounts } from '../platform/accounts.ts';
import { keyOfHeader } from '../platform/accounts.ts';
import type { Changes } from '../platform/changes.ts';
import type { RequestLog } from '../requests/request-log.ts';
import type { HttpSurface } from '../requests/surfaces.ts';
import { surfaceOf } from '../requests/surfaces.ts';

/** What the front hands requests on to. */
export interface FrontParts {
  readonly accounts: Accounts;
  readonly log: RequestLog;
  /** Told when a request is over. */
  readonly changes: Changes;
  readonly faults: FaultBox;
  readonly git: GitServer;
  readonly router: Router;
  readonly api: RequestListener;
}

/** The way every request takes: into the log, past the faults, to whatever serves it. */
export function createFront(parts: FrontParts, only?: HttpSurface): RequestListener {
  return (request, response) => {
    const path = request.url ?? '/';
    const surface = only ?? surfaceOf(path);
    const key = keyOfHeader(request.headers.authorization);
    const caller = key === undefined ? undefined : parts.accounts.byKey(key);
    const started = performance.now();
    const entry = parts.log.begin(request, surface, caller?.account.email ?? null);
    const effect = parts.faults.take({
      surface,
      method: entry.method,
      path,
      authenticated: caller !== undefined,
    });
    entry.fault = effect?.kind ?? null;
    response.once('close', () => {
      entry.durationMs = Math.round(performance.now() - started);
      if (response.writableFinished)
        Object.assign(entry, { status: response.statusCode, outcome: 'answered' });
      else if (entry.outcome === 'open') entry.outcome = 'client-gone';
      parts.changes.notify();
    });
    const serve = () => dispatch(parts, surface, request, response);
    if (!effect) return serve();
    const onOutcome = (outcome: FaultOutcome) => {
      if (outcome) entry.outcome = outcome;
    };
    void applyFault(effect, { request, response, answersFirst: surface === 'git', serve, onOutcome });
  };
}

function dispatch(
  { git, router, api }: FrontParts,
  surface: HttpSurface,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (surface === 'router') return router.handle(request, response);
  if (surface === 'git' && git.handle(request, response)) return;
  api(request, response);
}
