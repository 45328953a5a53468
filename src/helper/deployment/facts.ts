import type { Account, App, Build, ProcessFormation, Release } from '../ports/heroku.ts';
import type { CloneKind } from '../ports/git.ts';

/** What preflight learned about the app. */
export interface AppFacts {
  readonly account: Account | undefined;
  readonly app: App;
  readonly formation: readonly ProcessFormation[];
  readonly preboot: boolean | undefined;
  readonly current: Release | undefined;
  /** The commit that the app runs; undefined before the first deployment and where the slug names none. */
  readonly deployedCommit: string | undefined;
  /** Which folder of it; empty for the top of the repository, undefined where the app did not build it itself. */
  readonly deployedFolder?: string | undefined;
  /** Newest first. */
  readonly builds: readonly Build[];
  /** The newest ones, newest first, as they were after `builds` was read. */
  readonly releases: readonly Release[];
}

/** What preflight learned about the clone. */
export interface CloneFacts {
  /** Forty hex digits. */
  readonly commit: string;
  readonly kind: CloneKind;
}

/** `1a2b3c4d`: as Heroku shortens commits in release descriptions. */
export function short(commit: string): string {
  return commit.slice(0, 8);
}
