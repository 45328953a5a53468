import type { GitAuthorization, GitPush, GitPushVerdict, SlugStore } from '../parts.ts';
import type { Accounts } from './accounts.ts';
import type { Apps } from './apps.ts';
import { permissionsOf } from './apps.ts';
import { skippedBranch } from './build-output.ts';
import type { Builds } from './builds.ts';
import { PlatformError } from './errors.ts';
import type { App, Build } from './model.ts';

const noCommit = /^0{40}$/;
const deployBranches = ['refs/heads/main', 'refs/heads/master'];

/** What the platform says to git: who may push, and what a push does. */
export class GitPushes {
  /** Times of the requests in the last hour, by app and account. */
  readonly #requests = new Map<string, number[]>();
  readonly #deploying = new Set<App>();

  constructor(
    private readonly accounts: Accounts,
    private readonly apps: Apps,
    private readonly builds: Builds,
    private readonly slugs: SlugStore,
    private readonly options: { readonly requestsPerHour: number; gitUrl(app: App): string },
  ) {}

  /** A key that is unknown is 401, an app that cannot be seen 404 (Dev Center: deploying with git). */
  authorize(request: { app: string; key: string | undefined; service: string }): GitAuthorization {
    const caller = request.key === undefined ? undefined : this.accounts.byKey(request.key);
    if (!caller) return 'unauthorized';
    const app = this.apps.find(request.app);
    const held = app ? permissionsOf(app, caller.account) : [];
    if (!app || !held.includes('view')) return 'not-found';
    const writes = request.service === 'git-receive-pack';
    if (writes && !held.includes('deploy')) return 'forbidden';
    return this.#spend(`${app.id} ${caller.account.id}`) ? 'ok' : 'rate-limited';
  }

  /**
   * Builds what was pushed to `main` or `master`. The build and the release go on when the pusher goes
   * away, and the ref moves when they are done.
   */
  async onPush(push: GitPush): Promise<GitPushVerdict> {
    if (!deployBranches.includes(push.ref)) {
      if (!noCommit.test(push.newCommit)) push.write(skippedBranch);
      return { accepted: true };
    }
    const app = this.apps.find(push.app);
    const caller = this.accounts.byKey(push.key);
    if (!app || !caller) return reject(push, 'Push rejected, the app or the account is gone.');
    // The ref moves only after the release phase: a second push until then would be built and could not move it.
    if (this.#deploying.has(app)) {
      return reject(push, `Push rejected, another deployment of ${app.name} is in progress.`);
    }
    this.#deploying.add(app);
    try {
      for (const line of ['Building source:', '']) push.write(line);
      const build = this.builds.start(app, {
        account: caller.account,
        sourceBlob: {
          url: this.options.gitUrl(app),
          version: push.newCommit,
          versionDescription: null,
          checksum: null,
        },
        unpack: (slugId) =>
          this.slugs.fromCommit({
            slugId,
            repository: push.repository,
            commit: push.newCommit,
            environment: push.environment,
          }),
        onLine: (line) => push.write(line),
      });
      return await report(push, app, build);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      return reject(push, `Push rejected, ${error.message}`);
    } finally {
      this.#deploying.delete(app);
    }
  }

  #spend(bucket: string): boolean {
    const now = Date.now();
    const recent = (this.#requests.get(bucket) ?? []).filter((at) => at > now - 3_600_000);
    this.#requests.set(bucket, recent);
    if (recent.length >= this.options.requestsPerHour) return false;
    recent.push(now);
    return true;
  }
}

/** Waits for the build and its release, telling the pusher; a failed release does not reject the push. */
async function report(push: GitPush, app: App, build: Build): Promise<GitPushVerdict> {
  await build.finished;
  if (build.status !== 'succeeded' || !build.release) {
    for (const line of ['', 'Verifying deploy...', '']) push.write(line);
    return reject(push, `Push rejected to ${app.name}.`);
  }
  push.write('Verifying deploy... done.');
  const { output, settled } = build.release;
  if (output) {
    push.write('Running release command....');
    push.write('');
    await followLines(output, (line) => push.write(line));
  }
  await settled;
  if (output)
    push.write(`Waiting for release.... ${build.release.status === 'succeeded' ? 'done' : 'failed'}.`);
  return { accepted: true };
}

function followLines(output: NonNullable<Build['output']>, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    // Each line is written whole, so no chunk ends within one.
    output.read(0, (bytes) => bytes.toString('utf8').split('\n').slice(0, -1).forEach(onLine), resolve);
  });
}

function reject(push: GitPush, message: string): GitPushVerdict {
  push.write(` !\t${message}`);
  return { accepted: false };
}
