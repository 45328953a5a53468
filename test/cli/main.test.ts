import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { bundleExecutable } from '../../scripts/lib/bundle.ts';
import { ORB } from './init/support/orb.ts';
import { project, removeFolders, temporaryFolder } from './init/support/project.ts';

afterEach(removeFolders);

const ROOT = resolve(__dirname, '../..');
const SECRET = 'HRKU-0123-not-to-be-seen';
const CONFIG = `version: 2.1
jobs:
  greet:
    docker: [{ image: cimg/base:stable }]
    steps: [run: { name: Greet, command: echo "key $HEROKU_API_KEY" }]
workflows: { w: { jobs: [greet: { context: [ours] }] } }
`;

test('a rehearsal shows no secret of a context, whatever Node.js is asked to print', async () => {
  const folder = await temporaryFolder();
  const main = join(folder, 'dist', 'cli.cjs');
  await Promise.all([mkdir(join(folder, 'dist')), mkdir(join(folder, 'orb'))]);
  await writeFile(main, await bundleExecutable(ROOT));
  await cp(ORB.file, join(folder, 'orb', 'orb.yml'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const { directory } = await project({ '.circleci/config.yml': CONFIG });
  const context = join(directory, '.git', 'context.env');
  await writeFile(context, `HEROKU_API_KEY=${SECRET}\n`);
  // Nobody listens there; the job asks nothing of a Heroku.
  const ours = { PATH: process.env['PATH'], HOME: directory, HEROKU_HOST: 'http://127.0.0.1:9' };
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [main, 'rehearse', '--job', 'greet', '--context', `ours=${context}`],
    { cwd: directory, env: { ...ours, NODE_DEBUG: 'child_process' } },
  );
  expect(stdout).toContain('key ****\n');
  expect(stdout + stderr).not.toContain(SECRET);
});
