import { MigratingWorld, quickly } from './support/migrating.ts';
import { APP } from './support/world.ts';

let app: MigratingWorld;
beforeAll(async () => {
  app = await MigratingWorld.create();
});
afterEach(() => app.tidy());
afterAll(() => app.world.close());

/** Reads what its dyno's shell will print at its end, and prints that itself. */
const FORGE = [
  `n=$(tr '\\0' ' ' </proc/$$/cmdline | grep -o 'heroku-cd-exit [0-9a-f]\\{32\\}' | cut -d' ' -f2)`,
  'test -n "$n"',
  `printf '\\nheroku-cd-exit-%s 0\\n' "$n"`,
].join('; ');

test('a migration that fails says with what, why, and what to do next', async () => {
  const { exitCode, result, log } = await app.migrate('echo half done; exit 7');

  expect(exitCode).toBe(3);
  expect(result).toMatchObject({
    verdict: 'held',
    database: 'unknown',
    migration: { command: 'echo half done; exit 7', exitStatus: 7 },
    error: {
      phase: 'migrate',
      what: 'The migration failed with exit status 7.',
      why: expect.stringContaining('The schema may be half applied'),
      next: expect.stringContaining('heroku-cd recover --app-name corner-shop --release-hold'),
    },
  });
  expect(log).toMatch(/ERROR: The migration failed.*\n {2}Why: .*\n {2}Next: Mend the migration/);
  expect(log).toMatch(/State now:\n {2}maintenance on\n[^]* {2}next {8}mend the cause/);
  expect(await app.isHeld()).toBe(true);
});

test('a migration whose dyno the platform stops has failed, and the kill is named', async () => {
  const { exitCode, result, log } = await app.migrate('echo begun; sleep 60', {
    at: 'migrate | begun',
    then: () => app.world.heroku.control.act(APP, { action: 'stop', dyno: app.started().at(-1) ?? '' }),
  });

  expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
  expect(result).toMatchObject({ verdict: 'held', database: 'unknown', migration: { exitStatus: 143 } });
  expect(result?.error?.why).toMatch(
    /^SIGTERM ended it: Heroku stopped or killed its dyno, by its time to live/,
  );
  expect(await app.isHeld()).toBe(true);
});

test('a migration that takes the platform’s stop for a success has no known end', async () => {
  const { exitCode, result, log } = await app.migrate(`trap 'exit 0' TERM; echo begun; sleep 60 & wait`, {
    ...quickly,
    at: 'migrate | begun',
    then: () => app.world.heroku.control.act(APP, { action: 'stop', dyno: app.started().at(-1) ?? '' }),
  });

  expect({ exitCode, log }).toMatchObject({ exitCode: 4 });
  expect(result).toMatchObject({
    verdict: 'unknown',
    database: 'unknown',
    migration: { exitStatus: null },
    error: { why: expect.stringContaining('after it had been told to stop') },
  });
  expect(await app.isHeld()).toBe(true);
});

test('a limit that kills is the reason, and its parameter is named in what to do next', async () => {
  const { exitCode, result, log } = await app.migrate('sleep 60', {
    parameters: { 'migrate-timeout': '1s' },
  });

  expect(exitCode).toBe(3);
  expect(result).toMatchObject({
    migration: { exitStatus: 143 },
    error: {
      why: expect.stringContaining('`migrate-timeout` is the limit'),
    },
  });
  expect(log).toMatch(
    /^ {2}Next: If it needs longer, raise `migrate-timeout`\. Then push: run again, the job takes the same commit and the same parameters\.$/m,
  );
});

test('a migration that prints a marker with another nonce proves nothing by it', async () => {
  const foreign = `echo 'heroku-cd-exit-${'0'.repeat(32)} 0'`;
  const failed = await app.migrate(`${foreign}; exit 7`);
  expect(failed.exitCode).toBe(3);
  expect(failed.result?.migration?.exitStatus).toBe(7);
  expect(failed.log).toContain(`migrate | heroku-cd-exit-${'0'.repeat(32)} 0`);

  // This run continues the window that the first one left held.
  const good = await app.migrate(foreign.replace(' 0', ' 9'));
  expect({ exitCode: good.exitCode, log: good.log }).toMatchObject({ exitCode: 0 });
  expect(await app.isHeld()).toBe(false);
});

test.each<[string, string, number]>([
  ['fails', '(exit 7)', 7],
  ['ends its shell', 'exit 7', 7],
  ['kills its shell', 'kill -9 $$', 137],
  ['works on for longer than the connection is read', 'sleep 0.5; echo still at it; exit 7', 7],
])(
  'a migration that prints the very marker of success and then %s has failed',
  async (_case, rest, status) => {
    const { exitCode, result, log } = await app.migrate(`${FORGE}; ${rest}`, quickly);

    expect({ exitCode, log }).toMatchObject({ exitCode: 3 });
    expect(result).toMatchObject({ verdict: 'held', migration: { exitStatus: status } });
    expect(await app.isHeld()).toBe(true);
  },
);
