import type { FaultRequest } from '../../src/simulator/index.ts';
import { MigratingWorld, quickly } from './support/migrating.ts';
import type { Deployment } from './support/world.ts';
import { APP } from './support/world.ts';

let app: MigratingWorld;
beforeAll(async () => {
  app = await MigratingWorld.create();
});
afterEach(() => app.tidy());
afterAll(() => app.world.close());

type Effect = Extract<FaultRequest, { match: { surface: 'rendezvous' } }>['effect'];

/** One migration, with something that befalls the connection to its dyno. */
async function migrateWith(command: string, ...effects: Effect[]): Promise<Deployment> {
  for (const effect of effects) {
    await app.world.heroku.control.addFault({ match: { surface: 'rendezvous' }, effect });
  }
  return app.migrate(command, quickly);
}

const loseTheLog: FaultRequest = {
  match: { surface: 'api', path: 'log-sessions' },
  effect: { kind: 'status', status: 403 },
};

const CUT = 'echo one; sleep 0.3; echo two';

describe.each<[string, Effect]>([
  ['closed', { kind: 'cut', bytes: 4 }],
  ['reset', { kind: 'cut', bytes: 4, by: 'reset' }],
  ['silent from then on', { kind: 'stall', bytes: 4 }],
])('a migration whose connection is %s in its middle', (_how, effect) => {
  test('and that succeeds has succeeded, by the word of the log', async () => {
    const { exitCode, result, log } = await migrateWith(CUT, effect);

    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(result).toMatchObject({ database: 'migrated', migration: { exitStatus: 0 } });
    expect(log).toMatch(/The connection to run\.\d+ (was closed|broke)|ended without a word/);
    expect(await app.isHeld()).toBe(false);
  });

  test('and that fails has failed, and the window is held', async () => {
    const { exitCode, result, log } = await migrateWith(`${CUT}; exit 7`, effect);

    expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
    expect(result).toMatchObject({ database: 'unknown', migration: { exitStatus: 7 } });
    expect(await app.isHeld()).toBe(true);
  });
});

test('a migration whose connection drops and that is hung up on has failed', async () => {
  const { exitCode, result } = await migrateWith('echo one; sleep 60', {
    kind: 'cut',
    bytes: 4,
    process: 'hang-up',
  });
  expect(exitCode).toBe(3);
  expect(result).toMatchObject({ migration: { exitStatus: 129 }, error: { why: /^SIGHUP ended it/ } });
});

test('where the connection drops and the log knows nothing either, the end is unknown, and nothing is guessed', async () => {
  await app.world.heroku.control.addFault(loseTheLog);
  const { exitCode, result, log } = await migrateWith(CUT, { kind: 'cut', bytes: 4 });

  expect({ exitCode, log }).toMatchObject({ exitCode: 4 });
  expect(log).toMatch(/WARNING: The log of corner-shop cannot be read/);
  expect(result).toMatchObject({
    verdict: 'unknown',
    database: 'unknown',
    migration: { exitStatus: null },
    error: {
      what: 'How the migration ended could not be learned.',
      why: expect.stringContaining("the app's log does not say with what status"),
      next: expect.stringContaining('heroku-cd recover --app-name corner-shop --release-hold'),
    },
  });
  expect(log).toMatch(/^ {2}Next: .*Look at the database/m);
  expect(await app.isHeld()).toBe(true);
});

test('a log that is refused, or ends early, does no harm to a migration that tells its end itself', async () => {
  await app.world.heroku.control.addFault(loseTheLog);
  const refused = await migrateWith('echo one');
  expect({ exitCode: refused.exitCode, log: refused.log }).toMatchObject({ exitCode: 0 });
  expect(refused.log).toContain('WARNING: The log of corner-shop cannot be read');

  await app.world.heroku.control.clearFaults();
  await app.world.heroku.control.addFault({
    match: { surface: 'stream', nth: 1 },
    effect: { kind: 'cut', bytes: 100 },
  });
  const cut = await migrateWith('echo one; sleep 0.2');
  expect({ exitCode: cut.exitCode, log: cut.log }).toMatchObject({ exitCode: 0 });
});

test.each<[string, Effect, RegExp]>([
  [
    'its certificate is not trusted',
    { kind: 'wrong-certificate' },
    /^The certificate of what answers for run\.\d+ at 127\.0\.0\.1:\d+ is not trusted \(/,
  ],
  [
    'it is refused again and again',
    { kind: 'refuse' },
    /^run\.\d+ could not be attached to: no connection to 127\.0\.0\.1:\d+ \(ECONNRESET\)\.$/,
  ],
  [
    'it is closed before a greeting',
    { kind: 'no-greeting' },
    /^run\.\d+ could not be attached to: .* took the connection and did not greet\.$/,
  ],
  [
    'no greeting ever comes',
    { kind: 'no-greeting', then: 'stall' },
    /^run\.\d+ could not be attached to: .* took the connection and did not greet\.$/,
  ],
])('a migration that nobody can attach to has not run: %s', async (_case, effect, what) => {
  await app.open();
  const before = app.started().length;
  const { exitCode, result, log } = await migrateWith('echo never', effect);

  expect({ exitCode, log }).toMatchObject({ exitCode: 1 });
  expect(result).toMatchObject({
    verdict: 'failed',
    database: 'untouched',
    migration: null,
    maintenance: { after: false },
    error: { phase: 'migrate', what: expect.stringMatching(what), next: expect.stringMatching(/\S/) },
  });
  expect(app.started()).toHaveLength(before);
  expect(await app.isHeld()).toBe(false);
});

test('a migration that began though nobody was greeted has no known end', async () => {
  const { exitCode, result, log } = await migrateWith('sleep 60', {
    kind: 'no-greeting',
    then: 'close',
    starts: true,
  });

  expect({ exitCode, log }).toMatchObject({ exitCode: 4 });
  expect(result?.error?.why).toContain('had started its command all the same');
  expect(await app.isHeld()).toBe(true);
});

test('a connection that is refused once is made again', async () => {
  await app.world.heroku.control.addFault({
    match: { surface: 'rendezvous', nth: 1 },
    effect: { kind: 'refuse' },
  });
  const { exitCode, log } = await app.migrate('echo one', quickly);
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  expect((await app.world.heroku.control.app(APP)).maintenance).toBe(false);
});
