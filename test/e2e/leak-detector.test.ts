import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLeaks, type PlaceName } from './support/leaks.ts';
import { APP_FILES } from './support/repository.ts';
import { watchedDeploy, type WatchedFolders, type WatchOptions } from './support/watch.ts';
import { APP, createWorld, KEY, type World } from './support/world.ts';

/** A job that leaks the key in one place. The leak test is worth what these show it to find. */
interface Control {
  readonly place: PlaceName;
  readonly how: string;
  readonly plant: (folders: WatchedFolders) => WatchOptions;
}

const shell = (command: string): WatchOptions => ({
  steps: ['checkout', { run: { name: 'Leak', command } }],
});

/** A program in the helper's place, started as the orb starts the helper. */
const helper = (code: string): WatchOptions => ({
  steps: [
    'checkout',
    {
      run: {
        name: 'Leak',
        environment: { CODE: `${PRELUDE}${code}` },
        command: [
          'file=~/.local/share/heroku-cd/heroku-cd.cjs',
          'mkdir -p ~/.local/share/heroku-cd',
          'printf %s "$CODE" > "$file"',
          'node "$file"',
        ].join('\n'),
      },
    },
  ],
});

const PRELUDE = `const { spawnSync } = require('node:child_process');
const { HEROKU_API_KEY: key, ...clean } = process.env;
const header = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'http.https://git.example.com/a.git.extraHeader',
  GIT_CONFIG_VALUE_0: 'Authorization: Basic ' + Buffer.from(':' + key).toString('base64') };
const git = (args, variables) => spawnSync('git', args, { env: { ...clean, ...variables }, stdio: 'ignore', timeout: 20000 });
`;

const CONTROLS: readonly Control[] = [
  { place: 'log', how: 'the key', plant: () => shell('echo "the key is $HEROKU_API_KEY"') },
  {
    place: 'log',
    how: 'its base64, as git’s traces show it',
    plant: () =>
      shell('printf "Authorization: Basic %s" "$(printf "heroku:%s" "$HEROKU_API_KEY" | base64 -w0)"'),
  },
  {
    place: 'log',
    how: 'its first half',
    plant: () => shell('echo "${HEROKU_API_KEY:0:21}"'),
  },
  {
    place: 'argv',
    how: 'of a program found by its name',
    plant: () => shell('git check-ref-format "$HEROKU_API_KEY" || true'),
  },
  {
    place: 'argv',
    how: 'of a program started by its path',
    plant: ({ elsewhere }) => ({
      ...shell(
        `/bin/sh -c 'echo started; until [ -e "$1" ]; do /bin/sleep 0.02; done' sh '${elsewhere}/seen' "$HEROKU_API_KEY"`,
      ),
      onOutput: (text) => {
        if (text.includes('started')) writeFileSync(join(elsewhere, 'seen'), '');
      },
    }),
  },
  {
    place: 'environment',
    how: 'of a git status that the helper starts',
    plant: () => helper("git(['status'], { HEROKU_API_KEY: key });"),
  },
  {
    place: 'environment',
    how: 'of a shell that a git of the helper starts',
    plant: () => helper("git(['-c', 'alias.x=!basename x', 'x'], { HEROKU_API_KEY: key });"),
  },
  {
    place: 'environment',
    how: 'of another git than the push that gets the push’s header',
    plant: () => helper("git(['rev-parse', 'HEAD'], header);"),
  },
  {
    place: 'environment',
    how: 'of the push, in another variable than the header’s',
    plant: () =>
      helper("git(['push', 'http://127.0.0.1:1/a.git', 'HEAD:main'], { ...header, PASSWORD: key });"),
  },
  {
    place: 'environment',
    how: 'of a hook that the push starts',
    plant: () =>
      helper(`const bare = process.env.TMPDIR + '/bare.git';
git(['init', '--quiet', '--bare', bare]);
require('node:fs').writeFileSync('.git/hooks/pre-push', '#!/bin/sh\\nbasename x > /dev/null\\n', { mode: 0o755 });
git(['push', '--quiet', bare, 'HEAD:refs/heads/main'], header);`),
  },
  { place: 'work tree', how: 'a file', plant: () => shell('echo "$HEROKU_API_KEY" > notes.txt') },
  {
    place: 'work tree',
    how: 'a compressed file',
    plant: () => shell('echo "$HEROKU_API_KEY" | gzip > notes.gz'),
  },
  { place: 'work tree', how: 'the name of a file', plant: () => shell(': > "$HEROKU_API_KEY"') },
  {
    place: 'git objects',
    how: 'a blob that no branch knows',
    plant: () => shell('printf %s "$HEROKU_API_KEY" | git hash-object -w --stdin'),
  },
  {
    place: 'git config',
    how: 'of the clone',
    plant: () => shell('printf "[x]\\n\\ty = %s\\n" "$HEROKU_API_KEY" >> .git/config'),
  },
  {
    place: 'git config',
    how: 'of the user',
    plant: () => shell('printf "[x]\\n\\ty = %s\\n" "$HEROKU_API_KEY" >> ~/.gitconfig'),
  },
  {
    place: 'git config',
    how: 'of the system',
    plant: ({ systemConfig }) => shell(`printf "[x]\\n\\ty = %s\\n" "$HEROKU_API_KEY" >> '${systemConfig}'`),
  },
  {
    place: 'home',
    how: 'a netrc',
    plant: () => shell('echo "machine git.heroku.com password $HEROKU_API_KEY" > ~/.netrc'),
  },
  {
    place: 'state directory',
    how: 'a journal',
    plant: () =>
      shell(`mkdir -p ~/.heroku-cd/${APP}\necho "$HEROKU_API_KEY" > ~/.heroku-cd/${APP}/journal.json`),
  },
  { place: 'temp', how: 'a file', plant: () => shell('echo "$HEROKU_API_KEY" > "$TMPDIR/key"') },
  {
    place: 'temp',
    how: 'a file that is removed again',
    plant: ({ elsewhere }) => ({
      ...shell(
        `echo "$HEROKU_API_KEY" > "$TMPDIR/key"\necho written\nuntil [ -e '${elsewhere}/seen' ]; do /bin/sleep 0.02; done\nrm "$TMPDIR/key"`,
      ),
      onOutput: (text) => {
        if (text.includes('written')) writeFileSync(join(elsewhere, 'seen'), '');
      },
    }),
  },
  {
    place: 'hand-over',
    how: 'between the halves',
    plant: ({ elsewhere }) => ({
      ...shell(
        `cd ~ && mkdir -p heroku-cd-reports/${APP}\necho "$HEROKU_API_KEY" > heroku-cd-reports/${APP}/first-half.json\necho written\nuntil [ -e '${elsewhere}/seen' ]; do /bin/sleep 0.02; done\nrm -r heroku-cd-reports`,
      ),
      onOutput: (text) => {
        if (text.includes('written')) writeFileSync(join(elsewhere, 'seen'), '');
      },
    }),
  },
  { place: 'BASH_ENV', how: 'a line', plant: () => shell('echo "# $HEROKU_API_KEY" >> "$BASH_ENV"') },
  {
    place: 'cache',
    how: 'a cached file',
    plant: ({ elsewhere }) => ({
      steps: [
        { run: { name: 'Leak', command: `echo "$HEROKU_API_KEY" > '${elsewhere}/key'` } },
        { save_cache: { key: 'v1', paths: [`${elsewhere}/key`] } },
      ],
    }),
  },
  {
    place: 'artifacts',
    how: 'a stored file',
    plant: ({ elsewhere }) => ({
      steps: [
        { run: { name: 'Leak', command: `echo "$HEROKU_API_KEY" > '${elsewhere}/key'` } },
        { store_artifacts: { path: `${elsewhere}/key` } },
      ],
    }),
  },
  {
    place: 'workspace',
    how: 'a persisted file',
    plant: ({ elsewhere }) => ({
      steps: [
        { run: { name: 'Leak', command: `echo "$HEROKU_API_KEY" > '${elsewhere}/key'` } },
        { persist_to_workspace: { root: elsewhere, paths: ['key'] } },
      ],
    }),
  },
];

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.repository.commit(APP_FILES);
});

afterAll(async () => {
  await world.close();
});

test('a job that leaks nothing is found clean', async () => {
  const { deployment, places } = await watchedDeploy(world, shell('git status'));
  expect(deployment.job.status).toBe('success');
  expect(findLeaks(places, KEY)).toEqual([]);
});

test('the header in the environment of the push alone is no leak', async () => {
  const { deployment, places, processes } = await watchedDeploy(
    world,
    helper("git(['push', 'http://127.0.0.1:1/a.git', 'HEAD:main'], header);"),
  );
  expect(deployment.job.status).toBe('success');
  expect(processes.pushes).not.toEqual([]);
  expect(findLeaks(places, KEY)).toEqual([]);
});

test.each(CONTROLS)('a leak is found in $place alone: $how', async ({ place, plant }) => {
  const { deployment, places } = await watchedDeploy(world, plant);
  expect({ status: deployment.job.status, reason: deployment.job.reason }).toEqual({ status: 'success' });
  const found = findLeaks(places, KEY);
  expect([...new Set(found.map((leak) => leak.place))]).toEqual([place]);
});

test('every place has a control', () => {
  const places: Record<PlaceName, true> = {
    log: true,
    argv: true,
    environment: true,
    'work tree': true,
    'git objects': true,
    'git config': true,
    home: true,
    'state directory': true,
    temp: true,
    'hand-over': true,
    BASH_ENV: true,
    cache: true,
    artifacts: true,
    workspace: true,
  };
  expect(new Set(CONTROLS.map(({ place }) => place))).toEqual(new Set(Object.keys(places)));
});
