import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessHost } from '../parts.ts';
import type { Changes } from './changes.ts';
import { dynoEnvironment } from './dyno-environment.ts';
import { newDyno } from './dynos.ts';
import { exitStatus } from './exit-status.ts';
import { defaultSize } from './formation.ts';
import type { App, Release } from './model.ts';

/** Runs release commands: the Procfile's `release`, before a release goes live (Dev Center: release phase). */
export class ReleasePhase {
  readonly #closed = new AbortController();

  constructor(
    private readonly host: ProcessHost,
    private readonly changes: Changes,
  ) {}

  /**
   * Runs the release's command as a dyno of its own, its output going to the release's stream. Resolves
   * with whether it exited with 0; never rejects.
   */
  async run(app: App, release: Release): Promise<boolean> {
    const command = release.slug?.processTypes['release'];
    if (!release.slug || command === undefined) return true;
    const dyno = newDyno(`release.${randomInt(1000, 9999)}`, 'release', defaultSize, command, release);
    try {
      await this.#pause(app.settings.releaseStartDelayMs, release);
      if (release.status !== 'pending') return false;
      app.dynos.push(dyno);
      release.output?.start();
      dyno.process = this.host.start({
        name: dyno.name,
        command,
        directory: release.slug.directory,
        environment: dynoEnvironment(app, release, dyno),
        onState: (state) => {
          dyno.state = state;
          dyno.updatedAt = new Date();
          this.changes.notify();
        },
        onLine: (line) => {
          release.output?.writeLine(line);
          app.log.append('app', dyno.name, line);
          this.changes.notify();
        },
      });
      // A release that was made to expire meanwhile: its command ends with it.
      void release.settled.then(() => dyno.process?.stop());
      const status = exitStatus(await dyno.process.exited);
      app.log.append('heroku', dyno.name, `Process exited with status ${status}`);
      return status === 0 && app.settings.releaseResult === 'as-command';
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      release.output?.writeLine(`The release command could not be started: ${reason}`);
      return false;
    } finally {
      if (app.dynos.includes(dyno)) app.dynos.splice(app.dynos.indexOf(dyno), 1);
      release.output?.end();
    }
  }

  close(): void {
    this.#closed.abort(new Error('The local Heroku is closing.'));
  }

  /** Waits for the time, or until the release is over without having begun. */
  async #pause(milliseconds: number, release: Release): Promise<void> {
    if (milliseconds <= 0) return;
    const over = new AbortController();
    const signal = AbortSignal.any([this.#closed.signal, over.signal]);
    try {
      await Promise.race([sleep(milliseconds, undefined, { signal, ref: false }), release.settled]);
    } finally {
      over.abort();
    }
  }
}
