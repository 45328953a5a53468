import { Failure } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import {
  hasOneOffNumber,
  isOneOff,
  isOurCommand,
  processTypesOf,
  readRunning,
  type Seen,
  settleOneOffs,
} from './one-offs.ts';
import { switchPage } from './page.ts';
import { stopProcesses } from './processes.ts';
import { StartWatch } from './start-watch.ts';
import type { Window } from './window.ts';

const EVERY_MS = 45_000;

/** `stop`: what is found ends the work. `warn`: it cannot be ended, so it is said loudly and mended. */
type Mode = 'stop' | 'warn';

/**
 * Keeps a window as it was opened. An autoscaler or a person may bring a process type back; it is set to zero
 * once more, and the second time this is a failure, because somebody would go on doing it. Whatever else is
 * started meanwhile is told. There is one for the whole of a window.
 */
export class WindowGuard {
  readonly #window: Window;
  readonly #watch: StartWatch;
  readonly #returned = new Set<string>();
  readonly #told = new Set<string>();
  #pageMended = false;
  /** Whether the window's process types have been stopped: from then on a start of one is news. */
  #hasStopped = false;
  #wake = new AbortController();
  /** What was seen while the window was opened, until anything follows. */
  #looked: Seen | undefined;

  constructor(window: Window) {
    this.#window = window;
    this.#watch = new StartWatch(window.ports, window.settings['app-name'], (dyno) => this.#started(dyno));
  }

  get #app(): string {
    return this.#window.settings['app-name'];
  }

  /** Begins to follow the app's log. */
  open(): Promise<void> {
    return this.#watch.open();
  }

  close(): void {
    this.#watch.close();
  }

  /**
   * Sets process types to zero and sees their dynos gone. Gives what was read in the end, unless they came back.
   * @throws Failure when one of them has come back a second time.
   */
  async stop(types: readonly string[], mode: Mode = 'stop'): Promise<Seen | undefined> {
    const { back, ...seen } = await stopProcesses(this.#window, types);
    this.#hasStopped = true;
    if (back.length === 0) return seen;
    if (mode === 'stop') return this.#stopAgain(back, mode);
    this.#wake.abort();
    return undefined;
  }

  /**
   * Looks for the first time, at one-off dynos, after the page and the process types; `seen`: what was read a moment
   * ago, the page included.
   * @throws Failure where one-off dynos do not end.
   */
  async begin(seen: Seen | undefined): Promise<void> {
    const waited = await this.settle(seen);
    this.#looked = waited ? undefined : seen;
  }

  /**
   * Looks once, and sees that no one-off dyno works on, as `running-one-offs` says: for right before what
   * must have the database for itself. Gives what it saw, unless that is stale.
   * @throws Failure when a type has come back a second time, the page was taken off by somebody, or a one-off
   * dyno does not end.
   */
  async check(): Promise<Seen | undefined> {
    const seen = await this.#look('stop');
    if (this.#window.settings['running-one-offs'] === 'ignore') return seen;
    return (await this.settle(seen)) ? undefined : seen;
  }

  /** The same for what follows the opening of the window at once: what was seen then is not asked for again. */
  async checkAtFirst(): Promise<void> {
    if (this.#looked === undefined) await this.check();
  }

  /**
   * Deals with one-off dynos as `running-one-offs` says, and tells whether they had to be waited for.
   * @throws Failure where they do not end.
   */
  async settle(seen?: Seen): Promise<boolean> {
    const { left, waited } = await settleOneOffs(this.#window, seen);
    for (const name of left) this.#told.add(name);
    return waited;
  }

  /**
   * Runs `work` and looks every 45 seconds meanwhile, and whenever the log tells of a start. Before the
   * migration a failed look stops the work; during it, it can only be a loud warning.
   */
  async during<T>(work: (signal: AbortSignal) => Promise<T>, mode: Mode): Promise<T> {
    const { signal } = this.#window.ports;
    this.#looked = undefined;
    const done = new AbortController();
    const stopped = new AbortController();
    const watching = this.#keepLooking(mode, done.signal, (reason) => stopped.abort(reason));
    try {
      return await work(AbortSignal.any([signal, stopped.signal]));
    } catch (error) {
      throw stopped.signal.aborted ? stopped.signal.reason : error;
    } finally {
      done.abort();
      await watching;
    }
  }

  async #keepLooking(mode: Mode, done: AbortSignal, stop: (reason: Failure) => void): Promise<void> {
    const { clock, log, signal } = this.#window.ports;
    while (!done.aborted) {
      const due = AbortSignal.any([done, this.#wake.signal]);
      await clock.sleep(EVERY_MS, due).catch(() => undefined); // Over, or something was started.
      this.#wake = new AbortController();
      if (done.aborted || signal.aborted) return;
      try {
        await this.#look(mode);
      } catch (error) {
        if (done.aborted || signal.aborted) return;
        if (mode === 'stop' && error instanceof Failure) return stop(error);
        log.warn(messageOf(error));
      }
    }
  }

  /** The log tells of a start: of a stopped type, or of a one-off dyno. */
  #started(dyno: string): void {
    const { set, status } = this.#window.journal.current;
    const isStopped = this.#hasStopped && set.stopped.some((type) => dyno.startsWith(`${type}.`));
    const isOneOff = status === 'open' && hasOneOffNumber(dyno) && !dyno.startsWith('release.');
    if (!isStopped && !isOneOff) return;
    this.#tell(dyno);
    this.#wake.abort();
  }

  #tell(dyno: string): void {
    if (this.#told.has(dyno)) return;
    this.#told.add(dyno);
    this.#window.ports.log.warn(`${dyno} was started on ${this.#app} while the window is open.`);
  }

  /** Gives what it saw, where there was nothing to mend. */
  async #look(wanted: Mode): Promise<Seen | undefined> {
    const { ports, journal } = this.#window;
    const { heroku } = ports;
    const { found, set } = journal.current;
    const [{ maintenance }, seen] = await Promise.all([
      heroku.app(this.#app),
      readRunning(heroku, this.#app),
    ]);
    const isOff = !maintenance && (found.maintenance || set.maintenance);
    const back = this.#typesBack(seen);
    if (isOff || back.length > 0) {
      const mode = await this.#modeNow(wanted);
      if (isOff) await this.#mendPage(mode);
      if (back.length > 0) await this.#stopAgain(back, mode);
    }
    const mended = await this.#mendOneOffs(seen);
    return isOff || back.length > 0 || mended ? undefined : seen;
  }

  /** A release that is pending runs its release phase, which is a migration and cannot be stopped. */
  async #modeNow(wanted: Mode): Promise<Mode> {
    if (wanted === 'warn') return wanted;
    const [newest] = await this.#window.ports.heroku.releases(this.#app, { max: 1 });
    return newest?.status === 'pending' ? 'warn' : wanted;
  }

  async #mendPage(mode: Mode): Promise<void> {
    const { settings, journal, ports, budget } = this.#window;
    const app = this.#app;
    const { set } = journal.current;
    const what = `Somebody switched the maintenance page of ${app} off while the window was open.`;
    if (mode === 'stop') {
      throw new Failure({
        what,
        next: `See \`heroku releases -a ${app}\` and the app's activity for who it was, and run the job again.`,
      });
    }
    const mend = set.maintenance && !this.#pageMended;
    ports.log.warn(
      `${what} The database is being migrated. ${mend ? 'Switching it on again.' : 'It is left off.'}`,
    );
    if (!mend) return;
    this.#pageMended = true;
    const limit = budget.limit({ ms: settings['scale-timeout'], parameter: 'scale-timeout' });
    await switchPage(ports.heroku, app, true, { clock: ports.clock, limit, signal: ports.signal });
  }

  #typesBack({ formation, dynos }: Seen): readonly string[] {
    const types = processTypesOf(this.#window, formation);
    return this.#window.journal.current.set.stopped.filter((type) => {
      const live = formation.find((one) => one.type === type);
      const runs = dynos.some(
        (dyno) => dyno.type === type && dyno.state !== 'down' && !isOneOff(dyno, types),
      );
      return live !== undefined && (live.quantity > 0 || runs);
    });
  }

  async #stopAgain(back: readonly string[], mode: Mode): Promise<Seen | undefined> {
    const again = back.filter((type) => this.#returned.has(type));
    if (again.length > 0 && mode === 'stop') {
      throw new Failure({
        what: `${again.join(', ')} came back to life on ${this.#app} a second time while the window was open.`,
        why: 'An autoscaler, a scheduler or a person scales it up again and again.',
        next: 'Switch the autoscaler off for the deployment, and run the job again.',
      });
    }
    for (const type of back) this.#returned.add(type);
    this.#window.ports.log.warn(`${back.join(', ')} came back while the window is open; stopping again.`);
    return this.stop(back, mode);
  }

  /** Tells of one-off dynos, and stops them where that is wanted: gives whether it did. */
  async #mendOneOffs({ formation, dynos }: Seen): Promise<boolean> {
    const { ports, settings } = this.#window;
    let stopped = false;
    const types = processTypesOf(this.#window, formation);
    for (const dyno of dynos) {
      if (dyno.state === 'down' || !isOneOff(dyno, types) || isOurCommand(dyno.command)) continue;
      this.#tell(dyno.name);
      if (settings['running-one-offs'] !== 'stop') continue;
      ports.log.warn(`Stopping ${dyno.name} (\`running-one-offs: stop\`).`);
      await ports.heroku.stopDyno(this.#app, dyno.name);
      stopped = true;
    }
    return stopped;
  }
}
