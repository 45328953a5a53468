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
  [['--force'], true],
])('%j', (argv, value) => {
  expect(parseCommandLine(['deploy', ...argv])).toMatchObject({ flags: { force: value } });
});

test('a value may begin with a dash where it is plainly one', () => {
  expect(parseCommandLine(['deploy', '--revision=--all'])).toMatchObject({ flags: { revision: '--all' } });
  expect(parseCommandLine(['deploy', '--app-name='])).toMatchObject({ flags: { 'app-name': '' } });
});

test.each([
  [['deploy', '--force', '--no-force'], 'force: given more than once'],
  [['deploy', '--app-name', 'a-b', '--app-name', 'c-d'], 'app-name: given more than once'],
  [['deploy', '--nonsense'], 'There is no option --nonsense here.'],
  [['deploy', '--no-nonsense'], 'There is no option --no-nonsense here.'],
  [['deploy', '--no-app-name'], 'There is no option --no-app-name here.'],
  [['deploy', '-x'], 'There is no option -x here.'],
  [['deploy', '--app-name'], '--app-name wants a value.'],
  [['deploy', '--app-name', '--force'], '--app-name wants a value.'],
  [['deploy', 'extra'], '"extra" is one argument too many.'],
  [['deploy', '--force', 'yes'], '"yes" is one argument too many.'],
  [['deploy', '--', '--force'], '"--force" is one argument too many.'],
  [['deplyo'], 'There is no command "deplyo".'],
  [['--nonsense'], 'There is no command "--nonsense".'],
])('%j is refused', (argv, message) => {
  let error: unknown;
  try {
    parseCommandLine(argv);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ what: message.includes(':') ? expect.stringContaining(message) : message });
  expect((error as Refusal).next).toEqual(expect.any(String));
});

test('the commands that somebody else runs are named where one is unknown', () => {
  expect(() => parseCommandLine(['inti'], { init: 'Write a configuration.' })).toThrow(
    expect.objectContaining({ why: expect.stringMatching(/ deploy, .*, init\.$/) as string }) as Error,
  );
});

test('help names every parameter of the command, and wraps its lines', () => {
  const told = parseCommandLine(['deploy', '--help']) as { text: string };
  for (const { name, commands } of PARAMETERS) {
    if ((commands as readonly string[]).includes('deploy')) expect(told.text).toContain(`--${name}`);
  }
  for (const line of told.text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test('--version and --help everywhere, with the commands of the executable around the helper', () => {
  expect(parseCommandLine(['--version'])).toMatchObject({ text: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  for (const argv of [[], ['--help'], ['-h'], ['help']]) {
    expect(parseCommandLine(argv, { simulate: 'Run a local Heroku.' })).toMatchObject({
      text: expect.stringMatching(/deploy[^]*simulate +Run a local Heroku\./),
    });
  }
  expect(parseCommandLine(['doctor', '-h'])).toMatchObject({ text: expect.stringContaining('--app-name') });
});
