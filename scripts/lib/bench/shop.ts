import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppSettings } from '../../../src/simulator/index.ts';
import { runProgram } from '../program.ts';
import type { Bench } from './parts.ts';
import { makeRepository, type BenchRepository } from './repository.ts';

/** What the migration of the shop's app is. */
export const MIGRATE = 'node migrate.js';

const FILES: Readonly<Record<string, string>> = {
  Procfile: 'web: node web.js\nworker: exec sleep 3600\n',
  'web.js': `require('node:http').createServer((request, response) => response.end('open')).listen(process.env.PORT);\n`,
  'migrate.js': `console.log('migrated');\n`,
};

/** Apps with a web process, a worker and a database, and the repository that they are deployed from. */
export interface Shop {
  readonly directory: string;
  readonly repository: BenchRepository;
  /** Makes an app on which the first commit is deployed, and a web dyno and a worker are up. */
  open(name: string, settings?: Partial<AppSettings>): Promise<void>;
}

/** @param name of its folder. */
export async function makeShop({ materials, world }: Bench, name: string): Promise<Shop> {
  const directory = join(materials.folder, name);
  const repository = await makeRepository(directory, 1, materials.environment);
  for (const [file, text] of Object.entries(FILES)) await writeFile(join(directory, file), text);
  const first = await repository.commit();
  return {
    directory,
    repository,
    async open(app, settings = {}) {
      await world.control.createApp({ name: app, postgres: true });
      const args = ['push', world.pushUrl(app), `${first}:refs/heads/main`];
      const { code, stderr } = await runProgram('git', args, {
        cwd: directory,
        environment: world.environment,
      });
      if (code !== 0) throw new Error(`The first push to ${app} ended with ${code}: ${stderr}`);
      await world.control.act(app, { action: 'scale', formation: { web: 1, worker: 1 } });
      await world.control.until(app, ({ dynos }) => dynos.filter(({ state }) => state === 'up').length === 2);
      await world.control.changeSettings(app, settings);
    },
  };
}
