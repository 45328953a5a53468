import type { AppView, NewAppOptions } from '../../../../src/simulator/index.ts';
import type { Answer } from '../../support/local.ts';
import { TestHeroku } from '../../support/local.ts';

/** A local Heroku whose app `shop` has a database, and the data API as its owner uses it. */
export class DataWorld {
  private constructor(
    readonly test: TestHeroku,
    /** Name of the add-on. */
    readonly addOn: string,
  ) {}

  static async start(apps: readonly (string | NewAppOptions)[] = []): Promise<DataWorld> {
    const test = await TestHeroku.start({ apps: [{ name: 'shop', postgres: true }, ...apps] });
    return new DataWorld(test, test.heroku.platform.addOns.of(test.app('shop'))[0]?.name ?? '');
  }

  get control() {
    return this.test.heroku.control;
  }

  get url(): string {
    return this.test.app('shop').configVars['DATABASE_URL'] ?? '';
  }

  /** A request about the database itself. */
  database(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.test.api(method, `/client/v11/databases/${this.addOn}${path}`, body);
  }

  /** A request about the app's backups and restores. */
  transfers(method = 'GET', path = '', body?: unknown): Promise<Answer> {
    return this.test.api(method, `/client/v11/apps/shop/transfers${path}`, body);
  }

  query(sql: string) {
    return this.control.query('shop', sql);
  }

  /** Takes a backup, and gives its last state. */
  async backUp() {
    return this.ended(await this.database('POST', '/backups'));
  }

  async restore(url: string) {
    return this.ended(await this.database('POST', '/restores', { backup_url: url }));
  }

  /** Waits for the end of what an answer has begun, and asks for it once more, log and all. */
  async ended({ status, body }: Answer) {
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    await this.until(body.uuid, 'succeeded', 'failed', 'canceled');
    return (await this.transfers('GET', `/${body.uuid}?verbose=true`)).body;
  }

  /** Waits until the transfer is in one of the states. */
  until(uuid: string, ...states: AppView['transfers'][number]['state'][]): Promise<AppView> {
    return this.control.until('shop', ({ transfers }) =>
      transfers.some((each) => each.uuid === uuid && states.includes(each.state)),
    );
  }

  /** Waits for a session of the database to be as the condition says. */
  async session(condition: string): Promise<void> {
    for (;;) {
      const rows = await this.query(`SELECT 1 FROM pg_stat_activity WHERE ${condition}`);
      if (rows.length > 0) return;
    }
  }

  close(): Promise<void> {
    return this.test.close();
  }
}
