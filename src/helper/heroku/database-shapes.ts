import { array, boolean, nullish, number, object, pipe, record, string, transform, unknown } from 'valibot';
import { Secret } from '../output/secret.ts';
import type { DatabaseFacts, Transfer } from '../ports/heroku.ts';
import { withName } from './shapes.ts';

/** An add-on's attachment to an app, with what only `Accept-Inclusion` brings. */
export const attachmentShape = object({
  name: string(),
  app: withName,
  addon: object({ id: string(), name: string(), app: withName, plan: nullish(withName) }),
  config_vars: nullish(array(string())),
  /** A credential other than the default one. */
  namespace: nullish(string()),
});

export const configVarsShape = record(string(), nullish(string()));

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Lines for people (Heroku CLI: pg:info); the number of bytes where Heroku gives it. */
export const factsShape = pipe(
  object({
    num_bytes: nullish(unknown()),
    info: nullish(array(object({ name: string(), values: nullish(array(unknown())) }))),
  }),
  transform(({ num_bytes: bytes, info }): DatabaseFacts => {
    const line = (name: string): string => {
      const value = info?.find((one) => one.name === name)?.values?.[0];
      return typeof value === 'string' ? value : '';
    };
    const [, amount, unit = ''] = /^([\d.]+) ([KMGT]?B)\b/.exec(line('Data Size')) ?? [];
    const read = amount === undefined ? undefined : Number(amount) * 1024 ** UNITS.indexOf(unit);
    return {
      bytes: typeof bytes === 'number' ? bytes : read,
      protected: line('Continuous Protection') === 'On',
    };
  }),
);

/** A dump's and a restore's ends, by which the Heroku CLI tells backups from restores and copies. */
const DUMP = 'pg_dump';
const STORE = 'gof3r';

export const transferShape = pipe(
  object({
    uuid: string(),
    num: number(),
    from_name: nullish(string()),
    from_type: string(),
    to_type: string(),
    to_url: nullish(string()),
    schedule: nullish(object({ uuid: nullish(string()) })),
    created_at: string(),
    finished_at: nullish(string()),
    canceled_at: nullish(string()),
    deleted_at: nullish(string()),
    purged_at: nullish(string()),
    processed_bytes: nullish(number()),
    succeeded: nullish(boolean()),
    warnings: nullish(number()),
    logs: nullish(array(object({ message: nullish(string()) }))),
  }),
  transform((row): Transfer => {
    const dumps = row.from_type === DUMP;
    const kind = dumps ? (row.to_type === STORE ? 'backup' : 'other') : 'restore';
    const letter = kind === 'backup' ? (row.schedule ? 'a' : 'b') : kind === 'restore' ? 'r' : 'c';
    return {
      id: row.uuid,
      name: `${letter}${String(row.num).padStart(3, '0')}`,
      kind,
      from: row.from_name ?? '',
      createdAt: row.created_at,
      finishedAt: row.finished_at ?? undefined,
      canceled: Boolean(row.canceled_at),
      succeeded: row.succeeded === true,
      warnings: row.warnings ?? 0,
      bytes: row.processed_bytes ?? 0,
      // What it leads to is gone with the backup.
      url:
        row.to_url && kind === 'backup' && !row.deleted_at && !row.purged_at
          ? new Secret(row.to_url)
          : undefined,
      log: (row.logs ?? []).map(({ message }) => message ?? '').slice(-5),
    };
  }),
);
