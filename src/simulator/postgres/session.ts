import { Client, TypeOverrides, types } from 'pg';
import type { Row } from './types.ts';

/** `count(*)` and serial keys are of it; pg would hand them out as text. */
const overrides = new TypeOverrides();
overrides.setTypeParser(types.builtins.INT8, (text) => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
});

/** Runs SQL in one session. */
export type Run = (sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/**
 * Lets work be done in a session that ends with it. A pool would keep sessions open that nobody expects in a
 * database whose sessions are looked at.
 */
export async function withSession<T>(url: string, work: (run: Run) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    // Named, so that PGSSLMODE of this process's environment does not count.
    ssl: false,
    application_name: 'local-heroku',
    types: overrides,
  });
  // A server that ends reports it here besides failing the query, and without a listener it would end us.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(async (sql, values) => rowsOf(await client.query(sql, values && [...values])));
  } finally {
    await client.end();
  }
}

/** pg answers several statements at once with several results. */
function rowsOf(results: unknown): readonly Row[] {
  const last = (Array.isArray(results) ? results.at(-1) : results) as { rows: unknown[] };
  return JSON.parse(JSON.stringify(last.rows)) as Row[];
}
