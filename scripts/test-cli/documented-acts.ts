import assert from 'node:assert/strict';
import { succeed, type Act } from './act.ts';
import { DOCUMENTED, missingIn } from './documented.ts';

/** What our documentation tells people to run: whether the CLI knows the command and its options. */
export const documentedActs: readonly Act[] = DOCUMENTED.map((documented) => ({
  title: `${documented.command} is there as the documentation has it`,
  async perform({ terminal }) {
    const { stdout } = succeed(await terminal.heroku(documented.command, '--help'));
    assert.deepEqual(missingIn(stdout, documented), []);
  },
}));
