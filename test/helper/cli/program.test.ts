import { Refusal } from '../../../src/helper/errors.ts';
import { parseCommandLine } from '../../../src/helper/cli/program.ts';
import { PARAMETERS } from '../../../src/parameters/index.ts';

test('reads flags as they were given', () => {
  expect(parseCommandLine(['deploy', '--app-name', 'my-app', '--force', '--deadline=20m', '--json'])).toEqual(
    {
      command: 'deploy',
      flags: { 'app-name': 'my-app', force: true, deadline: '20m' },
      json: true,
    },
  );
});

test.each([
  [['--force=false'], 'false'],
  [['--no-force'], false],
  [['--force', 'yes'], 'yes'],
])('%j', (argv, value) => {
  expect(parseCommandLine(['deploy', ...argv])).toMatchObject({ flags: { force: value } });
});

test.each([
  [['deploy', '--force', '--no-force'], 'force: given more than once'],
  [['deploy', '--app-name', 'a-b', '--app-name', 'c-d'], 'app-name: given more than once'],
  [['deploy', '--nonsense'], "unknown option '--nonsense'"],
  [['deploy', '--app-name'], 'argument missing'],
  [['deploy', 'extra'], 'too many arguments'],
  [['deplyo'], 'deplyo'],
])('%j is refused', (argv, message) => {
  let error: unknown;
  try {
    parseCommandLine(argv);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(Refusal);
  expect((error as Refusal).what).toContain(message);
});

test('help names every parameter of the command', () => {
  const told = parseCommandLine(['deploy', '--help']);
  for (const { name, commands } of PARAMETERS) {
    if ((commands as readonly string[]).includes('deploy'))
      expect(told).toMatchObject({ text: expect.stringContaining(`--${name}`) });
  }
});

test('--version and --help everywhere', () => {
  expect(parseCommandLine(['--version'])).toMatchObject({ text: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  expect(parseCommandLine([])).toMatchObject({ text: expect.stringContaining('deploy') });
  expect(parseCommandLine(['doctor', '--help'])).toMatchObject({
    text: expect.stringContaining('--app-name'),
  });
});
