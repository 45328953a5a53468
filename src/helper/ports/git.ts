import type { Secret } from '../output/secret.ts';

/** How much of the history and the files a clone holds. */
export type CloneKind = 'full' | 'shallow' | 'blobless';

/**
 * How a commit stands to the one that is deployed. `unknown`: the deployed one is neither here nor at origin, so it is
 * no ancestor. `untold`: there is not enough history to say.
 */
export type Descent = 'first' | 'same' | 'descends' | 'older' | 'elsewhere' | 'unknown' | 'untold';

/** What a tarball of a commit is made of. */
export interface CommitFiles {
  /** How many objects a partial clone lacks of it, or lacked before they were fetched. */
  readonly missing: number;
  /** Paths of the submodules whose files go into it. */
  readonly submodules: readonly string[];
  /** Paths of links that no `.gitmodules` explains: empty folders. */
  readonly unexplained: readonly string[];
}

export interface PushRequest {
  /** `https://git.heroku.com/<app>.git`: no credentials in it. */
  readonly url: string;
  readonly apiKey: Secret;
  /** Forty hex digits: the exact commit. */
  readonly commit: string;
  /** Branch on Heroku, such as `main`. */
  readonly branch: string;
  /** Force with a lease on this commit (`''`: the branch must not exist yet). Absent: no force. */
  readonly lease?: string;
  /** Gets every `remote:` line, without the prefix and trailing spaces, as it arrives. */
  onLine(line: string): void;
  /** Milliseconds after which git is killed. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What a push came to. Only `pushed` and `up-to-date` are git's exit 0; neither proves a deployment. */
export type PushOutcome =
  | { readonly kind: 'pushed'; readonly releasedVersion?: number }
  | { readonly kind: 'up-to-date' }
  /** The platform refused the pack: a failed build, a full queue. `lines` holds the last remote lines. */
  | { readonly kind: 'declined'; readonly lines: readonly string[] }
  | { readonly kind: 'non-fast-forward' }
  | { readonly kind: 'stale-lease' }
  | { readonly kind: 'shallow-refused' }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'rate-limited'; readonly retryAfterMs?: number }
  /** Nothing of ours can have arrived: no connection, TLS refused, name not resolved. */
  | { readonly kind: 'unreachable'; readonly message: string }
  /** The connection broke, git died or ran out of time: the pack may have arrived, unless it is `unsent`. */
  | { readonly kind: 'lost'; readonly message: string; readonly unsent?: true }
  /** An object is missing from a blobless clone and its origin would not give it. */
  | { readonly kind: 'objects-missing'; readonly message: string };

/** A work tree's repository. Every method throws `Refusal` or `Failure`, with git's own words in `why`. */
export interface Git {
  /** Version of the git executable, such as `2.39.5`. Throws `Refusal` where there is no git. */
  version(): Promise<string>;
  /** The top folder of the repository around the working directory, or undefined. */
  topLevel(): Promise<string | undefined>;
  /** The commit that a revision means, tags peeled; undefined where it is unknown here. */
  resolveCommit(revision: string): Promise<string | undefined>;
  hasCommit(commit: string): Promise<boolean>;
  cloneKind(): Promise<CloneKind>;
  /** Completes a shallow clone's history from its origin. */
  unshallow(options: { timeoutMs: number; signal?: AbortSignal }): Promise<void>;
  /** Ids of objects that `commit` needs and this clone lacks, leaving out what `except` reaches. */
  missingObjects(commit: string, except?: string): Promise<readonly string[]>;
  /** Fetches those objects from the origin in one batch. */
  fetchObjects(ids: readonly string[], options: { timeoutMs: number; signal?: AbortSignal }): Promise<void>;
  /** Tries to fetch one commit from the origin; false where the origin does not give it. */
  tryFetchCommit(commit: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** How `commit` stands to `other` by origin's history, of which this clone gets nothing. */
  compareAtOrigin(
    commit: string,
    other: string,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<Descent>;
  /** Whether a `.gitattributes` of the commit puts files into Git LFS. */
  usesLfs(commit: string): Promise<boolean>;
  hasSubmodules(commit: string): Promise<boolean>;
  /** The file's text at a commit, or undefined where it is absent. */
  readFile(commit: string, path: string): Promise<string | undefined>;
  /**
   * Files of two commits that match a pattern from the top, as git's own `glob` pathspecs do, and differ; with
   * no first commit, all files of the second that match.
   */
  changedFiles(from: string | undefined, to: string, pattern: string): Promise<readonly string[]>;
  /** Whether a tarball can be made, before anything is changed; with `fetch`, what a partial clone lacks is fetched. */
  checkFiles(
    commit: string,
    options: { directory?: string; fetch?: { timeoutMs: number; signal?: AbortSignal } },
  ): Promise<CommitFiles>;
  /** A .tar.gz of the commit's files, submodules' included, or of one folder's as the root, written to `file`. */
  archive(commit: string, file: string, options?: { directory?: string }): Promise<void>;
  push(request: PushRequest): Promise<PushOutcome>;
  /** How many git processes have talked to a server so far. */
  readonly networkRequests: number;
}
