import type { FaultBox } from '../faults/fault-box.ts';
import type { Fault, FaultRequest } from '../faults/fault.ts';
import { addCollaborator } from '../platform/collaborators.ts';
import { notFound } from '../platform/errors.ts';
import type { Account, AppSettings, Permission } from '../platform/model.ts';
import type { Platform } from '../platform/platform.ts';
import type { Row } from '../postgres/types.ts';
import type { RequestEntry, RequestLog } from '../requests/request-log.ts';
import { perform } from './actions.ts';
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
import { accountView, appView } from './views.ts';

/** What the control works on. */
export interface ControlParts {
  readonly platform: Platform;
  readonly faults: FaultBox;
  readonly requests: RequestLog;
  readonly defaultAccount: Account;
}

/** The control of a local Heroku in the same process. */
export class Control implements ControlApi {
  constructor(private readonly parts: ControlParts) {}

  async state(): Promise<HerokuView> {
    const { platform, faults } = this.parts;
    return {
      urls: { ...platform.addresses },
      accounts: platform.accounts.all.map(accountView),
      apps: await Promise.all(platform.apps.all.map((app) => appView(platform, app))),
      faults: [...faults.all],
    };
  }

  async app(name: string): Promise<AppView> {
    return appView(this.parts.platform, this.parts.platform.apps.get(name));
  }

  async until(name: string, isWanted: (app: AppView) => boolean, signal?: AbortSignal): Promise<AppView> {
    const { changes } = this.parts.platform;
    // Reading takes a while (git is asked), so a change during it must not be missed.
    let changed = true;
    const unsubscribe = changes.subscribe(() => {
      changed = true;
    });
    try {
      for (;;) {
        changed = false;
        const view = await this.app(name);
        if (isWanted(view)) return view;
        await changes.until(() => changed || undefined, signal);
      }
    } finally {
      unsubscribe();
    }
  }

  requests(filter: RequestFilter = {}): readonly RequestEntry[] {
    const { surface, method, app } = filter;
    return this.parts.requests.entries.filter(
      (entry) =>
        (surface === undefined || entry.surface === surface) &&
        (method === undefined || entry.method === method) &&
        (app === undefined || entry.app === app),
    );
  }

  clearRequests(): void {
    this.parts.requests.clear();
  }

  faults(): readonly Fault[] {
    return [...this.parts.faults.all];
  }

  addFault(fault: FaultRequest): Fault {
    return this.parts.faults.add(fault);
  }

  removeFault(id: string): void {
    if (!this.parts.faults.remove(id)) throw notFound('fault');
  }

  clearFaults(): void {
    this.parts.faults.clear();
  }

  createAccount(account: NewAccount): AccountView {
    return accountView(this.parts.platform.accounts.create(account));
  }

  changeAccount(email: string, change: AccountChange): AccountView {
    const account = this.#account(email);
    const { rate } = account;
    if (change.requestsLeft !== undefined) {
      Object.assign(rate, { remaining: change.requestsLeft, filledAt: Date.now() });
    }
    if (change.refillPerMinute !== undefined) rate.refillPerMinute = change.refillPerMinute;
    if (change.retryAfter !== undefined) rate.retryAfter = change.retryAfter ?? undefined;
    if (change.twoFactor !== undefined) account.twoFactor = change.twoFactor;
    for (const key of change.revokeKeys ?? []) {
      const found = account.keys.find((each) => each.key === key);
      if (!found) throw notFound('key', `${email} has no such key.`);
      found.revoked = true;
    }
    for (const key of change.addKeys ?? []) this.parts.platform.accounts.addKey(account, key);
    return accountView(account);
  }

  async createApp({ owner, ...options }: NewApp = {}): Promise<AppView> {
    const account = owner === undefined ? this.parts.defaultAccount : this.#account(owner);
    return await appView(this.parts.platform, await this.parts.platform.createApp(account, options));
  }

  async changeSettings(name: string, settings: Partial<AppSettings>): Promise<AppView> {
    Object.assign(this.parts.platform.apps.get(name).settings, settings);
    this.parts.platform.changes.notify();
    return this.app(name);
  }

  async setPermissions(name: string, email: string, permissions: readonly Permission[]): Promise<AppView> {
    const app = this.parts.platform.apps.get(name);
    const account = this.#account(email);
    if (permissions.length > 0) addCollaborator(app, account, permissions);
    else {
      const index = app.collaborators.findIndex((each) => each.account === account);
      if (index >= 0) app.collaborators.splice(index, 1);
    }
    return this.app(name);
  }

  async act(name: string, action: Action): Promise<AppView> {
    await perform(this.parts.platform, this.parts.platform.apps.get(name), action);
    return this.app(name);
  }

  async query(name: string, sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    return this.parts.platform.databases.query(this.parts.platform.apps.get(name), sql, values);
  }

  async dump(name: string, attachment?: string): Promise<string> {
    return this.parts.platform.databases.dumpText(this.parts.platform.apps.get(name), attachment);
  }

  #account(email: string): Account {
    const account = this.parts.platform.accounts.byEmail(email);
    if (!account) throw notFound('account', `There is no account ${email}.`);
    return account;
  }
}
