import { randomInt } from 'node:crypto';
import type { ProcessHost } from '../../parts.ts';
import type { Changes } from '../changes.ts';
import { conflict } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Account, App, Dyno, SlugRecord } from '../model.ts';
import { OneOff } from './one-off.ts';
import type { OneOffRequest } from './one-off-request.ts';
import { checkOneOff } from './one-off-request.ts';

/** Dynos of an app that are remembered after their end. */
const remembered = 200;

/** Starts one-off dynos, and knows who may attach to which (Dev Center: one-off dynos). */
export class OneOffs {
  readonly #closed = new AbortController();
  readonly #byApp = new WeakMap<App, OneOff[]>();
  readonly #bySecret = new Map<string, { readonly app: App; readonly oneOff: OneOff }>();

  constructor(
    private readonly host: ProcessHost,
    private readonly changes: Changes,
    /** Base of the addresses for attaching, such as `rendezvous://127.0.0.1:5000`. */
    private readonly rendezvous: () => string,
  ) {}

  /** The app's one-off dynos, those that have ended too, the oldest first. */
  of(app: App): readonly OneOff[] {
    return this.#byApp.get(app) ?? [];
  }

  /**
   * Starts a command in a dyno of the current release.
   * @throws PlatformError 422 for an unusable request, 409 while there is no release with code.
   */
  create(app: App, account: Account, request: OneOffRequest): Dyno {
    const checked = checkOneOff(request);
    const release = app.current;
    if (!release.slug) {
      throw conflict(`${app.name} has no release yet that a one-off dyno could run. Deploy first.`);
    }
    const name = this.#freeName(app, checked.type);
    const parts = { host: this.host, changes: this.changes, closed: this.#closed.signal };
    const oneOff = new OneOff(parts, app, release as typeof release & { slug: SlugRecord }, checked, name);
    app.log.append(
      'app',
      'api',
      `Starting process with command \`${checked.command}\` by user ${account.email}`,
    );
    if (checked.attach) this.#expectClient(app, oneOff);
    this.#remember(app, oneOff);
    oneOff.start();
    return oneOff.dyno;
  }

  /** The dyno that a secret opens. It opens once. */
  claim(secret: string): { readonly app: App; readonly oneOff: OneOff } | undefined {
    const found = this.#bySecret.get(secret);
    this.#bySecret.delete(secret);
    return found;
  }

  /** Nothing waits any more; the processes themselves are the host's to end. */
  close(): void {
    this.#closed.abort();
    this.#bySecret.clear();
  }

  #expectClient(app: App, oneOff: OneOff): void {
    const secret = newId();
    oneOff.dyno.attachUrl = `${this.rendezvous()}/${secret}`;
    this.#bySecret.set(secret, { app, oneOff });
    void oneOff.ended.then(() => this.#bySecret.delete(secret));
  }

  #remember(app: App, oneOff: OneOff): void {
    const all = this.#byApp.get(app) ?? [];
    all.push(oneOff);
    if (all.length > remembered) {
      const oldest = all.findIndex(({ state }) => state === 'ended');
      if (oldest >= 0) all.splice(oldest, 1);
    }
    this.#byApp.set(app, all);
  }

  /** Four digits, as Heroku's one-off dynos have them: no dyno of the formation can be meant. */
  #freeName(app: App, type: string): string {
    for (;;) {
      const name = `${type}.${randomInt(1000, 10_000)}`;
      if (!this.of(app).some(({ dyno }) => dyno.name === name)) return name;
    }
  }
}
