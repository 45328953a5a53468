import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startLocalHeroku, type LocalHeroku } from '../../../src/simulator/index.ts';
import { createRepository, type Repository } from '../../e2e/support/repository.ts';
import { CACHE_PASSWORD, CACHE_USER, startMemcached, type Memcached } from '../../support/memcached.ts';
import { runHelper, unpackHelper } from '../../support/orb-helper.ts';
import type { Line } from './shell.ts';
import { runLocally } from './local-commands.ts';

/** The app that the pages speak of. */
export const APP = 'acme-shop';

/** What a line came to. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** As the pages make it: of the scope `identity,write-protected`. */
const KEY = 'HRKU-d0c5d0c5-0000-4000-8000-00000c0ffee5';

/** The project of somebody who reads the pages. */
const FILES = {
  Procfile: 'web: node web.js\nworker: exec sleep 86400\nclock: exec sleep 86400\n',
  'web.js': `require('node:http').createServer((q, a) => a.end('shop')).listen(Number(process.env.PORT), '127.0.0.1');\n`,
  'package.json': '{ "name": "shop", "private": true, "scripts": { "test": "exit 0" } }\n',
  'package-lock.json': '{ "name": "shop", "lockfileVersion": 3, "packages": { "": { "name": "shop" } } }\n',
  '.npmrc': 'audit=false\nfund=false\nupdate-notifier=false\n',
  // What the pages call by name: on Heroku it would be in the app's PATH.
  'bin/rails': '#!/bin/sh\nexec true\n',
  'bin/rake': '#!/bin/sh\necho "PG::UndefinedColumn" >&2\nexec false\n',
};

/**
 * A local Heroku with the app that the pages speak of: deployed, with a database, a cache, a worker and a clock; and
 * a clone of it, in which lines are run one after the other.
 */
export class Stage {
  private constructor(
    readonly folder: string,
    readonly heroku: LocalHeroku,
    readonly repository: Repository,
    private readonly caches: readonly Memcached[],
    private readonly helper: string,
  ) {}

  static async open(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-docs-'));
    const [heroku, caches, repository] = await Promise.all([
      startLocalHeroku({ apps: [{ name: APP, postgres: true }], settings: { buildMs: 20 } }),
      startMemcached(),
      createRepository(join(folder, 'home', 'shop')),
    ]);
    const stage = new Stage(folder, heroku, repository, caches, unpackHelper(join(folder, 'heroku-cd.cjs')));
    await mkdir(join(folder, 'authorities'));
    const key = { key: KEY, scopes: ['identity', 'write-protected'] as const };
    heroku.control.changeAccount(heroku.account.email, { addKeys: [key] });
    await repository.commit(FILES);
    const { hostname, port } = new URL(heroku.urls.api);
    await repository.git(
      'push',
      '--quiet',
      `http://heroku:${KEY}@${hostname}:${port}/${APP}.git`,
      'HEAD:main',
    );
    const servers = caches.map(({ address }) => address).join(',');
    const vars = { SERVERS: servers, USERNAME: CACHE_USER, PASSWORD: CACHE_PASSWORD };
    const named = (prefix: string) =>
      Object.entries(vars).map(([name, value]) => [`${prefix}_${name}`, value]);
    await heroku.control.act(APP, {
      action: 'config',
      vars: {
        ...(Object.fromEntries([...named('MEMCACHIER'), ...named('CACHE')]) as Record<string, string>),
        PATH: `./bin:${process.env['PATH'] ?? ''}`,
      },
    });
    await heroku.control.act(APP, { action: 'scale', formation: { worker: 3, clock: 1 } });
    return stage;
  }

  /** What a person's shell has after the line that `simulate` prints. */
  get environment(): Record<string, string> {
    const authorities = join(this.folder, 'authorities');
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.folder, 'home'),
      ...this.heroku.environment(),
      HEROKU_API_KEY: KEY,
      HEROKU_APP_NAME: APP,
      // Waits of minutes pass in a second; and nobody reads the hundred authorities of the world.
      HEROKU_CD_TIME_LAPSE: '20',
      NODE_OPTIONS: '--use-openssl-ca',
      SSL_CERT_DIR: authorities,
      SSL_CERT_FILE: join(authorities, 'none'),
    };
  }

  /** Runs a line as the page has it. */
  async run(line: Line): Promise<Outcome> {
    const [program = '', ...rest] = line.words;
    if (program === 'heroku-cd' || (program === 'node' && rest[0]?.endsWith('dist/cli.cjs') === true)) {
      const args = program === 'node' ? rest.slice(1) : rest;
      const locally = await runLocally(args, this);
      if (locally !== undefined) return locally;
      await this.#prepare(args);
      const { code, stdout, stderr } = await runHelper(
        this.helper,
        args.map((one) => this.#meant(one)),
        {
          cwd: this.repository.directory,
          env: this.environment,
        },
      );
      return { code, output: stdout + stderr };
    }
    const options = { cwd: this.repository.directory, env: this.environment };
    const { stdout, stderr } = await promisify(execFile)('bash', ['-euc', line.text], options);
    return { code: 0, output: stdout + stderr };
  }

  async close(): Promise<void> {
    await Promise.all([this.heroku.close(), ...this.caches.map((one) => one.stop())]);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** What a person has in the place of what the pages can only stand for. */
  #meant(word: string): string {
    if (word.startsWith('~/')) return join(this.folder, 'home', word.slice(2));
    if (/^[0-9a-f]{2}(?::[0-9a-f]{2}){15}$/.test(word)) {
      return this.heroku.account.sshKeys[0]?.fingerprint ?? word;
    }
    return word;
  }

  /** How the app is when somebody runs such a command. */
  async #prepare([command = '', ...rest]: readonly string[]): Promise<void> {
    if (command !== 'recover' || !rest.includes('--formation')) return;
    await this.heroku.control.act(APP, { action: 'maintenance', enabled: true });
    await this.heroku.control.act(APP, { action: 'scale', formation: { worker: 0, clock: 0 } });
  }
}
