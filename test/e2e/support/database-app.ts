/**
 * A small app whose web process, workers and migrations meet in Postgres: for tests of what a deployment does
 * to data and to those who use it. Give the app `postgres: true` and {@link DATABASE_APP_CONFIG}.
 */

/** Dynos have no node_modules: the app's processes load the project's own `pg`. */
export const DATABASE_APP_CONFIG: Readonly<Record<string, string>> = { PG_MODULE: require.resolve('pg') };

export interface DatabaseAppOptions {
  /** Of code and schema; 2 breaks with 1: neither's code runs on the other's schema. */
  readonly version?: 1 | 2;
  /** The Procfile's release command, such as `node migrate.js`; none if missing. */
  readonly release?: string;
}

/**
 * The app's files.
 *
 * - web: `GET /` answers 200 and `<greeting> from code <version>`, both read from the database, or 500 with what
 *   Postgres says; `POST /jobs` takes an amount such as `12.50` and answers 201 and the job's id. Where
 *   `WEB_TAKES_JOBS` is set, it works as a worker, too.
 * - worker: takes a job (`FOR UPDATE SKIP LOCKED`), works on it for `JOB_MS` milliseconds and records the run, all
 *   in one transaction; ends with 0 after the job at hand on SIGTERM, and with 1 when Postgres refuses it.
 *   `node worker.js --until-empty`, as a scheduler would run it, ends when there is no job left.
 * - migrate.js: applies the versions that the schema lacks, statement by statement without a transaction, each
 *   recorded in `migration_steps` once it is done, and exits with 1 at the first that fails. A statement is
 *   named `<version>.<number>`. Options, each an environment variable too:
 *   `--fail-at 2.3` (`MIGRATE_FAIL_AT`) fails instead of running that statement; `--hold-at 2.3`
 *   (`MIGRATE_HOLD_AT`) waits before it until the row in `migration_gate` is gone; `--pause-ms 100`
 *   (`MIGRATE_PAUSE_MS`) waits before each; `--pending` changes nothing and exits with 0 when nothing is pending.
 */
export function databaseAppFiles(options: DatabaseAppOptions = {}): Record<string, string> {
  const { version = 1, release } = options;
  return {
    Procfile: [
      'web: node web.js',
      'worker: node worker.js',
      ...(release === undefined ? [] : [`release: ${release}`]),
      '',
    ].join('\n'),
    'database.js': DATABASE,
    'web.js': WEB,
    'jobs.js': JOBS,
    'worker.js': WORKER,
    'migrate.js': MIGRATE,
    'code.js': version === 1 ? CODE_1 : CODE_2,
    'migrations.js': migrationsFile(version),
  };
}

const MIGRATIONS: readonly (readonly string[])[] = [
  [
    'CREATE TABLE settings (name text PRIMARY KEY, value text NOT NULL)',
    "INSERT INTO settings VALUES ('greeting', 'Hello')",
    `CREATE TABLE jobs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount text NOT NULL,
       enqueued_at timestamptz NOT NULL DEFAULT clock_timestamp(), done_at timestamptz)`,
    `CREATE TABLE job_runs (job_id bigint NOT NULL, dyno text NOT NULL, pid int NOT NULL, code int NOT NULL,
       taken_at timestamptz NOT NULL, done_at timestamptz NOT NULL DEFAULT clock_timestamp())`,
  ],
  [
    'ALTER TABLE jobs ADD COLUMN cents bigint',
    'UPDATE jobs SET cents = round(amount::numeric * 100)',
    'ALTER TABLE jobs ALTER COLUMN cents SET NOT NULL',
    'ALTER TABLE settings RENAME TO shop_settings',
    'ALTER TABLE jobs DROP COLUMN amount',
  ],
];

/** The statements' names in order, such as `2.1`, `2.2`. */
export function migrationSteps(version: 1 | 2): string[] {
  return (MIGRATIONS[version - 1] ?? []).map((_, index) => `${version}.${index + 1}`);
}

function migrationsFile(version: number): string {
  return `module.exports = ${JSON.stringify(MIGRATIONS.slice(0, version), null, 2)};\n`;
}

/** What of the code belongs to the schema. */
const CODE_1 = `exports.version = 1;
exports.greeting = "SELECT value FROM settings WHERE name = 'greeting'";
exports.enqueue = 'INSERT INTO jobs (amount) VALUES ($1) RETURNING id';
exports.take = 'SELECT id, amount FROM jobs WHERE done_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED';
`;

const CODE_2 = `exports.version = 2;
exports.greeting = "SELECT value FROM shop_settings WHERE name = 'greeting'";
exports.enqueue = 'INSERT INTO jobs (cents) VALUES (round($1::numeric * 100)) RETURNING id';
exports.take = 'SELECT id, cents FROM jobs WHERE done_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED';
`;

const DATABASE = `const { PG_MODULE, DATABASE_URL, DYNO } = process.env;
if (!PG_MODULE) throw new Error('PG_MODULE must name the pg package.');
if (!DATABASE_URL) throw new Error('DATABASE_URL must name the database.');
const { Client, Pool } = require(PG_MODULE);
const options = { connectionString: DATABASE_URL, application_name: DYNO };

exports.pool = () => new Pool({ ...options, max: 4 }).on('error', (error) => console.error(error.message));

/** A session whose loss ends the process. */
exports.connect = async () => {
  const client = new Client(options);
  client.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  await client.connect();
  return client;
};

exports.pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

exports.main = (work) =>
  work().then(
    (code) => process.exit(code),
    (error) => {
      console.error('ERROR: ' + error.message);
      process.exit(1);
    },
  );
`;

const WEB = `const { createServer } = require('node:http');
const { text } = require('node:stream/consumers');
const code = require('./code.js');
const { main, pool } = require('./database.js');
const { work } = require('./jobs.js');

if (process.env.WEB_TAKES_JOBS) main(work);
const database = pool();
createServer(async (request, response) => {
  try {
    if (request.method === 'POST' && request.url === '/jobs') {
      const { rows } = await database.query(code.enqueue, [await text(request)]);
      response.writeHead(201).end(String(rows[0].id));
    } else {
      const { rows } = await database.query(code.greeting);
      response.end(rows[0].value + ' from code ' + code.version);
    }
  } catch (error) {
    console.error(error.message);
    response.writeHead(500).end(error.message);
  }
}).listen(process.env.PORT);
`;

const JOBS = `const code = require('./code.js');
const { connect, pause } = require('./database.js');

let stopping = false;

/** False where there is nothing to do. */
async function workOne(client) {
  await client.query('BEGIN');
  const { rows } = await client.query(code.take);
  if (rows.length > 0) {
    const [{ id }] = rows;
    const takenAt = new Date();
    await pause(Number(process.env.JOB_MS ?? 0));
    await client.query('UPDATE jobs SET done_at = clock_timestamp() WHERE id = $1', [id]);
    await client.query('INSERT INTO job_runs (job_id, dyno, pid, code, taken_at) VALUES ($1, $2, $3, $4, $5)', [
      id, process.env.DYNO, process.pid, code.version, takenAt,
    ]);
  }
  await client.query('COMMIT');
  return rows.length > 0;
}

/** One job after the other, until SIGTERM. */
exports.work = async ({ untilEmpty = false } = {}) => {
  process.on('SIGTERM', () => (stopping = true));
  const client = await connect();
  while (!stopping) {
    if (await workOne(client)) continue;
    if (untilEmpty) break;
    await pause(20);
  }
  await client.end();
  return 0;
};
`;

const WORKER = `const { main } = require('./database.js');
const { work } = require('./jobs.js');

main(() => work({ untilEmpty: process.argv.includes('--until-empty') }));
`;

const MIGRATE = `const { parseArgs } = require('node:util');
const { connect, main, pause } = require('./database.js');
const migrations = require('./migrations.js');

const { MIGRATE_FAIL_AT, MIGRATE_HOLD_AT, MIGRATE_PAUSE_MS } = process.env;
const { values: options } = parseArgs({
  options: {
    'fail-at': { type: 'string', default: MIGRATE_FAIL_AT ?? '' },
    'hold-at': { type: 'string', default: MIGRATE_HOLD_AT ?? '' },
    'pause-ms': { type: 'string', default: MIGRATE_PAUSE_MS ?? '0' },
    pending: { type: 'boolean', default: false },
  },
});

async function versionOf(client) {
  const { rows } = await client.query("SELECT to_regclass('schema_version') IS NOT NULL AS exists");
  if (!rows[0].exists) return 0;
  return (await client.query('SELECT coalesce(max(version), 0) AS version FROM schema_version')).rows[0].version;
}

/** Until whoever watches lets go by deleting the row. */
async function hold(client, step) {
  await client.query('INSERT INTO migration_gate VALUES ($1)', [step]);
  console.log('Holding before ' + step);
  while ((await client.query('SELECT FROM migration_gate')).rowCount > 0) await pause(20);
}

async function apply(client, version, statements) {
  for (const [index, statement] of statements.entries()) {
    const step = version + '.' + (index + 1);
    await pause(Number(options['pause-ms']));
    if (options['hold-at'] === step) await hold(client, step);
    console.log('Step ' + step + ': ' + statement.split('\\n')[0]);
    await client.query(options['fail-at'] === step ? 'SELECT 1 / 0' : statement);
    await client.query('INSERT INTO migration_steps (step, dyno) VALUES ($1, $2)', [step, process.env.DYNO]);
  }
  await client.query('INSERT INTO schema_version VALUES ($1)', [version]);
  console.log('The schema is at version ' + version);
}

main(async () => {
  const client = await connect();
  const current = await versionOf(client);
  const pending = migrations.length - current;
  console.log('Pending migrations: ' + pending);
  if (options.pending) return pending > 0 ? 1 : 0;
  await client.query(\`CREATE TABLE IF NOT EXISTS schema_version (version int PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS migration_gate (step text);
    CREATE TABLE IF NOT EXISTS migration_steps (step text, dyno text, done_at timestamptz DEFAULT clock_timestamp())\`);
  for (let version = current + 1; version <= migrations.length; version += 1) {
    await apply(client, version, migrations[version - 1]);
  }
  await client.end();
  return 0;
});
`;
