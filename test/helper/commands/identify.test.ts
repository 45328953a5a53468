import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_APP } from '../../../src/helper/commands/identify.ts';
import { createFileStore, OWN_JOURNAL_FILE } from '../../../src/helper/edge/file-store.ts';
import { Refusal } from '../../../src/helper/errors.ts';
import { createLineLog } from '../../../src/helper/output/log.ts';
import { createMasker } from '../../../src/helper/output/masker.ts';
import { run } from '../../../src/helper/run.ts';
import { json, ScriptedServer } from '../../support/scripted-server.ts';
import { rows } from '../heroku/fixtures.ts';

const home = process.cwd();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heroku-cd-identify-'));
  process.chdir(folder);
});

afterEach(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true, force: true });
});

function identify(environment: NodeJS.ProcessEnv, flags = {}): Promise<unknown> {
  return run(
    { command: 'identify', flags, json: false },
    {
      environment,
      directory: folder,
      log: createLineLog({ masker: createMasker(), write: () => undefined, now: () => 0 }),
      signal: new AbortController().signal,
    },
  );
}

describe('identify', () => {
  // CircleCI computes the cache's key at the end of a refused job, too: a file that is missing would be its last error.
  it.each([
    ['no app is named', {}],
    ['there is no key', { HEROKU_APP_NAME: 'acme-shop' }],
    ['an app is named wrongly', { HEROKU_CD_APP_NAME: 'Acme Shop', HEROKU_API_KEY: 'x'.repeat(30) }],
  ])('leaves the files of the cache’s key where %s', async (_, environment) => {
    await expect(identify(environment)).rejects.toThrow(Refusal);
    expect(await readFile('.heroku-cd/app-id', 'utf8')).toBe(`${NO_APP}\n`);
    expect(await readFile(OWN_JOURNAL_FILE, 'utf8')).toBe('none\n');
  });

  it('writes none of its own where it is told another', async () => {
    await expect(identify({}, { 'app-id-file': 'elsewhere/id' })).rejects.toThrow(Refusal);
    await expect(readFile('.heroku-cd/app-id')).rejects.toThrow('ENOENT');
  });

  it('writes what the journal of a run on that app is kept by, in the same home folder and cache version', async () => {
    const server = await new ScriptedServer().listen();
    server.otherwise(json(200, rows.app));
    try {
      const written = async (more: NodeJS.ProcessEnv): Promise<string> => {
        const key = { HEROKU_API_KEY: 'x'.repeat(30), HEROKU_APP_NAME: 'acme-shop', HEROKU_HOST: server.url };
        const environment = { ...key, HOME: '/home/circleci', ...more };
        await identify(environment);
        const id = await readFile('.heroku-cd/app-id', 'utf8');
        expect(id).toContain(rows.app.id);
        expect(await readFile(OWN_JOURNAL_FILE, 'utf8')).not.toBe(id);
        await createFileStore('acme-shop', environment).own(rows.app.id);
        expect(await readFile(OWN_JOURNAL_FILE, 'utf8')).toBe(id);
        return id;
      };
      const ids: string[] = [];
      for (const more of [
        {},
        { HOME: '/Users/circleci' },
        { HOME: '/root' },
        { HEROKU_CD_CACHE_VERSION: '2' },
      ])
        ids.push(await written(more));
      expect(ids[1]).toBe(ids[0]);
      expect(new Set(ids).size).toBe(3);
    } finally {
      await server.close();
    }
  });
});
