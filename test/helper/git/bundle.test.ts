import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { createGit } from '../../../src/helper/git/create-git.ts';
import { GitHttpRemote } from '../../support/git-http-remote.ts';
import { GitSandbox, processesWith } from '../../support/git-sandbox.ts';

const run = promisify(execFile);
const KEY = 'HRKU-5d0c4b1e-1111-2222-3333-444455556666';
const ENCODED = Buffer.from(`heroku:${KEY}`).toString('base64');

let mockLoads = 0;
jest.mock('simple-git', () => {
  mockLoads += 1;
  return jest.requireActual<object>('simple-git');
});

let sandbox: GitSandbox;
let server: GitHttpRemote;
let directory: string;
let ids: readonly [string, string, string];
let program: string;

beforeAll(async () => {
  sandbox = await GitSandbox.create();
  server = await GitHttpRemote.start({ tls: true, apiKey: KEY });
  ({ directory, ids } = await sandbox.history('repository'));
  await server.addRepository('app');
  program = sandbox.path('program.cjs');
  await build({
    stdin: {
      contents: `
        import { createGit } from './src/helper/git/create-git.ts';
        import { Secret } from './src/helper/output/secret.ts';
        const [directory, url, commit, key] = [process.env.IN, process.env.URL_, process.env.COMMIT, process.env.KEY];
        const apiKey = new Secret(key);
        if (process.env.END_WITH_STDIN) process.stdin.on('end', () => process.exit(3)).resume();
        const git = createGit({ directory, environment: process.env, secretValues: [apiKey] });
        git.push({ url, apiKey, commit, branch: 'main', onLine() {}, timeoutMs: 30000 }).then(
          (outcome) => console.log(JSON.stringify(outcome)),
          (error) => console.log(JSON.stringify({ what: error.what })),
        );`,
      resolveDir: join(__dirname, '../../..'),
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile: program,
    logLevel: 'silent',
  });
});

afterAll(async () => {
  await server.stop();
  await sandbox.remove();
});

function environmentWith(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...sandbox.environment,
    GIT_SSL_CAINFO: server.caFile,
    IN: directory,
    URL_: server.url('app'),
    COMMIT: ids[2],
    KEY,
    ...more,
  };
}

async function push(more: NodeJS.ProcessEnv): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, [program], { env: environmentWith(more) });
}

test('simple-git is loaded by the first command, not before, and once', async () => {
  const git = createGit({ directory, environment: sandbox.environment });
  expect(mockLoads).toBe(0);
  await Promise.all([git.topLevel(), git.resolveCommit('main')]);
  await git.cloneKind();
  expect(mockLoads).toBe(1);
});

test('one bundled file pushes, and DEBUG prints neither the key nor anything else', async () => {
  expect(await push({ DEBUG: '*' })).toEqual({ stdout: '{"kind":"pushed"}\n', stderr: '' });
});

test('where Node itself would print the key, nothing is pushed', async () => {
  server.requests.length = 0;
  for (const NODE_DEBUG of ['child_process', '*', 'net,CHILD_PROCESS']) {
    const { stdout, stderr } = await push({ NODE_DEBUG, DEBUG: '*' });
    expect(stdout).toMatch(/NODE_DEBUG is set/);
    expect(stderr).not.toContain(ENCODED);
  }
  expect(server.requests).toEqual([]);
});

test('a program that ends takes its push along', async () => {
  const child = spawn(process.execPath, [program], {
    env: environmentWith({ END_WITH_STDIN: '1' }),
    stdio: 'pipe',
  });
  let ran: string[] = [];
  server.fault = (request) => (request.path.includes('info/refs') ? { kind: 'hang' } : undefined);
  server.onHang = () => {
    ran = processesWith(server.url('app'));
    child.stdin.end();
  };
  const code = await new Promise((resolve) => child.on('exit', resolve));
  expect(code).toBe(3);
  expect(ran.some((line) => line.includes('git push'))).toBe(true);
  // SIGKILL was sent before the program ended; the processes end right after, on their own time.
  const gone = (): boolean => processesWith(server.url('app')).length === 0;
  for (let round = 0; round < 200 && !gone(); round += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(gone()).toBe(true);
});
