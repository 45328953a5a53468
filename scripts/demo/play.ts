import type { RehearsalOutput } from '../../src/rehearsal/index.ts';
import { ShopDatabase } from './database.ts';
import { CODE, CUSTOMER_NAME, type Edition } from './editions.ts';
import { balance, type Balance, type Span } from './ledger.ts';
import { Shop, type Deployed } from './shop.ts';
import { table } from './table.ts';
import { visitOnce, Visitors } from './visitors.ts';

/** Visits that the code before and the code after must serve around each window. */
const VISITS = 50;
/** Milliseconds that the workers get for the orders that waited. */
const PACKING_MS = 30_000;

export interface Stage {
  readonly print: (line: string) => void;
  /** A job's output; a new one for each job. */
  readonly output: () => RehearsalOutput;
  /** Where the jobs' artifacts go; emptied first. */
  readonly artifacts: string;
  /** Ends the play early. */
  readonly signal: AbortSignal;
}

/**
 * Plays the three acts on a local Heroku; gives what was not as heroku-cd promises.
 * @throws Error when a job ends with another exit code than it should; the signal's reason.
 */
export async function play(stage: Stage): Promise<readonly string[]> {
  const shop = await Shop.open(stage.artifacts);
  try {
    return await new Play(stage, shop).run();
  } finally {
    await shop.close();
  }
}

class Play {
  readonly #complaints: string[] = [];

  constructor(
    private readonly stage: Stage,
    private readonly shop: Shop,
  ) {}

  async run(): Promise<readonly string[]> {
    await this.#open();
    const database = await ShopDatabase.connect(await this.shop.databaseUrl());
    try {
      await database.addCustomers();
      await this.shop.scale({ web: 2, worker: 2 });
      this.#say(`${database.size} customers come, and somebody scales: ${await this.shop.formation()}`);
      const breaking = await this.#breakingMigration(database);
      const failing = await this.#failingMigration(database);
      this.#title('What was measured');
      for (const line of table(['act 2', 'act 3'], [breaking.rows, failing.rows])) this.#say(line);
    } finally {
      await database.close();
    }
    return this.#complaints;
  }

  async #open(): Promise<void> {
    const { api, git, page } = this.shop.urls;
    this.#title('Act 1: a local Heroku, and a first deployment');
    this.#say(`API ${api}, git ${git}, app ${page}`);
    this.#say('The app: web greets customers out of Postgres, workers pack the orders of a table.\n');
    await this.#deploy('1-opening', 'Open the shop', 0);
  }

  async #breakingMigration(database: ShopDatabase): Promise<Balance> {
    this.#title('Act 2: a breaking migration, while people visit and order');
    this.#say('Edition 1 of the code reads the column customers.name; this commit splits it in two.\n');
    return this.#measure('act 2', database, [1, 2], async () => {
      const only = await this.#deploy('2-two-names', 'Split the customers’ names', 0);
      return [only, only];
    });
  }

  async #failingMigration(database: ShopDatabase): Promise<Balance> {
    this.#title('Act 3: two migrations, of which the second fails; then the mended commit');
    return this.#measure('act 3', database, [2, 3], async () => {
      const failed = await this.#deploy('3-initials', 'Add the customers’ initials', 3);
      await this.#showHeld(database);
      const mended = await this.#deploy('4-one-name', 'Let a customer have one name', 0);
      return [failed, mended];
    });
  }

  /** Why the page has to stay: neither code can work with what the migration left. */
  async #showHeld(database: ShopDatabase): Promise<void> {
    const { page } = this.shop.urls;
    const visit = await visitOnce(page);
    this.#say(`\nHeld. A visitor gets the maintenance page, ${await database.openOrders()} orders wait, and`);
    if (visit.kind !== 'page') this.#complaints.push('act 3: the page was not up after the failed migration');
    for (const edition of [2, 3] as const) {
      const refusal = await database.refusal(CODE[edition].anyCustomer);
      this.#say(`  edition ${edition} of the code would get: ${refusal ?? 'an answer'}`);
      if (refusal === undefined) this.#complaints.push(`act 3: edition ${edition} works with the schema`);
    }
    this.#say('A recipe that takes the page off whatever happened would show these errors now.');
    this.#say('Somebody mends the migration, pushes, and the same job continues the held window:\n');
  }

  /** Lets people visit and order while `deployments` opens a window and closes it, and draws up the balance. */
  async #measure(
    act: string,
    database: ShopDatabase,
    editions: readonly [Edition, Edition],
    deployments: () => Promise<readonly [opening: Deployed, closing: Deployed]>,
  ): Promise<Balance> {
    const [old, young] = editions;
    const customers = await database.customers(CUSTOMER_NAME[old]);
    const formation = await this.shop.formation();
    const visitors = new Visitors(this.shop.urls.page);
    this.shop.forgetRequests();
    visitors.start();
    database.startOrders();
    let deployed: readonly [Deployed, Deployed];
    try {
      await visitors.untilServed(old, VISITS, this.stage.signal);
      deployed = await deployments();
      await visitors.untilServed(young, VISITS, this.stage.signal);
    } finally {
      await database.stopOrders();
      await visitors.stop();
    }
    await database.untilPacked(PACKING_MS, this.stage.signal);
    const sum = balance({
      page: this.shop.pageSpan(),
      standstill: standstill(...deployed),
      visits: await visitors.stop(),
      editions,
      placed: database.placed,
      orders: await database.orders(),
      customers: { before: customers, after: await database.customers(CUSTOMER_NAME[young]) },
      formation: { before: formation, after: await this.shop.formation() },
    });
    this.#complaints.push(...sum.complaints.map((complaint) => `${act}: ${complaint}`));
    return sum;
  }

  async #deploy(changes: string, message: string, exitCode: number): Promise<Deployed> {
    const commit = await this.shop.commit(changes, message);
    this.#say(`git push: "${message}" (${commit.slice(0, 8)}); CircleCI runs the orb's job:`);
    const deployed = await this.shop.deploy(this.stage.output(), this.stage.signal);
    if (deployed.exitCode === exitCode) return deployed;
    throw new Error(`The job ended with exit code ${deployed.exitCode} instead of ${exitCode}.`);
  }

  #title(text: string): void {
    this.#say(`\n== ${text}\n`);
  }

  #say(text: string): void {
    this.stage.print(text);
  }
}

/** From the end of the phase that opened the window to the start of the one that closed it, by each result.json. */
function standstill({ result: opening }: Deployed, { result: closing }: Deployed): Span {
  const opened = opening.phases.find(({ name }) => name === 'open window');
  const closed = closing.phases.find(({ name }) => name === 'close window');
  if (opened === undefined || closed === undefined) throw new Error('A job opened or closed no window.');
  return { from: Date.parse(opened.startedAt) + opened.durationMs, to: Date.parse(closed.startedAt) };
}
