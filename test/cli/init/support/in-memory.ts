import type { Repository } from '../../../../src/cli/init/repository.ts';

/** A repository that is nowhere but here. */
export function inMemory(
  files: Readonly<Record<string, string>>,
  around: Partial<Pick<Repository, 'branch' | 'apps'>> = {},
): Repository {
  return {
    top: '/repository',
    files: Object.keys(files),
    read: (path) => files[path] ?? '',
    branch: 'main',
    apps: {},
    ...around,
  };
}
