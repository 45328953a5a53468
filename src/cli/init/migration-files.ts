import type { AppFolder } from './app-folder.ts';

/** Knex’s own file, at the top or up to two folders below. */
export function knexfile(app: AppFolder): string | undefined {
  return (
    app.firstOf('knexfile.js', 'knexfile.ts', 'knexfile.cjs', 'knexfile.mjs') ??
    app.files.find((path) => /^[\w.-]+(?:\/[\w.-]+)?\/knexfile\.[cm]?[jt]s$/.test(path))
  );
}

/** Where Sequel’s migrations lie: it has no folder of its own. */
export function sequelFolder(app: AppFolder): string | undefined {
  return ['db/migrations', 'db/migrate', 'migrations'].find((folder) =>
    app.files.some((path) => path.startsWith(`${folder}/`) && path.endsWith('.rb')),
  );
}

/** One of golang-migrate’s files that go up. */
export function upFile(app: AppFolder): string | undefined {
  return app.files.find((path) => /^(?:[\w.-]+\/)*\d+_[^/]*\.up\.\w+$/.test(path));
}

/** `db/` and `./migrations` → `db/migrations`. */
export function join(folder: string, path: string): string {
  return `${folder}${path}`.replace(/(?:^|(?<=\/))\.\//g, '').replace(/\/+$/, '');
}
