import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Order } from './ledger.ts';

/** Milliseconds between two orders, and between two looks. */
const INTERVAL_MS = 80;
const CUSTOMERS = 2_000;

/** The shop's database as its other users see it: people who place orders there, and the demo that counts. */
export class ShopDatabase {
  readonly size = CUSTOMERS;
  readonly #placed: number[] = [];
  #placing: Promise<void> | undefined;
  #open = false;

  private constructor(private readonly client: Client) {}

  static async connect(url: string): Promise<ShopDatabase> {
    const client = new Client({ connectionString: url });
    await client.connect();
    return new ShopDatabase(client);
  }

  /** Fills the table of edition 1: given name and family name for all but Plato. */
  async addCustomers(): Promise<void> {
    await this.client.query(
      `INSERT INTO customers (name)
       SELECT (ARRAY['Ada', 'Alan', 'Edsger', 'Grace', 'Barbara'])[1 + n % 5] || ' Customer-' || n
       FROM generate_series(1, $1::int) AS n`,
      [CUSTOMERS - 1],
    );
    await this.client.query("INSERT INTO customers (name) VALUES ('Plato')");
  }

  /** Every customer's name by id; `name` is how SQL puts it together from the columns that there are. */
  async customers(name: string): Promise<readonly string[]> {
    const { rows } = await this.client.query<{ line: string }>(
      `SELECT id || ' ' || ${name} AS line FROM customers ORDER BY id`,
    );
    return rows.map(({ line }) => line);
  }

  /** Places orders all the time, straight in the database: whatever the app does, they keep coming. */
  startOrders(): void {
    this.#open = true;
    this.#placing = this.#placeOrders();
    // Told by stopOrders.
    this.#placing.catch(() => undefined);
  }

  /** Ends the stream of orders. @throws Error when one could not be placed. */
  async stopOrders(): Promise<void> {
    this.#open = false;
    await this.#placing;
  }

  /** Ids of the orders that were placed and committed. */
  get placed(): readonly number[] {
    return this.#placed;
  }

  /** All orders, each with the number of its receipts. */
  async orders(): Promise<readonly Order[]> {
    const { rows } = await this.client.query<{
      id: string;
      placed: Date;
      done: Date | null;
      receipts: string;
    }>(
      `SELECT id, placed_at AS placed, done_at AS done, count(order_id) AS receipts
       FROM orders LEFT JOIN receipts ON order_id = id GROUP BY id ORDER BY id`,
    );
    return rows.map(({ id, placed, done, receipts }) => ({
      id: Number(id),
      placedAt: placed.getTime(),
      doneAt: done?.getTime(),
      receipts: Number(receipts),
    }));
  }

  /** Waits until no order is open. @throws Error after the time; the signal's reason. */
  async untilPacked(milliseconds: number, signal: AbortSignal): Promise<void> {
    for (const end = Date.now() + milliseconds; ; await delay(INTERVAL_MS)) {
      signal.throwIfAborted();
      const open = await this.openOrders();
      if (open === 0) return;
      if (Date.now() > end) throw new Error(`${open} orders are still open after ${milliseconds / 1000} s.`);
    }
  }

  async openOrders(): Promise<number> {
    const { rows } = await this.client.query<{ open: string }>(
      'SELECT count(*) AS open FROM orders WHERE done_at IS NULL',
    );
    return Number(rows[0]?.open);
  }

  /** What Postgres says of a query that an edition of the code makes; undefined where it answers. */
  async refusal(sql: string): Promise<string | undefined> {
    try {
      await this.client.query(sql);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async #placeOrders(): Promise<void> {
    for (let customer = 1; this.#open; customer = (customer % CUSTOMERS) + 1) {
      const { rows } = await this.client.query<{ id: string }>(
        'INSERT INTO orders (customer) VALUES ($1) RETURNING id',
        [customer],
      );
      this.#placed.push(Number(rows[0]?.id));
      await delay(INTERVAL_MS);
    }
  }
}
