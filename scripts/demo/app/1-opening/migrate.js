// Applies what is new in migrations/, each file in a transaction of its own; stops at the first that fails.
const { readdirSync, readFileSync } = require('node:fs');
const { Client } = require('pg');

async function migrate() {
  const database = new Client({ connectionString: process.env.DATABASE_URL });
  await database.connect();
  await database.query('CREATE TABLE IF NOT EXISTS migrations (file text PRIMARY KEY)');
  const { rows } = await database.query('SELECT file FROM migrations');
  const applied = rows.map(({ file }) => file);
  for (const file of readdirSync(`${__dirname}/migrations`).sort()) {
    if (applied.includes(file)) continue;
    console.log(`${file} ...`);
    await database.query('BEGIN');
    await database.query(readFileSync(`${__dirname}/migrations/${file}`, 'utf8'));
    await database.query('INSERT INTO migrations VALUES ($1)', [file]);
    await database.query('COMMIT');
    console.log(`${file} is applied.`);
  }
  await database.end();
}

migrate().catch((error) => {
  console.error(`ERROR: ${error.message}`);
  process.exit(1);
});
