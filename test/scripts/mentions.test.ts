import { join } from 'node:path';
import { findMentions, mentionsIn, unknownMentions } from '../../scripts/test-cli/mentions.ts';

const command = (flags: Record<string, { char?: string }>, aliases: string[] = []) => ({
  aliases,
  hiddenAliases: [],
  flags,
});
const manifest = {
  commands: {
    logs: command({ app: { char: 'a' }, 'dyno-name': { char: 'd' } }),
    'ps:scale': command({ app: { char: 'a' } }, ['scale']),
    'addons:create': command({ app: { char: 'a' } }),
  },
};

it.each<[string, string, readonly string[]]>([
  ['Read `heroku logs -a shop --tail`. Then -x.', 'logs', ['-a', '--tail']],
  ['next: `heroku ps:scale -a ${app.map(({ name }) => `${name}`)} -q; --no`,', 'ps:scale', ['-a', '-q']],
  ['next: `See \\`heroku logs -a ${app}\\`, or raise \\`--limit\\`.`', 'logs', ['-a']],
  ['    heroku addons:create plan -a shop -- --fork blue', 'addons:create', ['-a']],
  ['(`heroku scale`)', 'scale', []],
])('is found: %s', (line, name, flags) => {
  expect(mentionsIn(line, 'a.md')).toEqual([{ where: 'a.md:1', command: name, flags }]);
});

it.each(['heroku-cd deploy', 'git push heroku main', 'Heroku logs it', 'https://heroku.com/logs'])(
  'is none: %s',
  (line) => {
    expect(mentionsIn(line, 'a.md')).toEqual([]);
  },
);

it('names what the CLI does not know, and where that is', () => {
  const text = '`heroku scale web=1 -a x`\n`heroku builds -a x`\n`heroku logs --dyno-name=run.1 -x`';
  expect(unknownMentions(mentionsIn(text, 'a.md'), manifest)).toEqual([
    'a.md:2: heroku builds is no command',
    'a.md:3: heroku logs has no flag -x',
  ]);
});

it('finds those of the docs and of the helper', () => {
  const files = findMentions(join(__dirname, '..', '..')).map(({ where }) => where.split('/')[0]);
  expect(files).toEqual(expect.arrayContaining(['docs', 'src']));
});
