import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Act } from './act.ts';
import { findMentions, type Manifest, unknownMentions } from './mentions.ts';

const root = join(__dirname, '..', '..');

/** Commands that docs or remedies name and that are not run here, each for a reason. */
const notRun: Readonly<Record<string, string>> = {
  'addons:open': 'opens a browser',
  login: 'opens a browser',
  'ps:exec': 'speaks SSH with a dyno',
  'pgbackups:capture': 'a recipe of old, whose replacement is told',
  'releases:retry': 'wants a type `release` in the formation, which the local Heroku keeps to itself',
  scale: 'a recipe of old; an alias of ps:scale',
};

/** What docs and remedies tell people to run has to be there, and was run by the acts before. */
export const mentionActs: readonly Act[] = [
  {
    title: 'every command that docs and remedies name is one of the CLI’s, with its flags',
    async perform({ terminal }) {
      const manifest = JSON.parse(await readFile(terminal.manifest, 'utf8')) as Manifest;
      const mentions = findMentions(root);
      assert.ok(mentions.length > 50, 'The search for commands finds too few.');
      assert.deepEqual(unknownMentions(mentions, manifest), []);
    },
  },
  {
    title: 'every one of them was run',
    perform({ terminal }) {
      const mentioned = new Set(findMentions(root).map(({ command }) => command));
      const missing = [...mentioned].filter((each) => !terminal.commands.has(each) && !(each in notRun));
      assert.deepEqual(missing, []);
      return Promise.resolve();
    },
  },
];
