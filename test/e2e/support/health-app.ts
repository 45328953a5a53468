import { HelperDeploys } from './helper-deploys.ts';
import { APP_FILES } from './repository.ts';
import { APP, type World } from './world.ts';

/** Answers what it is told by the commit, once it has booted as slowly as it is told. */
export const FILES: Readonly<Record<string, string>> = {
  ...APP_FILES,
  'web.js': `const fs = require('node:fs');
const text = (name) => fs.readFileSync(__dirname + '/' + name, 'utf8').trim();
const answer = (q, a) => { a.statusCode = Number(text('status.txt')); a.end(text('greeting.txt')); };
const listen = () => require('node:http').createServer(answer).listen(Number(process.env.PORT), '127.0.0.1');
setTimeout(listen, Number(text('boot.txt')));\n`,
  'status.txt': '200',
  'boot.txt': '0',
};

/** An app whose health is its commit's. */
export class HealthApp {
  /** So that each commit is another one. */
  #count = 0;

  private constructor(readonly deploys: HelperDeploys) {}

  static async create(): Promise<HealthApp> {
    return new HealthApp(await HelperDeploys.create(FILES));
  }

  get world(): World {
    return this.deploys.world;
  }

  #files(files: Readonly<Record<string, string>>): Record<string, string> {
    return { 'status.txt': '200', 'boot.txt': '0', 'greeting.txt': `code ${(this.#count += 1)}`, ...files };
  }

  /** Commits code that is well but for the files that are given. */
  commit(files: Readonly<Record<string, string>> = {}): Promise<string> {
    return this.world.repository.commit(this.#files(files));
  }

  /** Deploys it by hand, and waits until it has booted. */
  async deployed(files: Readonly<Record<string, string>> = {}): Promise<string> {
    const commit = await this.world.pushByHand(this.#files(files));
    await this.world.visit();
    return commit;
  }

  /** The commit that serves. */
  async serving(): Promise<string | null | undefined> {
    return (await this.world.heroku.control.app(APP)).releases.find(({ current }) => current)?.commit;
  }

  close(): Promise<void> {
    return this.deploys.close();
  }
}
