import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { askAt } from '../../../src/cli/init/ask.ts';
import { initCommand } from '../../../src/cli/init/command.ts';
import type { InitFlags } from '../../../src/cli/init/flags.ts';
import { below, FIXTURES } from './support/fixtures.ts';
import { ORB } from './support/orb.ts';
import { init, project, removeFolders } from './support/project.ts';

afterEach(removeFolders);

const ENTER = '\r';
const CTRL_C = '\x03';
const CONFIG = '.circleci/config.yml';

/** A person at a terminal: types the answer once its question stands there. */
function person(answers: readonly (readonly [question: string, keys: string])[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 200, rows: 50 });
  const left = [...answers];
  let shown = '';
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const [next] = left;
    if (next === undefined || !shown.includes(next[0])) return;
    left.shift();
    shown = '';
    // Once this question listens.
    setImmediate(() => input.write(next[1]));
  });
  return { asker: askAt({ input, output, signal: new AbortController().signal }), left };
}

async function answered(
  files: Readonly<Record<string, string>>,
  answers: readonly (readonly [string, string])[],
  flags: InitFlags = {},
) {
  const { directory } = await project(files);
  const { asker, left } = person(answers);
  const said = await init(directory, flags, asker);
  const path = join(directory, CONFIG);
  return { ...said, left, config: existsSync(path) ? await readFile(path, 'utf8') : undefined };
}

test('asks for what the repository does not tell, and writes once that is wanted', async () => {
  const { code, left, out, config } = await answered(FIXTURES.rails.files, [
    ['Which Heroku app is production?', `acme-shop${ENTER}`],
    ['Which one is staging?', `acme-staging${ENTER}`],
    ['Which branch goes to staging?', ENTER],
    ['Which branch goes to production?', ENTER],
    ['Which command migrates?', ENTER],
    ['Write this to .circleci/config.yml?', ENTER],
  ]);
  expect([code, left]).toEqual([0, []]);
  expect(config).toContain('app-name: acme-staging\n');
  expect(config).toContain('migrate-command: bin/rails db:migrate\n');
  expect(out).toContain(config);
});

test('asks nothing that a flag has answered', async () => {
  const { code, left } = await answered(
    FIXTURES.rails.files,
    [['Write this to .circleci/config.yml?', ENTER]],
    { app: 'acme-shop', stagingApp: '', productionBranch: 'main', migrateCommand: 'bin/rails db:migrate' },
  );
  expect([code, left]).toEqual([0, []]);
});

test('says what it found before it asks, and what it proposes of that afterwards', async () => {
  const { directory } = await project({
    ...below('api', { ...FIXTURES.rails.files, '.gitmodules': '' }),
    'site/Procfile': 'web: x',
    '.gitmodules': '',
  });
  let said = '';
  const { asker } = person([
    ['Which app is deployed?', ENTER],
    ['Which Heroku app is production?', `acme-shop${ENTER}`],
  ]);
  const when: string[] = [];
  const code = await initCommand(
    { stagingApp: '', productionBranch: 'main', migrateCommand: 'bin/rails db:migrate' },
    {
      cwd: directory,
      orb: ORB,
      out: (text) => void (said += text),
      err: (text) => void (said += text),
      asker: {
        ...asker,
        choose: (...question) => (when.push(said), asker.choose(...question)),
        text: (...question) => (when.push(said), asker.text(...question)),
        confirm: () => Promise.resolve(false),
      },
    },
  );
  expect([code, when.length]).toEqual([130, 2]);
  expect(when[0]).toMatch(/^Looked at \d+ files of .*\n$/);
  expect(when[1]).toMatch(/^Looked at .*\nApp: api, Ruby \(Rails\)\.\n[^]*! Submodules: /);
  expect(said.slice(when[1]?.length)).toMatch(
    /^Deployment: main goes to acme-shop\.\nMigration: bin\/rails db:migrate\n/,
  );
});

test('takes no wrong name, but another one', async () => {
  const { code, config } = await answered(
    FIXTURES.static.files,
    [
      ['Which Heroku app is production?', `Acme${ENTER}`],
      ['app names are lower case at Heroku', `${'\x7f'.repeat(4)}acme-shop${ENTER}`],
      ['Write this', ENTER],
    ],
    { stagingApp: '', productionBranch: 'main' },
  );
  expect(code).toBe(0);
  expect(config).toContain('app-name: acme-shop\n');
});

test('lets one of several apps and frameworks be chosen', async () => {
  const { code, config, out } = await answered(
    { ...below('api', FIXTURES.rails.files), 'api/knexfile.js': '', 'site/Procfile': 'web: x' },
    [
      ['Which app is deployed?', ENTER],
      ['Which command migrates?', `\x1b[B${ENTER}`],
      ['Write this', ENTER],
    ],
    { app: 'acme-shop', stagingApp: '', productionBranch: 'main' },
  );
  expect(code).toBe(0);
  expect(out).toContain('App: api, Ruby (Rails, Knex).');
  expect(config).toContain('migrate-command: npx knex migrate:latest\n');
});

test.each([
  ['at the first question', [['Which Heroku app is production?', CTRL_C]]],
  [
    'before it is written',
    [
      ['production?', `acme-shop${ENTER}`],
      ['Write this', CTRL_C],
    ],
  ],
  [
    'by saying no',
    [
      ['production?', `acme-shop${ENTER}`],
      ['Write this', `n`],
    ],
  ],
] as const)('stopped %s, nothing is written', async (_when, answers) => {
  const { code, err, config } = await answered(FIXTURES.static.files, answers, {
    stagingApp: '',
    productionBranch: 'main',
  });
  expect([code, err]).toEqual([130, expect.stringContaining('Nothing was written.')]);
  expect(config).toBeUndefined();
});
