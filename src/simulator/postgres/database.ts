import { randomBytes } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { withSession } from './session.ts';
import type { Database } from './types.ts';

/** Postgres cuts names off after 63 bytes. */
const longestLabel = 40;

/**
 * Makes a database and the role that owns it, both of one name that begins with the label.
 * @param superuser Address of a session that may do so.
 */
export async function createDatabase(superuser: URL, label: string): Promise<Database> {
  const name = `${readable(label)}_${randomBytes(5).toString('hex')}`;
  const password = randomBytes(24).toString('hex');
  const role = escapeIdentifier(name);
  await withSession(superuser.href, async (run) => {
    await run(`CREATE ROLE ${role} LOGIN PASSWORD ${escapeLiteral(password)}`);
    // Not to be joined: it refuses to run in a transaction, which several statements at once are.
    await run(`CREATE DATABASE ${role} OWNER ${role}`);
    await run(`REVOKE ALL ON DATABASE ${role} FROM PUBLIC`);
  });
  const url = new URL(superuser.href);
  Object.assign(url, { username: name, password, pathname: `/${name}` });
  return {
    name,
    url: url.href,
    query: (sql, values) => withSession(url.href, (run) => run(sql, values)),
    async drop() {
      await withSession(superuser.href, async (run) => {
        await run(`DROP DATABASE ${role} WITH (FORCE)`);
        await run(`DROP ROLE ${role}`);
      });
    },
  };
}

/** Letters, digits and underscores only: the name goes into addresses and shells. */
function readable(label: string): string {
  const kept = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, longestLabel);
  return /^[a-z]/.test(kept) ? kept : `d${kept}`;
}
