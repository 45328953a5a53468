import type { Fault, FaultRequest } from '../faults/fault.ts';
import type { AppSettings, Permission } from '../platform/model.ts';
import type { Row } from '../postgres/types.ts';
import type { RequestEntry } from '../requests/request-log.ts';
import type {
  AccountChange,
  AccountView,
  Action,
  AppView,
  ControlApi,
  HerokuView,
  NewAccount,
  NewApp,
  RequestFilter,
} from './types.ts';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks while something is awaited from another process. */
const pollMs = 50;

/** The control of a local Heroku in another process, by its control port. Refusals are thrown as Errors. */
export class ControlClient implements ControlApi {
  /** @param url Base of the control port, such as `http://127.0.0.1:5056`. */
  constructor(private readonly url: string) {}

  state(): Promise<HerokuView> {
    return this.#send('GET', '/state');
  }

  app(name: string): Promise<AppView> {
    return this.#send('GET', `/state/apps/${encodeURIComponent(name)}`);
  }

  async until(name: string, isWanted: (app: AppView) => boolean, signal?: AbortSignal): Promise<AppView> {
    for (;;) {
      const view = await this.app(name);
      if (isWanted(view)) return view;
      await sleep(pollMs, undefined, signal ? { signal } : {});
    }
  }

  requests(filter: RequestFilter = {}): Promise<readonly RequestEntry[]> {
    return this.#send('GET', `/requests?${new URLSearchParams({ ...filter }).toString()}`);
  }

  clearRequests(): Promise<void> {
    return this.#send('DELETE', '/requests');
  }

  faults(): Promise<readonly Fault[]> {
    return this.#send('GET', '/faults');
  }

  addFault(fault: FaultRequest): Promise<Fault> {
    return this.#send('POST', '/faults', fault);
  }

  removeFault(id: string): Promise<void> {
    return this.#send('DELETE', `/faults/${encodeURIComponent(id)}`);
  }

  clearFaults(): Promise<void> {
    return this.#send('DELETE', '/faults');
  }

  createAccount(account: NewAccount): Promise<AccountView> {
    return this.#send('POST', '/accounts', account);
  }

  changeAccount(email: string, change: AccountChange): Promise<AccountView> {
    return this.#send('PATCH', `/accounts/${encodeURIComponent(email)}`, change);
  }

  createApp(app: NewApp = {}): Promise<AppView> {
    return this.#send('POST', '/apps', app);
  }

  changeSettings(name: string, settings: Partial<AppSettings>): Promise<AppView> {
    return this.#send('PATCH', `/apps/${encodeURIComponent(name)}/settings`, settings);
  }

  setPermissions(name: string, email: string, permissions: readonly Permission[]): Promise<AppView> {
    const path = `/apps/${encodeURIComponent(name)}/collaborators/${encodeURIComponent(email)}`;
    return this.#send('PUT', path, { permissions });
  }

  act(name: string, action: Action): Promise<AppView> {
    return this.#send('POST', `/apps/${encodeURIComponent(name)}/actions`, action);
  }

  query(name: string, sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    return this.#send('POST', `/apps/${encodeURIComponent(name)}/query`, { sql, values });
  }

  async dump(name: string, attachment?: string): Promise<string> {
    const query = new URLSearchParams(attachment === undefined ? {} : { attachment }).toString();
    const path = `/apps/${encodeURIComponent(name)}/dump?${query}`;
    return (await this.#send<{ sql: string }>('GET', path)).sql;
  }

  async #send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    const answer = (await response.json()) as T & { message?: string };
    if (!response.ok) throw new Error(answer.message ?? `The control port answered ${response.status}.`);
    return answer;
  }
}
