import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rehearseCommand } from '../../src/rehearsal/index.ts';
import { ORB_TOOLS, ROOT, SHELLCHECK, withOrbInjected } from './support.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heroku-cd-pipeline-'));
  writeFileSync(join(folder, 'config.yml'), withOrbInjected());
  writeFileSync(join(folder, 'orb-tools.yml'), ORB_TOOLS);
  writeFileSync(join(folder, 'shellcheck.yml'), SHELLCHECK);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each(['single-acts', 'deploy', 'migrate'])(
  '%s is green on this machine',
  async (job) => {
    let text = '';
    const { exitCode } = await rehearseCommand(
      {
        job,
        config: join(folder, 'config.yml'),
        repository: ROOT,
        orb: [`orb-tools=${join(folder, 'orb-tools.yml')}`, `shellcheck=${join(folder, 'shellcheck.yml')}`],
        // The job starts a local Heroku of its own and points itself at it, which nobody can see from outside.
        against: 'api.heroku.com',
      },
      { write: (piece) => void (text += piece), env: { PATH: process.env['PATH'] }, cwd: ROOT },
    );
    expect({ exitCode, text }).toEqual({
      exitCode: 0,
      text: expect.stringMatching(/sample-app serves [0-9a-f]{40}\./),
    });
  },
  600_000,
);
