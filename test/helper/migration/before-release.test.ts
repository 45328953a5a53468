import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGit } from '../../../src/helper/git/create-git.ts';
import { nothingPending, type PendingQuestion } from '../../../src/helper/migration/before-release.ts';
import type { Answer } from '../../../src/helper/migration/pending.ts';
import { appDirectory as folderOf } from '../../../src/parameters/index.ts';
import type { Release } from '../../../src/helper/ports/heroku.ts';
import type { Journal } from '../../../src/helper/journal/journal.ts';
import { createRepository, type Repository } from '../../e2e/support/repository.ts';
import { RecordingLog } from '../../support/recording-log.ts';

let folder: string;
let repository: Repository;
/** The commits: a migration, code alone, another migration, that one taken away. */
let [first, code, second, without] = ['', '', '', ''];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heroku-cd-pending-'));
  repository = await createRepository(join(folder, 'repository'));
  first = await repository.commit({ 'db/migrate/1.sql': '1', 'app/a[1].txt': 'a', 'x[1]/c.txt': 'c' });
  code = await repository.commit({ 'app/b.txt': 'b' });
  second = await repository.commit({ 'db/migrate/2.sql': '2' });
  await repository.git('rm', '--quiet', 'db/migrate/2.sql');
  without = await repository.commit({});
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Asked {
  readonly paths?: string;
  readonly command?: string;
  readonly answer?: Answer;
  readonly last?: Partial<Journal>;
  readonly directory?: string;
  /** `app-directory`. */
  readonly appDirectory?: string;
  /** Null: the app has not built it itself. */
  readonly deployedFolder?: string | null;
  /** What the build app says of it. */
  readonly elsewhere?: string;
}

/** What is decided between two commits, and the one line that says why. */
async function decide(
  deployed: string | undefined,
  commit: string | undefined,
  {
    paths = '',
    command = '',
    answer,
    last,
    directory = repository.directory,
    appDirectory = '',
    deployedFolder = folderOf(appDirectory),
    elsewhere,
  }: Asked,
): Promise<{ nothing: boolean; says: string }> {
  const log = new RecordingLog();
  const git = createGit({
    directory,
    environment: { PATH: process.env['PATH'] },
    secretValues: [],
    secretVariables: [],
  });
  const question: PendingQuestion = {
    ports: { git, log },
    settings: {
      'migration-paths': paths,
      'pending-migrations-command': command,
      'app-directory': appDirectory,
    },
    has: (one) => git.hasCommit(one),
    folderElsewhere: () => Promise.resolve(elsewhere),
    ...(answer === undefined ? {} : { ask: () => Promise.resolve(answer) }),
  };
  const nothing = await nothingPending(
    question,
    {
      current: { slugId: 'slug' } as Release,
      deployedCommit: deployed,
      deployedFolder: deployedFolder ?? undefined,
    },
    commit,
    last as Journal,
  );
  return { nothing, says: log.all };
}

test.each<[string, () => [string, string], string, boolean, RegExp]>([
  ['unchanged', () => [first, code], 'db/migrate/**', true, /^Nothing to migrate: no file of/m],
  ['unchanged, as a folder', () => [first, code], 'db/migrate', true, /^Nothing to migrate/m],
  ['unchanged, with ./ before it', () => [first, code], './db/migrate/*.sql', true, /^Nothing to migrate/m],
  ['added', () => [code, second], 'db/migrate/**', false, /db\/migrate\/2\.sql differs/],
  ['taken away', () => [second, without], 'db/migrate/**', false, /db\/migrate\/2\.sql differs/],
  [
    'added, by the second of two patterns',
    () => [code, second],
    'app/**,\n **/2.sql',
    false,
    /2\.sql differs/,
  ],
  [
    'of no such name',
    () => [first, code],
    'db/migration/**',
    false,
    /No file of \w{8} matches "db\/migration/,
  ],
  ['of no such name, among others', () => [first, code], 'db/**,x/*', false, /matches "x\/\*"/],
  ['matched by brackets', () => [first, code], 'app/a[[]1].txt', true, /^Nothing to migrate/m],
  ['deployed from elsewhere', () => ['f'.repeat(40), code], 'db/**', false, /ffffffff is not in this clone/],
])('files of migration-paths that are %s', async (_case, commits, paths, nothing, says) => {
  const [deployed, commit] = commits();
  const decided = await decide(deployed, commit, { paths });
  expect(decided).toEqual({ nothing, says: expect.stringMatching(says) });
});

describe('with an app-directory, files of migration-paths', () => {
  test.each<[string, string, () => [string, string], string, boolean, RegExp]>([
    ['are those in it', 'db', () => [first, code], 'migrate/**', true, /^Nothing to migrate/m],
    ['that changed are found', './db/', () => [code, second], 'migrate/**', false, /2\.sql differs/],
    ['that changed elsewhere do not count', 'app', () => [code, second], '*.txt', true, /^Nothing/m],
    [
      'named from the top match nothing',
      'db',
      () => [first, code],
      'db/migrate/**',
      false,
      /matches "db\/db/,
    ],
    [
      'may be in a folder whose name looks like a pattern',
      'x[1]',
      () => [first, code],
      '*',
      true,
      /^Nothing/m,
    ],
  ])('%s', async (_case, appDirectory, commits, paths, nothing, says) => {
    const [deployed, commit] = commits();
    const decided = await decide(deployed, commit, { paths, appDirectory });
    expect(decided).toEqual({ nothing, says: expect.stringMatching(says) });
  });

  test('say nothing where what is deployed was built from another folder', async () => {
    const { nothing, says } = await decide(first, code, { paths: 'db/**', deployedFolder: 'db' });
    expect(nothing).toBe(false);
    expect(says).toContain('another `app-directory`');
  });

  test.each([
    ['the same folder', '', true, /^Nothing to migrate/m],
    ['another folder', 'db', false, /another `app-directory`/],
    ['nobody knows which folder', undefined, false, /not known/],
  ])('of what another app has built from %s', async (_case, elsewhere, nothing, says) => {
    const from = elsewhere === undefined ? {} : { elsewhere };
    const decided = await decide(first, code, { paths: 'db/**', deployedFolder: null, ...from });
    expect(decided).toEqual({ nothing, says: expect.stringMatching(says) });
  });
});

test('where Heroku does not say what is deployed, a migration is assumed', async () => {
  const { nothing, says } = await decide(undefined, code, { paths: 'db/**' });
  expect(nothing).toBe(false);
  expect(says).toContain('Which commit is deployed is not known');
});

test('a blobless clone needs no file for it', async () => {
  const directory = join(folder, 'blobless');
  await repository.git(
    'clone',
    '--quiet',
    '--filter=blob:none',
    '--no-checkout',
    `file://${repository.directory}`,
    directory,
  );
  expect(await decide(first, code, { paths: 'db/**', directory })).toMatchObject({ nothing: true });
  expect(await decide(code, second, { paths: 'db/**', directory })).toMatchObject({ nothing: false });
});

describe('the run before', () => {
  const closed = { status: 'closed', migrates: true, stage: 'migrated' } as const;
  test.each<[string, () => [string, string], Partial<Journal> | undefined, boolean]>([
    ['migrated', () => [first, code], closed, true],
    ['failed to migrate', () => [first, code], { ...closed, stage: 'migrating' }, false],
    ['restored the database', () => [first, code], { ...closed, stage: 'restoring' }, false],
    [
      'migrated, and something is pending still',
      () => [first, code],
      { ...closed, stillPending: true },
      false,
    ],
    [
      'released and stopped before the migration',
      () => [first, code],
      { ...closed, stage: 'shipping' },
      false,
    ],
    ['brought no migration', () => [first, code], { ...closed, migrates: false, stage: 'shipping' }, true],
    ['deployed this very commit and migrated', () => [code, code], closed, true],
    ['is not known, and this very commit is deployed', () => [code, code], undefined, false],
  ])('%s', async (_case, commits, given, nothing) => {
    const [deployed, commit] = commits();
    const last = given === undefined ? undefined : { commit: deployed, ...given };
    const decided = await decide(deployed, commit, { paths: 'db/**', ...(last ? { last } : {}) });
    expect(decided.nothing).toBe(nothing);
  });

  test('stopped before it left code behind, so it matters nothing', async () => {
    const last = { ...closed, stage: 'shipping', commit: second } as const;
    expect(await decide(first, code, { paths: 'db/**', last })).toMatchObject({ nothing: true });
  });
});

describe('the command', () => {
  test.each<[string, () => [string, string | undefined], Answer, boolean]>([
    ['is asked about what is deployed', () => [code, code], 'nothing', true],
    ['is asked where nothing is pushed', () => [code, undefined], 'nothing', true],
    ['is believed that something is pending', () => [code, code], 'pending', false],
    ['gives no answer, and a migration is assumed', () => [code, code], 'unknown', false],
    ['is not asked about code that is not deployed', () => [first, code], 'nothing', false],
  ])('%s', async (_case, commits, answer, nothing) => {
    const [deployed, commit] = commits();
    expect(await decide(deployed, commit, { command: 'ask', answer })).toMatchObject({ nothing });
  });
});
