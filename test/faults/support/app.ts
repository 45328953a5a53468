/**
 * The app that is deployed over and over: its processes start in milliseconds and hold no libraries, and its
 * migration changes schema and rows, statement by statement, without a transaction around them.
 */

/** Config var that chooses the migration: `succeeds`, or `fails` after its first statement. */
export const MIGRATION_VARIABLE = 'MIGRATION';
/** Config var with the path of Postgres' own client. */
export const PSQL_VARIABLE = 'PSQL';
export const MIGRATE_COMMAND = `"$${PSQL_VARIABLE}" -X -q -v ON_ERROR_STOP=1 -f "$${MIGRATION_VARIABLE}.sql" "$DATABASE_URL"`;

/** What the app's database holds before: a table with rows. */
export const SCHEMA_BEFORE = `
CREATE TABLE jobs (id int PRIMARY KEY, amount text NOT NULL);
INSERT INTO jobs VALUES (1, '12.50'), (2, '0.99'), (3, '7');
`;

const FIRST_STATEMENT = 'ALTER TABLE jobs ADD COLUMN cents bigint;';
const OTHER_STATEMENTS = `
UPDATE jobs SET cents = round(amount::numeric * 100);
\\echo counted the cents
ALTER TABLE jobs ALTER COLUMN cents SET NOT NULL;
ALTER TABLE jobs DROP COLUMN amount;
INSERT INTO jobs VALUES (4, 0);
\\echo migrated
`;

/** What runs in the migration, for a comparison with a database that is migrated by hand. */
export const MIGRATION = `${FIRST_STATEMENT}${OTHER_STATEMENTS.replace(/^\\echo.*$/gm, '')}`;

/** Answers every request with the status of its commit. perl is there wherever git is, and starts at once. */
const WEB = `use Socket;
socket(my $server, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
setsockopt($server, SOL_SOCKET, SO_REUSEADDR, 1);
bind($server, pack_sockaddr_in($ENV{PORT}, INADDR_LOOPBACK)) or die "bind: $!";
listen($server, 16) or die "listen: $!";
open(my $file, '<', 'status.txt') or die "status.txt: $!";
chomp(my $status = <$file>);
while (accept(my $client, $server)) {
  # Who only looks whether it listens sends nothing, and goes.
  sysread($client, my $request, 65536) or next;
  syswrite($client, "HTTP/1.1 $status Status\\r\\ncontent-length: 0\\r\\nconnection: close\\r\\n\\r\\n");
  close $client;
}
`;

/** What every version of the app runs. */
export const PROCESS_TYPES: Readonly<Record<string, string>> = {
  web: 'exec perl web.pl',
  worker: 'exec sleep 86400',
  clock: 'exec sleep 86400',
};

/** The files of one version of the app; `release` makes the migration its release phase, `status` is what it answers. */
export function appFiles(
  version: string,
  { release = false, status = 200 }: { readonly release?: boolean; readonly status?: number } = {},
): Readonly<Record<string, string>> {
  const types = release ? { ...PROCESS_TYPES, release: MIGRATE_COMMAND } : PROCESS_TYPES;
  return {
    Procfile: Object.entries(types)
      .map(([type, command]) => `${type}: ${command}\n`)
      .join(''),
    'web.pl': WEB,
    'succeeds.sql': `\\echo migrating\n${FIRST_STATEMENT}\n${OTHER_STATEMENTS}`,
    'fails.sql': `\\echo migrating\n${FIRST_STATEMENT}\nSELECT 1 / 0;\n${OTHER_STATEMENTS}`,
    'version.txt': version,
    'status.txt': `${status}\n`,
  };
}
