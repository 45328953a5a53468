import { Failure } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import { stopProcesses } from './processes.ts';
import type { Window } from './window.ts';

const EVERY_MS = 45_000;

/**
 * Keeps what the window stopped stopped. An autoscaler or a person may bring a process type back; it is set
 * to zero once more, and the second time this is a failure, because somebody would go on doing it.
 */
export class WindowGuard {
  readonly #window: Window;
  readonly #returned = new Set<string>();

  constructor(window: Window) {
    this.#window = window;
  }

  /**
   * Looks once.
   * @throws Failure when a type has come back a second time, or the page was taken off by somebody.
   */
  async check(): Promise<void> {
    const { heroku, log } = this.#window.ports;
    const { journal, settings } = this.#window;
    const app = settings['app-name'];
    const { set } = journal.current;
    if (set.maintenance && !(await heroku.app(app)).maintenance) {
      throw new Failure({
        what: `Somebody switched the maintenance page of ${app} off while the window was open.`,
        next: `See \`heroku releases -a ${app}\` and the app's activity for who it was, and run the job again.`,
      });
    }
    const [formation, dynos] = await Promise.all([heroku.formation(app), heroku.dynos(app)]);
    const back = set.stopped.filter(
      (type) =>
        formation.some((one) => one.type === type && one.quantity > 0) ||
        dynos.some((dyno) => dyno.type === type && dyno.state !== 'down'),
    );
    if (back.length === 0) return;
    const again = back.filter((type) => this.#returned.has(type));
    if (again.length > 0) {
      throw new Failure({
        what: `${again.join(', ')} came back to life on ${app} a second time while the window was open.`,
        why: 'An autoscaler, a scheduler or a person scales it up again and again.',
        next: 'Switch the autoscaler off for the deployment, and run the job again.',
      });
    }
    for (const type of back) this.#returned.add(type);
    log.warn(`${back.join(', ')} came back while the window is open; stopping again.`);
    await stopProcesses(this.#window, back);
  }

  /**
   * Runs `work` and looks every 45 seconds meanwhile. Before the migration a failed look stops the work;
   * during it, it can only be a loud warning.
   */
  async during<T>(work: (signal: AbortSignal) => Promise<T>, mode: 'stop' | 'warn'): Promise<T> {
    const { clock, log, signal } = this.#window.ports;
    const done = new AbortController();
    const stopped = new AbortController();
    const watch = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(EVERY_MS, done.signal);
        try {
          await this.check();
        } catch (error) {
          if (done.signal.aborted) return;
          if (mode === 'stop') stopped.abort(error);
          else log.warn(messageOf(error));
        }
      }
    };
    const watching = watch().catch(() => undefined); // Ended by `done`; everything else is handled within.
    try {
      return await work(AbortSignal.any([signal, stopped.signal]));
    } catch (error) {
      throw stopped.signal.aborted ? stopped.signal.reason : error;
    } finally {
      done.abort();
      await watching;
    }
  }
}
