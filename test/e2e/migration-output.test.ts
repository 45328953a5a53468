import { MigratingWorld } from './support/migrating.ts';

let app: MigratingWorld;
beforeAll(async () => {
  app = await MigratingWorld.create();
});
afterEach(() => app.tidy());
afterAll(() => app.world.close());

const LINE = '2026-01-01 12:00:00 INFO Moved 1000 rows of orders into their new shape, and no end';
const MEGABYTE = 1024 * 1024;

/** Prints what the kernel knows of the helper's memory: this shell is a child of it. */
const peak = { 'after-migrate': 'grep VmHWM /proc/$PPID/status' };

/** The most memory that the helper ever had, in megabytes. */
function peakOf(log: string): number {
  const kilobytes = /after-migrate \| VmHWM:\s+(\d+) kB/.exec(log)?.[1];
  return Number(kilobytes) / 1024;
}

test('100 MB of output and a line of 20 MB are passed on in flat memory, and the line is cut with a note', async () => {
  const small = await app.migrate('echo one', { parameters: peak });
  expect({ exitCode: small.exitCode, log: small.log }).toMatchObject({ exitCode: 0 });

  let [lines, longest, tail] = [0, 0, ''];
  const seen: string[] = [];
  const { exitCode } = await app.migrate(
    `yes '${LINE}' | head -c ${100 * MEGABYTE}; echo; head -c ${20 * MEGABYTE} /dev/zero | tr '\\0' x; echo; echo last`,
    {
      parameters: { ...peak, 'migrate-timeout': '2m' },
      output: {
        write: (text) => {
          const parts = `${tail}${text}`.split('\n');
          tail = parts.pop() ?? '';
          for (const part of parts) {
            longest = Math.max(longest, part.length);
            if (part.endsWith(LINE)) lines += 1;
            else seen.push(part.slice(-200));
          }
        },
      },
    },
  );

  expect({ exitCode, seen: seen.slice(-50) }).toMatchObject({ exitCode: 0 });
  expect(lines).toBe(Math.floor((100 * MEGABYTE) / (LINE.length + 1)));
  expect(longest).toBeLessThan(11_000);
  const told = seen.join('\n');
  expect(told).toContain('more characters of this line left out]');
  expect(told).toContain('migrate | last');
  expect(told.indexOf('left out]')).toBeLessThan(told.indexOf('migrate | last'));
  // Node.js gives memory back late; what is kept would be more than the output's 120 MB.
  expect(peakOf(told)).toBeLessThan(peakOf(small.log) + 25);
});

test('output of any bytes does no harm, and escape sequences do not reach the terminal', async () => {
  const { exitCode, log } = await app.migrate(
    `head -c 200000 /dev/urandom; echo; printf '\\033[31mred\\033[0m \\033[2J\\033[1;1Hgone\\r\\n'; printf 'no line end'`,
  );
  expect({ exitCode, log: exitCode === 0 ? '' : log }).toMatchObject({ exitCode: 0 });
  expect(log).toContain('migrate | red gone');
  expect(log).toContain('migrate | no line end');
  // eslint-disable-next-line no-control-regex
  expect(log).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
});

test('while a migration says nothing for minutes, the job does, at least once a minute, and nothing times out', async () => {
  const { exitCode, log } = await app.migrate('sleep 8', {
    environment: { HEROKU_CD_TIME_LAPSE: '20' },
    parameters: { 'migrate-timeout': '10m' },
  });

  expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
  const beats = log.match(/\.\.\. still in phase migrate, /g) ?? [];
  // 160 seconds of silence, with a word every 45 to 50 of them.
  expect(beats.length).toBeGreaterThanOrEqual(2);
  expect(beats.length).toBeLessThanOrEqual(4);
});
