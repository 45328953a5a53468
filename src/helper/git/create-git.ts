import type { CloneKind, CommitFiles, Descent, Git, PushOutcome, PushRequest } from '../ports/git.ts';
import type { Log } from '../ports/log.ts';
import { cloneKind, tryFetchCommit, unshallow } from './clone.ts';
import { GitProcesses, type GitOptions as ProcessOptions, type NetworkLimits } from './git-processes.ts';
import { fetchObjects, missingObjects } from './objects.ts';
import { push } from './push.ts';
import { gitVersion, hasCommit, isAncestor, resolveCommit, topLevel } from './revisions.ts';
import { changedFiles } from './changed-files.ts';
import { archive, checkFiles } from './archive.ts';
import { compareAtOrigin } from './history.ts';
import { hasSubmodules, readFile, usesLfs } from './tree.ts';

export interface GitOptions extends ProcessOptions {
  readonly log?: Log;
}

/** Git in one directory: every git process that a run starts comes from here. */
export function createGit(options: GitOptions): Git {
  return new CommandLineGit(options);
}

class CommandLineGit implements Git {
  readonly #processes: GitProcesses;
  readonly #log: Log | undefined;

  constructor(options: GitOptions) {
    this.#processes = new GitProcesses(options);
    this.#log = options.log;
  }

  get networkRequests(): number {
    return this.#processes.networkRequests;
  }

  version(): Promise<string> {
    return gitVersion(this.#processes);
  }

  topLevel(): Promise<string | undefined> {
    return topLevel(this.#processes);
  }

  resolveCommit(revision: string): Promise<string | undefined> {
    return resolveCommit(this.#processes, revision);
  }

  hasCommit(commit: string): Promise<boolean> {
    return hasCommit(this.#processes, commit);
  }

  cloneKind(): Promise<CloneKind> {
    return cloneKind(this.#processes);
  }

  unshallow(options: NetworkLimits): Promise<void> {
    return unshallow(this.#processes, options);
  }

  missingObjects(commit: string, except?: string): Promise<readonly string[]> {
    return missingObjects(this.#processes, commit, except);
  }

  fetchObjects(ids: readonly string[], options: NetworkLimits): Promise<void> {
    return fetchObjects(this.#processes, ids, options);
  }

  tryFetchCommit(commit: string, options: NetworkLimits): Promise<boolean> {
    return tryFetchCommit(this.#processes, commit, options);
  }

  isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return isAncestor(this.#processes, ancestor, descendant);
  }

  usesLfs(commit: string): Promise<boolean> {
    return usesLfs(this.#processes, commit);
  }

  hasSubmodules(commit: string): Promise<boolean> {
    return hasSubmodules(this.#processes, commit);
  }

  readFile(commit: string, path: string): Promise<string | undefined> {
    return readFile(this.#processes, commit, path);
  }

  changedFiles(from: string | undefined, to: string, pattern: string): Promise<readonly string[]> {
    return changedFiles(this.#processes, from, to, pattern);
  }

  compareAtOrigin(commit: string, other: string, options: NetworkLimits): Promise<Descent> {
    return compareAtOrigin(this.#processes, commit, other, options);
  }

  checkFiles(commit: string, options: { directory?: string; fetch?: NetworkLimits }): Promise<CommitFiles> {
    return checkFiles(this.#processes, commit, options);
  }

  archive(commit: string, file: string, options?: { directory?: string }): Promise<void> {
    return archive(this.#processes, commit, file, options?.directory);
  }

  push(request: PushRequest): Promise<PushOutcome> {
    return push(this.#processes, request, this.#log);
  }
}
