import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findNode } from '../support/node-version.ts';
import { HelperProgram } from './support/helper-program.ts';
import { findLeaks, type PlaceName } from './support/leaks.ts';
import { gitCommand } from './support/processes.ts';
import { APP_FILES } from './support/repository.ts';
import { watchedDeploy, type WatchedFolders, type WatchOptions } from './support/watch.ts';
import { APP, createWorld, KEY, type World } from './support/world.ts';

// What a process was started with is read from procfs.
const suite = existsSync('/proc/self/environ') ? describe : describe.skip;
if (suite === describe.skip)
  process.stderr.write('SKIPPED, the leak test needs procfs, which Linux alone has.\n');

/** Everything that makes git, Node.js and our libraries print what they send, as a user may have set it. */
const LOUD = {
  DEBUG: '*',
  NODE_DEBUG: '*',
  GIT_TRACE: '1',
  GIT_TRACE_CURL: '1',
  GIT_TRACE_PACKET: '1',
  GIT_TRACE_SETUP: '1',
  GIT_TRACE2: '1',
  GIT_TRACE2_EVENT: '1',
  GIT_TRACE2_PERF: '1',
  GIT_TRACE_REDACT: '0',
  GIT_CURL_VERBOSE: '1',
};

/**
 * Makes git print these variables. From a step on, and not from the beginning: checkout is no step of ours,
 * and its git would print the key as it was told to (on CircleCI the agent then masks it).
 */
const NAME_VARIABLES = {
  run: {
    name: 'Let git print the key',
    command:
      'echo "export GIT_TRACE2_ENV_VARS=HEROKU_API_KEY,$(seq -s , -f GIT_CONFIG_VALUE_%.0f 0 40)" >> "$BASH_ENV"',
  },
};

const loudly = (options: WatchOptions = {}): WatchOptions => ({
  ...options,
  environment: { ...LOUD, ...options.environment },
  before: [NAME_VARIABLES, ...(options.before ?? [])],
});

/** Retries and time limits, which are minutes, pass in seconds. */
const QUICKLY = { HEROKU_CD_TIME_LAPSE: '100' };

/** Places that every deployment writes to: where nothing was seen, nothing was watched. */
const WRITTEN: readonly PlaceName[] = [
  'log',
  'argv',
  'environment',
  'work tree',
  'git objects',
  'git config',
  'home',
  'state directory',
  'hand-over',
  'BASH_ENV',
  'artifacts',
];

let world: World;

beforeEach(async () => {
  world = await createWorld();
  await world.repository.commit(APP_FILES);
});

afterEach(async () => {
  await world.close();
});

suite('the key stays where it belongs', () => {
  test('in a deployment that succeeds, with everything set that makes git and Node.js talk', async () => {
    const { deployment, places, processes, count } = await watchedDeploy(world, loudly());

    expect({ exitCode: deployment.exitCode, log: deployment.log }).toMatchObject({ exitCode: 0 });
    expect(findLeaks(places, KEY)).toEqual([]);
    for (const place of WRITTEN) expect([place, count(place) > 0]).toEqual([place, true]);
    // That git had the key, and who else: the exceptions of the detector were used, and by these alone.
    expect(new Set(processes.pushes.map(({ pid }) => pid)).size).toBe(1);
    const helpers = new Set(processes.pushHelpers.map(({ argv }) => gitCommand(argv)));
    expect([...helpers].filter((name) => /^remote-https?$/.test(name))).not.toEqual([]);
  });

  test('where git writes its traces to files, by its environment and by its configuration', async () => {
    const traces = ({ temp, home }: WatchedFolders): WatchOptions => ({
      environment: {
        ...Object.fromEntries(
          Object.keys(LOUD)
            .filter((name) => name.startsWith('GIT_TRACE') && name !== 'GIT_TRACE_REDACT')
            .map((name) => [name, join(temp, name.toLowerCase())]),
        ),
        GIT_TRACE_REDACT: '0',
        SSLKEYLOGFILE: join(temp, 'tls-keys'),
      },
      before: [
        {
          run: {
            name: 'Configure git',
            command: [
              `printf '%s\\n' ${[
                ...['[trace2]', `eventTarget = ${join(temp, 'configured-trace')}`, 'configParams = *'],
                'envVars = HEROKU_API_KEY,GIT_CONFIG_VALUE_10,GIT_CONFIG_VALUE_12',
                ...['[credential]', 'helper = store', '[core]', `hooksPath = ${home}/hooks`],
              ]
                .map((line) => `'${line}'`)
                .join(' ')} > ~/.gitconfig`,
              `mkdir -p '${home}/hooks'`,
              `printf '#!/bin/sh\\nenv > hook-was-here\\n' | tee '${home}/hooks/pre-push' > .git/hooks/pre-push`,
              `chmod +x '${home}/hooks/pre-push' .git/hooks/pre-push`,
            ].join('\n'),
          },
        },
        NAME_VARIABLES,
      ],
    });
    const { deployment, places } = await watchedDeploy(world, traces);

    expect({ exitCode: deployment.exitCode, log: deployment.log }).toMatchObject({ exitCode: 0 });
    expect(findLeaks(places, KEY)).toEqual([]);
    expect(places.filter(({ where }) => where.endsWith('hook-was-here'))).toEqual([]);
  });

  test('when it is wrong', async () => {
    const wrong = 'HRKU-bad0bad0-1111-4111-8111-0123456789ab';
    const { deployment, places } = await watchedDeploy(world, loudly({ context: { HEROKU_API_KEY: wrong } }));

    expect(deployment.exitCode).toBe(2);
    expect(deployment.log).toContain('ERROR: Heroku does not accept the API key');
    expect(findLeaks(places, wrong)).toEqual([]);
  });

  test('when git’s server does not take it, though the API does', async () => {
    world.heroku.control.addFault({ match: { surface: 'git' }, effect: { kind: 'status', status: 401 } });
    const { deployment, places } = await watchedDeploy(world, loudly());

    expect(deployment.exitCode).toBe(2);
    expect(deployment.log).toContain('git server does not accept the key');
    expect(findLeaks(places, KEY)).toEqual([]);
  });

  test('when the push is refused', async () => {
    await world.heroku.control.changeSettings(APP, { buildResult: 'fail' });
    const { deployment, places } = await watchedDeploy(world, loudly());

    expect(deployment.exitCode).toBe(1);
    expect(deployment.log).toContain('ERROR: ');
    expect(findLeaks(places, KEY)).toEqual([]);
  });

  test('when the push breaks off', async () => {
    world.heroku.control.addFault({
      match: { surface: 'git', path: 'git-receive-pack$', method: 'POST', authenticated: true },
      effect: { kind: 'reset', when: 'before-effect' },
    });
    const { deployment, places } = await watchedDeploy(world, loudly({ environment: QUICKLY }));

    expect(deployment.exitCode).toBe(1);
    expect(findLeaks(places, KEY)).toEqual([]);
  });

  test.each(['garbage', 'truncate', 'reset', 'close'] as const)(
    'when the API answers with %s',
    async (kind) => {
      world.heroku.control.addFault({ match: { surface: 'api', path: '/releases' }, effect: { kind } });
      const { deployment, places } = await watchedDeploy(world, loudly({ environment: QUICKLY }));

      expect(deployment.exitCode).toBe(1);
      expect(deployment.log).toContain('ERROR: ');
      expect(findLeaks(places, KEY)).toEqual([]);
    },
  );

  test.each(['json', 'html'] as const)('when a server repeats what it was sent, in %s', async (body) => {
    const message = `You sent ${echoes(KEY).join(' ')}`;
    for (const surface of ['api', 'git'] as const) {
      world.heroku.control.addFault({
        match: { surface, ...(surface === 'api' ? { path: '/builds' } : { authenticated: true }) },
        effect: { kind: 'status', status: 503, body, message, id: KEY },
      });
    }
    const { deployment, places } = await watchedDeploy(world, loudly({ environment: QUICKLY }));

    expect(deployment.exitCode).toBe(1);
    expect(deployment.log).toContain('[masked]');
    expect(findLeaks(places, KEY)).toEqual([]);
  });

  test('in a window with a migration that prints it, as the build before it does, and in what is cached of the run', async () => {
    const builder = 'corner-shop-build';
    await world.heroku.control.createApp({ name: builder, settings: { buildOutput: echoes(KEY) } });
    await world.heroku.control.act(APP, { action: 'config', vars: { ECHO: echoes(KEY).join('\n') } });
    const { deployment, places, count } = await watchedDeploy(
      world,
      loudly({
        parameters: {
          maintenance: 'always',
          'migrate-command': 'printf "%s\\n" "$ECHO"',
          'build-app': builder,
          'build-config-ignore': 'ECHO',
          'report-log': 'full',
          'before-migrate': 'printf "before %s\\n" "$HEROKU_API_KEY"',
        },
      }),
    );

    expect({ exitCode: deployment.exitCode, log: deployment.log }).toMatchObject({ exitCode: 0 });
    const masked = deployment.log.split('\n').filter((line) => line.includes('[masked]'));
    expect(masked.length).toBeGreaterThanOrEqual(2 * echoes(KEY).length + 1);
    const [handed] = places.filter(
      ({ place, where, bytes }) => place === 'hand-over' && !bytes.equals(Buffer.from(where)),
    );
    expect(handed?.bytes.toString()).toContain('Authorization: Bearer [masked]');
    expect(count('cache')).toBeGreaterThan(0);
    expect(findLeaks(places, KEY)).toEqual([]);
  });

  test('when the build and the release phase print it', async () => {
    await world.repository.commit({
      Procfile: `${APP_FILES['Procfile'] ?? ''}release: printf '%s\\n' "$ECHO"\n`,
    });
    await world.heroku.control.changeSettings(APP, { buildOutput: echoes(KEY) });
    await world.heroku.control.act(APP, { action: 'config', vars: { ECHO: echoes(KEY).join('\n') } });
    const { deployment, places } = await watchedDeploy(world, loudly());

    expect({ exitCode: deployment.exitCode, log: deployment.log }).toMatchObject({ exitCode: 0 });
    const masked = deployment.log.split('\n').filter((line) => line.includes('[masked]'));
    expect(masked.length).toBeGreaterThanOrEqual(2 * echoes(KEY).length);
    expect(findLeaks(places, KEY)).toEqual([]);
  });
});

describe.each(['this', 22, 24] as const)('the executable alone, with %s version of Node.js', (major) => {
  const node = major === 'this' ? undefined : findNode(major);
  const missing = node !== undefined && 'reason' in node ? node.reason : undefined;
  if (missing !== undefined) process.stderr.write(`SKIPPED, leaks with Node.js ${major}: ${missing}\n`);

  (missing === undefined ? test : test.skip)('starts itself again without what makes it talk', async () => {
    const program = await HelperProgram.create(world, await world.repository.git('rev-parse', 'HEAD'));
    try {
      const binary = node !== undefined && 'bin' in node ? join(node.bin, 'node') : undefined;
      const env = { ...LOUD, GIT_TRACE2_ENV_VARS: 'HEROKU_API_KEY,GIT_CONFIG_VALUE_10' };
      const { code, stdout, stderr } = await program.run(['deploy'], { env }, binary);

      expect({ code, stdout }).toMatchObject({ code: 0 });
      // Node.js was told to talk, and did.
      expect(stderr).toContain('CHILD_PROCESS');
      const printed = { place: 'log' as const, where: 'output', bytes: Buffer.from(stdout + stderr) };
      expect(findLeaks([printed], KEY)).toEqual([]);
    } finally {
      await program.remove();
    }
  });
});

/** How programs print a key that they were given. */
function echoes(key: string): string[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [
    `the key is ${key}.`,
    `Authorization: Bearer ${key}`,
    `Authorization: Basic ${base64(`:${key}`)}`,
    `Authorization: Basic ${base64(`heroku:${key}`)}`,
    `base64 ${base64(key)}`,
    `netrc ${base64(`machine git.heroku.com login deploy@example.com password ${key} `)}`,
    `https://heroku:${key}@git.heroku.com/${APP}.git`,
    // Coloured in the middle, as a program does that marks a part of a text.
    `grep ${key.slice(0, 9)}\u001b[31m${key.slice(9, 20)}\u001b[0m${key.slice(20)}`,
  ];
}
