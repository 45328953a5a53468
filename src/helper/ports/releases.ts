export type ReleaseStatus = 'pending' | 'succeeded' | 'failed' | 'expired';

export interface Release {
  readonly id: string;
  readonly version: number;
  readonly status: ReleaseStatus;
  readonly current: boolean;
  readonly description: string;
  readonly slugId: string | undefined;
  /** False where Heroku would not roll back to it; absent where it does not say. */
  readonly eligible?: boolean | undefined;
  readonly userEmail: string;
  readonly createdAt: string;
  readonly outputStreamUrl: string | undefined;
}

/**
 * Config vars by name. For each value stands a hash that is equal where the value is, after `web~` for an
 * address of a plain web page, `store~` for any other URL, and `text~`.
 */
export type ConfigHashes = ReadonlyMap<string, string>;

export interface Slug {
  readonly id: string;
  readonly commit: string | undefined;
  /** That it was built on, and runs on. */
  readonly stack?: string | undefined;
  readonly processTypes: Readonly<Record<string, string>>;
}

export type BuildStatus = 'pending' | 'succeeded' | 'failed';

export interface Build {
  readonly id: string;
  readonly status: BuildStatus;
  /** The commit, where the build came from a git push or was given one. */
  readonly version: string | undefined;
  /** What whoever started it wrote beside the version. */
  readonly versionDescription?: string | undefined;
  readonly slugId: string | undefined;
  readonly releaseId: string | undefined;
  readonly outputStreamUrl: string | undefined;
  readonly userEmail: string;
  readonly createdAt: string;
}

/** A build to start, of an uploaded source. */
export interface NewBuild {
  readonly sourceUrl: string;
  readonly version: string;
  readonly versionDescription?: string;
  /** SHA-256 of the source, in hex, with or without Heroku's prefix `SHA256:`. */
  readonly checksum: string;
}
