// The worker process: takes an order, writes its receipt, and marks it done, all in one transaction.
const { setTimeout: delay } = require('node:timers/promises');
const { Client } = require('pg');
const shop = require('./shop.js');

let stopping = false;
process.on('SIGTERM', () => (stopping = true));

async function packOne(database) {
  await database.query('BEGIN');
  const { rows } = await database.query(
    'SELECT id, customer FROM orders WHERE done_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED',
  );
  for (const { id, customer } of rows) {
    await delay(20); // Packing takes a while.
    await database.query(shop.receipt, [id, customer, process.env.DYNO]);
    await database.query('UPDATE orders SET done_at = clock_timestamp() WHERE id = $1', [id]);
  }
  await database.query('COMMIT');
  return rows.length > 0;
}

async function work() {
  const database = new Client({ connectionString: process.env.DATABASE_URL });
  await database.connect();
  while (!stopping) if (!(await packOne(database))) await delay(50);
  await database.end();
}

work().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
