import { appDirectory, type Settings } from '../../parameters/index.ts';
import type { Git } from '../ports/git.ts';
import type { Build } from '../ports/heroku.ts';
import type { Findings } from './findings.ts';
import type { Ports } from './ports.ts';

/** How a commit gets to Heroku, and which of its folders is the app. */
export interface Transport {
  /** As a tarball: a git push takes whole repositories, so a folder of one is never pushed. */
  readonly tarball: boolean;
  /** Empty for the top of the repository. */
  readonly directory: string;
}

type TransportSettings = Pick<Settings<'doctor'>, 'transport' | 'app-directory'>;

export const FETCH_LIMIT_MS = 5 * 60_000;
/** Heroku keeps it beside the build's version, which is the commit (Platform API Reference: Build). */
const NOTE = 'app-directory: ';

export function transportOf(settings: TransportSettings): Transport {
  const directory = appDirectory(settings['app-directory']);
  return { tarball: settings.transport === 'build' || directory !== '', directory };
}

/** What tells a build of a folder from one of the whole repository; undefined for the latter. */
export function noteOfFolder(directory: string): string | undefined {
  return directory === '' ? undefined : `${NOTE}${directory}`;
}

/** The folder that a build was made from; empty for the top of the repository. */
export function folderOfBuild({ versionDescription: note }: Build): string {
  return note?.startsWith(NOTE) === true ? note.slice(NOTE.length) : '';
}

/** The app's Procfile in a commit, where it has one. */
export function readProcfile(
  git: Git,
  settings: Pick<TransportSettings, 'app-directory'>,
  commit: string,
): Promise<string | undefined> {
  const directory = appDirectory(settings['app-directory']);
  return git.readFile(commit, directory === '' ? 'Procfile' : `${directory}/Procfile`);
}

/**
 * Whether a tarball of the commit can be made here. Fetches nothing.
 * @throws Refusal where the folder or a submodule is missing.
 */
export async function checkTarball(
  git: Git,
  commit: string,
  { directory }: Transport,
  findings: Findings,
): Promise<void> {
  const { missing, submodules, unexplained } = await git.checkFiles(commit, { directory });
  const why = directory === '' ? '' : `, because a git push cannot ship a folder: ${directory}`;
  findings.ok('Transport', `a tarball${why}`);
  if (missing > 0) findings.ok('Files', `${missing} that this clone lacks are fetched first`);
  if (submodules.length > 0) findings.ok('Submodules', `in the tarball: ${submodules.join(', ')}`);
  if (unexplained.length > 0) {
    findings.note(
      'Submodules',
      `empty folders in the tarball, because no .gitmodules explains them: ${unexplained.join(', ')}`,
    );
  }
}

/** Fetches what a tarball needs and the clone lacks. @throws Refusal where that is not to be had. */
export async function completeFiles(
  { git, log, signal }: Pick<Ports, 'git' | 'log' | 'signal'>,
  commit: string,
  { directory }: Transport,
): Promise<void> {
  const fetch = { timeoutMs: FETCH_LIMIT_MS, signal };
  const { missing } = await git.checkFiles(commit, { directory, fetch });
  if (missing > 0) log.info(`Fetched ${missing} objects that this blobless clone lacked.`);
}

/** Which folder the current release was built from; undefined where the app has no build of it. */
export function folderOfSlug(builds: readonly Build[], slugId: string | undefined): string | undefined {
  const build = builds.find((one) => slugId !== undefined && one.slugId === slugId);
  return build && folderOfBuild(build);
}
