import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessHost, ProcessState } from '../parts.ts';
import type { Changes } from './changes.ts';
import { dynoEnvironment } from './dyno-environment.ts';
import { notFound } from './errors.ts';
import { exitStatus } from './exit-status.ts';
import { newId } from './ids.ts';
import type { App, Dyno, FormationEntry, Release } from './model.ts';

/** Runs the apps' dynos as real processes and keeps them in line with formation and release. */
export class Dynos {
  readonly #boots = new WeakMap<Dyno, Promise<void>>();
  readonly #closed = new AbortController();

  constructor(
    private readonly host: ProcessHost,
    private readonly changes: Changes,
  ) {}

  /** What the API lists: everything but dynos that another one of the same name has replaced. */
  list(app: App): Dyno[] {
    return app.dynos.filter((dyno) => !dyno.replaced);
  }

  /** Finds a dyno by name, where the newest one counts, or by id. @throws PlatformError 404. */
  get(app: App, identity: string): Dyno {
    const found = this.list(app)
      .reverse()
      .find((dyno) => dyno.name === identity || dyno.id === identity);
    if (!found) throw notFound('dyno');
    return found;
  }

  /** Ports of the web dynos that take requests now. */
  webPorts(app: App): number[] {
    return this.list(app).flatMap(({ type, state, port }) =>
      type === 'web' && state === 'up' && port !== undefined ? [port] : [],
    );
  }

  /** Starts what the formation asks for, stops what it does not, and replaces dynos of another release or size. */
  reconcile(app: App): void {
    if (app.deleted) return;
    const wanted = new Map(wantedDynos(app).map((each) => [each.name, each.entry]));
    const preboot = app.features.some(({ name, enabled }) => name === 'preboot' && enabled);
    for (const dyno of this.#formationDynos(app)) {
      if (!wanted.has(dyno.name)) void this.#stop(app, dyno);
    }
    for (const [name, entry] of wanted) {
      const running = this.#formationDynos(app).filter((dyno) => dyno.name === name);
      if (running.some((dyno) => fits(app, entry, dyno))) continue;
      this.#replace(app, running, entry, name, preboot && entry.type === 'web');
    }
    this.changes.notify();
  }

  /** Restarts dynos of the formation: all, those of a type, or the one of a name or id. */
  restart(app: App, which: (dyno: Dyno) => boolean = () => true): void {
    // Under preboot two dynos may have one name, and one takes the place of both.
    const chosen = new Map(
      this.#formationDynos(app)
        .filter(which)
        .map((dyno) => [dyno.name, dyno]),
    );
    for (const [name, dyno] of chosen) {
      const entry = app.formation.find(({ type }) => type === dyno.type);
      if (entry) this.#replace(app, [dyno], entry, name, false);
    }
    this.changes.notify();
  }

  /** Stops dynos; one of the formation stays listed as `down` until the next release or restart. */
  stop(app: App, which: (dyno: Dyno) => boolean): void {
    for (const dyno of this.list(app).filter(which)) void this.#stop(app, dyno, isFormation(dyno));
  }

  /** Stops everything the app runs and waits for the end of its processes. */
  async stopAll(app: App): Promise<void> {
    await Promise.all(app.dynos.map((dyno) => this.#stop(app, dyno)));
  }

  /** No delay holds anything up any more; the processes themselves are the host's to end. */
  close(): void {
    this.#closed.abort();
  }

  #formationDynos(app: App): Dyno[] {
    return this.list(app).filter((dyno) => isFormation(dyno) && !dyno.stopping);
  }

  #replace(app: App, old: readonly Dyno[], entry: FormationEntry, name: string, preboot: boolean): void {
    const leaving = this.list(app).filter((dyno) => dyno.name === name);
    const next = this.#start(app, entry, name);
    for (const dyno of leaving) {
      if (preboot && old.includes(dyno)) void this.#stopAfter(app, dyno, next);
      else {
        dyno.replaced = true;
        void this.#stop(app, dyno);
      }
    }
  }

  #start(app: App, entry: FormationEntry, name: string): Dyno {
    const dyno = newDyno(name, entry.type, entry.size, entry.command, app.current);
    app.dynos.push(dyno);
    app.log.append('heroku', name, `Starting process with command \`${entry.command}\``);
    this.#boots.set(dyno, this.#boot(app, dyno));
    return dyno;
  }

  async #boot(app: App, dyno: Dyno): Promise<void> {
    try {
      if (dyno.type === 'web') dyno.port = await this.host.freePort();
      if (dyno.stopping || !dyno.release.slug) return;
      dyno.process = this.host.start({
        name: dyno.name,
        command: dyno.command,
        directory: dyno.release.slug.directory,
        environment: dynoEnvironment(app, dyno.release, dyno),
        startDelayMs: app.settings.startDelayMs,
        ...(dyno.port === undefined ? {} : { port: dyno.port }),
        onState: (state, exit) => {
          if (exit) app.log.append('heroku', dyno.name, `Process exited with status ${exitStatus(exit)}`);
          // Nobody wanted it gone: it did not boot in time.
          this.#setState(app, dyno, state === 'down' && !dyno.stopping ? 'crashed' : state);
        },
        onLine: (line) => {
          app.log.append('app', dyno.name, line);
          this.changes.notify();
        },
      });
      if (dyno.type === 'web') void this.#limitBoot(app, dyno);
    } catch (error) {
      app.log.append('heroku', dyno.name, `Error: ${error instanceof Error ? error.message : String(error)}`);
      this.#setState(app, dyno, 'crashed');
    }
  }

  async #limitBoot(app: App, dyno: Dyno): Promise<void> {
    const over = new AbortController();
    const settled = this.changes.until(() => (dyno.state === 'starting' ? undefined : true), over.signal);
    settled.then(
      () => over.abort(),
      () => undefined,
    );
    if (!(await this.#pause(app.settings.bootTimeoutMs, over.signal))) return;
    over.abort(new Error('boot time is over'));
    const seconds = app.settings.bootTimeoutMs / 1000;
    app.log.append(
      'heroku',
      dyno.name,
      `Error R10 (Boot timeout) -> Web process failed to bind to $PORT within ${seconds} seconds of launch`,
    );
    app.log.append('heroku', dyno.name, 'Stopping process with SIGKILL');
    await dyno.process?.stop(0);
  }

  #setState(app: App, dyno: Dyno, state: ProcessState): void {
    if (dyno.state === state) return;
    app.log.append('heroku', dyno.name, `State changed from ${dyno.state} to ${state}`);
    dyno.state = state;
    dyno.updatedAt = new Date();
    this.changes.notify();
    if (state === 'crashed' && !dyno.stopping) void this.#restartCrashed(app, dyno);
  }

  async #restartCrashed(app: App, dyno: Dyno): Promise<void> {
    const delay = app.settings.crashRestartMs;
    if (delay === null || !isFormation(dyno) || !(await this.#pause(delay))) return;
    if (!dyno.stopping && !dyno.replaced) this.restart(app, (other) => other === dyno);
  }

  /** Preboot: the old dyno serves until the new one has come up or failed, and then a while longer. */
  async #stopAfter(app: App, dyno: Dyno, next: Dyno): Promise<void> {
    await this.changes.until(() => (next.state === 'starting' && !next.stopping ? undefined : true));
    await this.#pause(app.settings.prebootOverlapMs);
    await this.#stop(app, dyno);
  }

  #stop(app: App, dyno: Dyno, keepListed = false): Promise<void> {
    dyno.stopping ??= dyno.oneOff?.stop() ?? this.#end(app, dyno, keepListed);
    return dyno.stopping;
  }

  async #end(app: App, dyno: Dyno, keepListed: boolean): Promise<void> {
    await this.#pause(app.settings.stopDelayMs);
    await this.#boots.get(dyno);
    app.log.append('heroku', dyno.name, 'Stopping all processes with SIGTERM');
    await dyno.process?.stop(app.settings.stopGraceMs);
    this.#setState(app, dyno, 'down');
    if (keepListed && wantedDynos(app).some(({ name }) => name === dyno.name)) dyno.stopping = undefined;
    else app.dynos.splice(app.dynos.indexOf(dyno), 1);
    this.changes.notify();
  }

  /** True after the time; false when it was cut short. */
  async #pause(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    if (milliseconds <= 0) return !this.#closed.signal.aborted;
    const signals = signal ? [this.#closed.signal, signal] : [this.#closed.signal];
    try {
      await sleep(milliseconds, undefined, { signal: AbortSignal.any(signals), ref: false });
      return true;
    } catch {
      // The only failure of a timer is that its signal was aborted.
      return false;
    }
  }
}

/** A dyno that has not been started. */
export function newDyno(name: string, type: string, size: string, command: string, release: Release): Dyno {
  const at = new Date();
  return {
    id: newId(),
    name,
    type,
    size,
    command,
    release,
    state: 'starting',
    createdAt: at,
    updatedAt: at,
    attachUrl: null,
    port: undefined,
    process: undefined,
    stopping: undefined,
    oneOff: undefined,
    replaced: false,
  };
}

/** One-off dynos, of whatever type, and those of the release phase are not of the formation. */
function isFormation(dyno: Dyno): boolean {
  return dyno.oneOff === undefined && dyno.type !== 'release';
}

function wantedDynos(app: App): { name: string; entry: FormationEntry }[] {
  if (!app.current.slug) return [];
  return app.formation.flatMap((entry) =>
    Array.from({ length: entry.quantity }, (_, index) => ({ name: `${entry.type}.${index + 1}`, entry })),
  );
}

function fits(app: App, entry: FormationEntry, dyno: Dyno): boolean {
  return dyno.release === app.current && dyno.size === entry.size && dyno.command === entry.command;
}
