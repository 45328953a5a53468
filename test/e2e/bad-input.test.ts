import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { APP_FILES } from './support/repository.ts';
import { HelperProgram, type Call, type Refused } from './support/helper-program.ts';
import { APP, createWorld, KEY, type World } from './support/world.ts';

let world: World;
let helper: HelperProgram;
let commit: string;

beforeAll(async () => {
  world = await createWorld();
  commit = await world.repository.commit(APP_FILES);
  helper = await HelperProgram.create(world, commit);
});

afterAll(async () => {
  await helper.remove();
  await world.close();
});

type Case = readonly [name: string, call: Call, says: Refused['says'], hides?: Refused['hides']];

function rows(cases: readonly Case[]) {
  return cases.map(([name, call, says, hides = []]) => ({ name, call, says, hides }));
}

/** Nothing is asked of Heroku for any of these. */
async function expectRefusedUnasked(one: Pick<Refused, 'says' | 'hides'> & { call: Call }): Promise<void> {
  world.heroku.control.clearRequests();
  await helper.expectRefusal(one.call, { ...one, exitCode: 2 });
  expect(world.heroku.control.requests()).toEqual([]);
}

describe('the name of the app', () => {
  const named = (name: string): Call => ({ env: { HEROKU_CD_APP_NAME: name } });
  const cases: Case[] = [
    ['in upper case', named('Corner-Shop'), ['app-name', 'did you mean "corner-shop"?']],
    [
      'all in upper case',
      { args: ['deploy', '--app-name', 'CORNER-SHOP'] },
      ['did you mean "corner-shop"?\n'],
    ],
    ['too short', named('ab'), ['app-name: "ab" will not do']],
    ['too long', named('a'.repeat(31)), ['app-name']],
    ['with a dash in front', named('-abc'), ['app-name: "-abc"']],
    ['with a dash at its end', named('abc-'), ['app-name: "abc-"']],
    ['with a digit in front', named('1abc'), ['app-name']],
    ['with an underscore', named('corner_shop'), ['app-name']],
    ['with a space', named('corner shop'), ['app-name']],
    ['with a blank behind', named('corner-shop '), ['app-name']],
    ['with a line break behind', named('corner-shop\n'), ['app-name: "corner-shop\\n"']],
    ['that is a path', named('../corner-shop'), ['app-name']],
    ['that is a URL', named('https://git.heroku.com/corner-shop.git'), ['app-name']],
    ['with a letter beyond ASCII', named('cörner-shop'), ['app-name']],
    ['that looks like one and is not', named('сorner-shop'), ['app-name']],
    ['of a thousand characters', named('a'.repeat(1000)), ['app-name', '…']],
    ['that is empty, without a default', named(''), ['app-name', '$HEROKU_APP_NAME is not set']],
    ['that CircleCI made of an empty pipeline value', named('<nil>'), ['app-name', '$HEROKU_APP_NAME']],
    ['in a variable that is not set', named('$NO_SUCH_VARIABLE'), ['app-name: $NO_SUCH_VARIABLE is not set']],
    [
      'in a braced variable that is not set',
      named('shop-${NO_SUCH_VARIABLE}'),
      ['$NO_SUCH_VARIABLE is not set'],
    ],
    [
      'in a variable that is empty',
      { env: { HEROKU_CD_APP_NAME: '$EMPTY', EMPTY: '' } },
      ['$EMPTY is not set'],
    ],
    ['that is the key', named('$HEROKU_API_KEY'), ['app-name: it holds the API key']],
  ];
  test.each(rows(cases))('is refused $name', expectRefusedUnasked);
});

describe('the key', () => {
  const key = (value: string | undefined): Call => ({ env: { HEROKU_API_KEY: value } });
  const cases: Case[] = [
    ['not set', key(undefined), ['There is no API key: $HEROKU_API_KEY is not set in this job.', 'forked']],
    ['empty', key(''), ['$HEROKU_API_KEY is empty']],
    ['with a line break behind', key(`${KEY}\n`), ['$HEROKU_API_KEY holds a line break']],
    ['with a carriage return', key(`${KEY}\r`), ['$HEROKU_API_KEY holds a line break']],
    ['with a header smuggled in', key(`${KEY}\r\nX-Evil: 1`), ['holds a line break']],
    ['with a space', key(`${KEY} `), ['holds a space']],
    ['with an umlaut', key(`${KEY}ü`), ['holds a space or a character that no Heroku key has']],
    ['in a variable that is not set', { env: { HEROKU_CD_API_KEY: 'OTHER_KEY' } }, ['$OTHER_KEY is not set']],
    [
      'given itself in place of a variable’s name',
      { args: ['deploy', '--api-key', KEY] },
      ['api-key: the name'],
    ],
  ];
  test.each(rows(cases))('is refused $name', expectRefusedUnasked);

  test('is refused when Heroku does not know it', async () => {
    const wrong = 'HRKU-bad0bad0-1111-4111-8111-0123456789ab';
    const says = [
      'Heroku does not accept the API key: it is wrong, expired or revoked.',
      'authorizations:create',
    ];
    await helper.expectRefusal(key(wrong), { exitCode: 2, says, hides: [wrong] });
  });
});

describe('values', () => {
  const flags = (...args: string[]): Call => ({ args: ['deploy', ...args] });
  const cases: Case[] = [
    ['a switch and its contrary', flags('--force', '--no-force'), ['force: given more than once']],
    ['a flag twice', flags('--revision', 'a', '--revision', 'b'), ['revision: given more than once']],
    ['an unknown flag', flags('--froce'), ['--froce']],
    ['a flag without its value', flags('--revision'), ['revision']],
    ['a word too many', flags('corner-shop'), ['one argument too many']],
    ['an unknown command', { args: ['deplyo'] }, ['deplyo']],
    ['neither true nor false', flags('--force=maybe'), ['force: "maybe" is neither true']],
    ['neither, from the orb', { env: { HEROKU_CD_FORCE: '2' } }, ['force: "2" is neither true']],
    ['a number without a unit', flags('--build-timeout', '20'), ['build-timeout: "20" will not do']],
    ['no time at all', flags('--build-timeout', '0s'), ['build-timeout', 'above zero']],
    ['a time below zero', flags('--release-timeout=-5m'), ['release-timeout: "-5m"']],
    ['more than a day', flags('--git-wait', '25h'), ['git-wait', 'at most 24h']],
    ['a deadline that leaves no time', flags('--deadline', '5m'), ['deadline: 5 min is too short']],
    ['another branch than Heroku builds', flags('--heroku-branch', 'staging'), ['heroku-branch: "staging"']],
    ['a deploy user that is no address', flags('--deploy-user', 'me'), ['deploy-user: "me"']],
    ['several at once', flags('--force=x', '--git-wait=y'), ['force: "x"', 'git-wait: "y"']],
  ];
  test.each(rows(cases))('that contradict or cannot be read are refused: $name', expectRefusedUnasked);
});

describe('the revision', () => {
  const revision = (value: string): Call => ({ env: { HEROKU_CD_REVISION: value } });
  const cases: Case[] = [
    ['unknown here', revision('no-such-branch'), ['revision: "no-such-branch" is no commit, tag or branch']],
    ['a commit that is not here', revision('0123456789abcdef0123456789abcdef01234567'), ['revision']],
    ['a tree', revision('HEAD^{tree}'), ['revision']],
    ['an option', revision('--upload-pack=touch pwned'), ['revision']],
    ['a range', revision('main..main'), ['revision']],
    ['an expression', revision('main~1'), ['revision']],
    ['in a variable that is not set', revision('$CIRCLE_SHA1'), ['revision: $CIRCLE_SHA1 is not set']],
    ['the key', revision('$HEROKU_API_KEY'), ['revision: it holds the API key']],
    [
      'the key in a longer text',
      revision(`${'x'.repeat(65)}\${HEROKU_API_KEY}`),
      ['revision: it holds the API key'],
    ],
    ['empty, outside CircleCI', revision(''), ['revision: $CIRCLE_SHA1 is not set']],
  ];
  test.each(rows(cases))('is refused when it is $name', expectRefusedUnasked);

  test('is refused when it does not descend from what is deployed', async () => {
    const other = await createWorld();
    try {
      const old = await other.repository.commit(APP_FILES);
      await other.pushByHand({ 'greeting.txt': 'two' });
      const program = await HelperProgram.create(other, old);
      const says = ['does not descend from', 'force: true'];
      await program.expectRefusal({}, { exitCode: 2, says }).finally(() => program.remove());
    } finally {
      await other.close();
    }
  });
});

describe('the surroundings', () => {
  test('are refused without a repository', async () => {
    const cwd = await mkdtemp(join(helper.folder, 'empty-'));
    await expectRefusedUnasked({ call: { cwd }, says: ['not inside a git repository', 'checkout'] });
  });

  test('are refused in a bare repository', async () => {
    const cwd = join(helper.folder, 'bare.git');
    await world.repository.git('clone', '--quiet', '--bare', '.', cwd);
    await expectRefusedUnasked({ call: { cwd }, says: ['not inside a git repository'] });
  });

  test('are refused without git', async () => {
    const call = { env: { PATH: join(helper.folder, 'nothing-here') } };
    await expectRefusedUnasked({ call, says: ['There is no git here'] });
  });

  test('are refused where the state directory cannot be written', async () => {
    const file = join(helper.folder, 'a-file');
    await writeFile(file, '');
    const call = { env: { HEROKU_CD_STATE_DIR: join(file, 'state') } };
    await helper.expectRefusal(call, { exitCode: 2, says: ['state directory', 'HEROKU_CD_STATE_DIR'] });
  });

  test('are refused where the result file cannot be written', async () => {
    const file = join(helper.folder, 'no-such-folder', 'result.json');
    const says = [`result-file: ${file} cannot be written.`];
    await expectRefusedUnasked({ call: { args: ['deploy', '--result-file', file] }, says });
  });

  test.each<NonNullable<Call['env']>>([{ CIRCLE_PR_NUMBER: '12' }, { CIRCLE_BRANCH: 'pull/12' }])(
    'are refused in a pull request from a fork: %j',
    async (env) => {
      await expectRefusedUnasked({ call: { env }, says: ['pull request from a fork'] });
    },
  );
});

describe('where it connects', () => {
  const host = (value: string, variable = 'HEROKU_HOST'): Call => ({ env: { [variable]: value } });
  const cases: Case[] = [
    ['another site', host('https://example.com'), ['HEROKU_HOST names example.com', 'HEROKU_CD_ALLOW_HOST']],
    ['a site that begins like Heroku', host('https://api.heroku.com.example.com'), ['HEROKU_HOST names']],
    ['Heroku without encryption', host('http://api.heroku.com'), ['HEROKU_HOST', 'plain http']],
    ['a bare name that is not Heroku’s', host('example.com'), ['HEROKU_HOST is "example.com"']],
    ['an address without a scheme', host('127.0.0.1:5055'), ['HEROKU_HOST is "127.0.0.1:5055"']],
    ['another scheme', host('ftp://127.0.0.1'), ['HEROKU_HOST']],
    ['a path', host('http://127.0.0.1:5055/api'), ['HEROKU_HOST']],
    ['port 0', host('http://127.0.0.1:0'), ['HEROKU_HOST']],
    ['a port that is none', host('http://127.0.0.1:99999'), ['HEROKU_HOST']],
    ['a text', host('my heroku'), ['HEROKU_HOST holds a value that cannot be used']],
    [
      'a password in the address',
      host('http://user:hunter2hunter2hunter2@127.0.0.1:5055'),
      ['HEROKU_HOST holds a value that cannot be used'],
      ['hunter2hunter2hunter2'],
    ],
    ['another git server', host('https://git.example.com', 'HEROKU_GIT_HOST'), ['HEROKU_GIT_HOST']],
    ['git without encryption', host('http://git.heroku.com', 'HEROKU_GIT_HOST'), ['HEROKU_GIT_HOST']],
    ['another data service', host('https://data.example.com', 'HEROKU_DATA_HOST'), ['HEROKU_DATA_HOST']],
  ];
  test.each(rows(cases))('is refused: $name', expectRefusedUnasked);
});

describe('the app', () => {
  test('is refused when there is none of that name', async () => {
    const call = { env: { HEROKU_CD_APP_NAME: 'no-such-app' } };
    const says = ['There is no app no-such-app that this API key can see.', '`app-name`'];
    await helper.expectRefusal(call, { exitCode: 2, says });
  });

  test('is refused to somebody else than the deploy user', async () => {
    const call = { args: ['deploy', '--deploy-user', 'somebody@example.com'] };
    await helper.expectRefusal(call, {
      exitCode: 2,
      says: ['deploy-user: the key belongs to d…@example.com, not to s…@example.com.'],
    });
  });

  test('is refused to a key that may only look', async () => {
    const key = 'HRKU-7007ab1e-0000-4000-8000-00000badcafe';
    world.heroku.control.createAccount({ email: 'viewer@example.com', keys: [{ key }] });
    await world.heroku.control.setPermissions(APP, 'viewer@example.com', ['view']);
    try {
      const says = [/may see the app corner-shop but not deploy it|may not/];
      await helper.expectRefusal({ env: { HEROKU_API_KEY: key } }, { exitCode: 2, says, hides: [key] });
    } finally {
      await world.heroku.control.setPermissions(APP, 'viewer@example.com', []);
    }
  });
});

test.each(['plan', 'doctor'])('%s refuses the same', async (command) => {
  await expectRefusedUnasked({
    call: { args: [command, '--app-name', 'Corner-Shop'] },
    says: ['did you mean'],
  });
});

test('with nothing wrong, the same call deploys, and says so to machines', async () => {
  const clean = await createWorld();
  try {
    const revision = await clean.repository.commit(APP_FILES);
    const program = await HelperProgram.create(clean, revision);
    try {
      const { code, stdout } = await program.run(['deploy', '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ verdict: 'succeeded', revision });
    } finally {
      await program.remove();
    }
  } finally {
    await clean.close();
  }
});
