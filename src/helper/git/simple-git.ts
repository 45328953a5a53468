import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { inspect } from 'node:util';
import type { SimpleGit, SimpleGitFactory, SimpleGitOptions } from 'simple-git';

export interface PreparedGit {
  readonly directory: string;
  readonly binary: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Gets the process in the same turn in which it was started, before it can have written anything. */
  onSpawn(child: ChildProcess): void;
}

/**
 * simple-git guards programs that hand it other people's arguments and environment. Here every argument is
 * written by this folder or checked by it, and the environment is built by it, while the guard would drop
 * or refuse what jobs need, such as `GIT_SSH_COMMAND`: so each of its categories is allowed.
 */
const UNGUARDED = {
  allowAbbreviatedOptions: true,
  allowUnsafeAlias: true,
  allowUnsafeAskPass: true,
  allowUnsafeCommandBinaries: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeCustomBinary: true,
  allowUnsafeDiffExternal: true,
  allowUnsafeDiffTextConv: true,
  allowUnsafeEditor: true,
  allowUnsafeExec: true,
  allowUnsafeFilter: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeGitProxy: true,
  allowUnsafeGpgProgram: true,
  allowUnsafeHooksPath: true,
  allowUnsafeInclude: true,
  allowUnsafeMergeDriver: true,
  allowUnsafePack: true,
  allowUnsafePager: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
  allowUnsafeSubmodule: true,
  allowUnsafeTemplateDir: true,
  allowUnsafeUrlRewrite: true,
} satisfies Required<NonNullable<SimpleGitOptions['unsafe']>>;

/** One simple-git instance for one command; `raw` on it never rejects because of git's exit status. */
export async function prepareSimpleGit(prepared: PreparedGit): Promise<SimpleGit> {
  const simpleGit = await loadSimpleGit();
  const git = simpleGit({
    baseDir: prepared.directory,
    binary: prepared.binary,
    unsafe: UNGUARDED,
    allowEnvironment: Object.keys(prepared.environment),
    // By itself it takes a failure that wrote nothing to stderr for a success: the status is read by us.
    errors: () => undefined,
    // `exit` may come before the last output has been read.
    completion: { onClose: true, onExit: false },
  }).env(prepared.environment);
  addPlugins(git, prepared);
  return git;
}

/**
 * simple-git passes no more than `uid` and `gid` on to spawn, and ends git alone with SIGINT: git's children
 * (git-remote-https, pack-objects, ssh) live on, and may finish the push. So each command gets a process
 * group of its own, which can be ended as a whole, through the plugin list that simple-git's own options
 * use. It is not public: the exact version is pinned, and a simple-git without it is refused here.
 */
function addPlugins(git: SimpleGit, prepared: PreparedGit): void {
  const plugins = (git as unknown as { _plugins?: { add?(plugins: readonly object[]): void } })._plugins;
  if (typeof plugins?.add !== 'function') throw new Error('This version of simple-git has no plugin list.');
  plugins.add([
    {
      type: 'spawn.options',
      action: (options: SpawnOptions): SpawnOptions => ({
        ...options,
        detached: true,
        env: unprintable(options.env),
      }),
    },
    {
      type: 'spawn.after',
      action: (data: undefined, context: { spawned: ChildProcess }): undefined => {
        prepared.onSpawn(context.spawned);
        return data;
      },
    },
  ]);
}

/** simple-git prints the options of spawn where the `debug` package is on, the environment with them. */
function unprintable(environment: NodeJS.ProcessEnv | undefined): NodeJS.ProcessEnv {
  return Object.defineProperty({ ...environment }, inspect.custom, { value: () => '[environment]' });
}

/** Loaded on first use: start-up does not pay for it. */
async function loadSimpleGit(): Promise<SimpleGitFactory> {
  // The `debug` package below it reads DEBUG once, while it is loaded.
  const { DEBUG: debug } = process.env;
  delete process.env.DEBUG;
  try {
    return (await import('simple-git')).simpleGit;
  } finally {
    if (debug !== undefined) process.env.DEBUG = debug;
  }
}
