import { setTimeout as sleep } from 'node:timers/promises';
import type { Slug } from '../parts.ts';
import { runBuildCommand } from './build-command.ts';
import { canceledLines, failureLines, openingLines, releasedLines, slugLines } from './build-output.ts';
import type { Changes } from './changes.ts';
import { deferred } from './deferred.ts';
import { conflict, notFound } from './errors.ts';
import { folderSize } from './folder-size.ts';
import { newId } from './ids.ts';
import type { Account, App, Build, SlugRecord, SourceBlob } from './model.ts';
import { OutputStream } from './output-stream.ts';
import type { Releases } from './releases.ts';

/** What to build, and who is told about it besides the build's own output stream. */
export interface BuildRequest {
  readonly account: Account;
  readonly sourceBlob: SourceBlob;
  readonly buildpacks?: Build['buildpacks'];
  /** Makes the slug; an error's message becomes the build's output. */
  readonly unpack: (slugId: string) => Promise<Slug>;
  readonly onLine?: (line: string) => void;
}

/** Turns sources into slugs and releases, one build per app at a time (Dev Center: slug compiler). */
export class Builds {
  readonly #closed = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly changes: Changes,
    private readonly releases: Releases,
    private readonly webUrl: (app: App) => string,
  ) {}

  /** @throws PlatformError 404. */
  get(app: App, id: string): Build {
    const found = app.builds.find((build) => build.id === id);
    if (!found) throw notFound('build');
    return found;
  }

  /** The build that is running. */
  pending(app: App): Build | undefined {
    return app.builds.find(({ status }) => status === 'pending');
  }

  /**
   * Begins a build and returns at once; {@link Build.finished} tells when it is over.
   * @throws PlatformError 409 while another build of the app is running.
   */
  start(app: App, request: BuildRequest): Build {
    if (this.pending(app)) {
      throw conflict(`Another build of ${app.name} is in progress. Wait for its end or cancel it.`);
    }
    const at = new Date();
    const { promise: finished, resolve } = deferred();
    const build: Build = {
      id: newId(),
      account: request.account,
      sourceBlob: request.sourceBlob,
      buildpacks: request.buildpacks ?? null,
      stack: app.buildStack,
      output: new OutputStream(),
      status: 'pending',
      slug: null,
      release: null,
      createdAt: at,
      updatedAt: at,
      cancellation: new AbortController(),
      finished,
    };
    build.output.start();
    app.builds.push(build);
    app.log.append('app', 'api', `Build started by user ${request.account.email}`);
    this.changes.notify();
    const running = this.#run(app, build, request).finally(resolve);
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
    return build;
  }

  /** Ends a running build as `failed`: no slug, no release. A build that is over stays as it is. */
  async cancel(build: Build): Promise<void> {
    build.cancellation.abort();
    await build.finished;
  }

  /** Ends every build, and waits until none writes anything any more. */
  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all(this.#running);
  }

  async #run(app: App, build: Build, request: BuildRequest): Promise<void> {
    const say = (lines: readonly string[]) => {
      for (const line of lines) {
        build.output.writeLine(line);
        request.onLine?.(line);
      }
    };
    const signal = AbortSignal.any([build.cancellation.signal, this.#closed.signal]);
    try {
      say(openingLines(app));
      const slug = await this.#makeSlug(app, build, request, signal, say);
      signal.throwIfAborted();
      this.#succeed(app, build, slug, say);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say(signal.aborted ? canceledLines() : [` !     ${reason}`, ...failureLines()]);
      this.#end(app, build, 'failed');
    }
  }

  async #makeSlug(
    app: App,
    build: Build,
    request: BuildRequest,
    signal: AbortSignal,
    say: (lines: readonly string[]) => void,
  ): Promise<SlugRecord> {
    const { buildCommand, buildMs, buildOutput, buildResult } = app.settings;
    const id = newId();
    const { directory, processTypes } = await request.unpack(id);
    if (buildCommand !== '') {
      say([`-----> Running ${buildCommand}`]);
      const onLine = (line: string): void => say([`       ${line}`]);
      await runBuildCommand({ command: buildCommand, directory, configVars: app.configVars, onLine, signal });
    }
    say(buildOutput.map((line) => `       ${line}`));
    if (buildMs > 0) await sleep(buildMs, undefined, { signal, ref: false });
    if (buildResult === 'fail') throw new Error('The buildpack failed, as the settings of this app ask for.');
    return {
      id,
      directory,
      processTypes,
      commit: build.sourceBlob.version,
      size: await folderSize(directory),
      stack: app.buildStack,
      createdAt: new Date(),
    };
  }

  #succeed(app: App, build: Build, slug: SlugRecord, say: (lines: readonly string[]) => void): void {
    app.slugs.push(slug);
    build.slug = slug;
    say(slugLines(slug));
    const release = this.releases.deploy(app, build.account, slug, deployDescription(build));
    build.release = release;
    say(releasedLines(release.version, this.webUrl(app), release.output !== null));
    this.#end(app, build, 'succeeded');
  }

  #end(app: App, build: Build, status: 'succeeded' | 'failed'): void {
    app.log.append('app', 'api', `Build ${status}`);
    build.status = status;
    build.updatedAt = new Date();
    build.output.end();
    this.changes.notify();
  }
}

/** `Deploy <first eight characters of the version>`, as Heroku describes such releases. */
function deployDescription(build: Build): string {
  const { version } = build.sourceBlob;
  return version === null ? 'Deploy' : `Deploy ${version.slice(0, 8)}`;
}
