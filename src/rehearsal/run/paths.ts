import { isAbsolute, join, relative, resolve } from 'node:path';

/** The folder of a job without `working_directory`. Source: Configuration reference, "jobs". */
export const DEFAULT_WORKING_DIRECTORY = '~/project';

/** Makes a path of a configuration absolute: `~` is the job's HOME, a relative path starts at `base`. */
export function expandPath(path: string, home: string, base: string): string {
  if (path === '~') return home;
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return isAbsolute(path) ? path : resolve(base, path);
}

/** The path below `folder`, or undefined when it lies outside. */
export function below(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  return way === '..' || way.startsWith('../') || isAbsolute(way) ? undefined : way;
}
