import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_APP } from '../../../src/helper/commands/identify.ts';
import { OWN_JOURNAL_FILE } from '../../../src/helper/edge/file-store.ts';
import { Refusal } from '../../../src/helper/errors.ts';
import { createLineLog } from '../../../src/helper/output/log.ts';
import { createMasker } from '../../../src/helper/output/masker.ts';
import { run } from '../../../src/helper/run.ts';

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
});
