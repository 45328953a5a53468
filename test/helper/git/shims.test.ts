import { existsSync, readFileSync } from 'node:fs';
import { Failure } from '../../../src/helper/errors.ts';
import { createGit } from '../../../src/helper/git/create-git.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import type { Git, PushOutcome } from '../../../src/helper/ports/git.ts';
import { GitSandbox, processesWith, realGit } from '../../support/git-sandbox.ts';

let sandbox: GitSandbox;
let directory: string;
let ids: readonly [string, string, string];
let count = 0;

beforeAll(async () => {
  sandbox = await GitSandbox.create();
  ({ directory, ids } = await sandbox.history('repository'));
});

afterAll(() => sandbox.remove());

/** A git that does what the script says for one command, and what git does for the others. */
async function gitThat(script: string, command = '*', timeoutMs = 20_000): Promise<Git> {
  count += 1;
  const gitBinary = await sandbox.script(
    `shim-${count}/git`,
    `case "$1" in ${command})\n${script}\n;; esac\nexec '${realGit}' "$@"`,
  );
  return createGit({
    directory,
    environment: sandbox.environment,
    gitBinary,
    commandTimeoutMs: timeoutMs,
    killGraceMs: 300,
  });
}

function push(
  git: Git,
  more: { timeoutMs?: number; signal?: AbortSignal; onLine?: (line: string) => void } = {},
) {
  return git.push({
    url: 'https://127.0.0.1:1/app.git',
    apiKey: new Secret('HRKU-5d0c4b1e-1111-2222-3333-444455556666'),
    commit: ids[2],
    branch: 'main',
    onLine: () => undefined,
    timeoutMs: 20_000,
    ...more,
  });
}

describe('a push that ends without having said what it did is lost, never pushed', () => {
  test.each([
    ['exit 0, silently', 'exit 0'],
    ['exit 0 with words', 'echo Everything up-to-date >&2; exit 0'],
    ['exit 0 with “Done”', 'printf "To https://x\\nDone\\n"; exit 0'],
    ['the status of another branch', `printf '*\\tx:refs/heads/mainly\\t[new branch]\\nDone\\n'; exit 0`],
    ['the status of a deletion', `printf -- '-\\t:refs/heads/main\\t[deleted]\\nDone\\n'; exit 0`],
    ['a good status, and exit 1', `printf '*\\tx:refs/heads/main\\t[new branch]\\nDone\\n'; exit 1`],
    ['up to date, and exit 1', `printf '=\\tx:refs/heads/main\\t[up to date]\\n'; exit 1`],
    ['exit 1, silently', 'exit 1'],
    ['exit 128, silently', 'exit 128'],
    ['killed, as by the kernel out of memory', 'kill -9 $$'],
    ['killed after a good status', `printf '*\\tx:refs/heads/main\\t[new branch]\\nDone\\n'; kill -9 $$`],
    ['ended politely', 'kill -15 $$'],
    ['words in another language', 'echo "Schwerwiegend: nein" >&2; exit 1'],
  ])('%s', async (_, script) => {
    const outcome: PushOutcome = await push(await gitThat(script, 'push'));
    expect(outcome).toMatchObject({ kind: 'lost', message: expect.stringMatching(/\w/) });
  });
});

describe.each([
  ['silent failure', 'exit 1', undefined],
  ['death', 'kill -9 $$', /SIGKILL/],
])('%s of a local command is seen', (_, script, message) => {
  const calls: [string, string, (git: Git) => Promise<unknown>][] = [
    ['version', 'version', (git) => git.version()],
    ['cloneKind', 'rev-parse', (git) => git.cloneKind()],
    ['topLevel', 'rev-parse', (git) => git.topLevel()],
    ['missingObjects', 'rev-list', (git) => git.missingObjects(ids[2])],
    ['usesLfs', 'ls-tree', (git) => git.usesLfs(ids[2])],
    ['hasSubmodules', 'ls-tree', (git) => git.hasSubmodules(ids[2])],
    ['readFile', 'cat-file', (git) => git.readFile(ids[2], 'Procfile')],
    ['archive', 'archive', (git) => git.archive(ids[2], sandbox.path('x.tar.gz'))],
  ];

  test.each(calls)('%s', async (_name, command, call) => {
    const failing = call(await gitThat(script, command));
    await expect(failing).rejects.toThrow(Failure);
    if (message !== undefined) await expect(failing).rejects.toThrow(message);
  });
});

test('where exit 1 means no, it is no, and death is not', async () => {
  const silent = await gitThat('exit 1', 'rev-parse|merge-base');
  expect(await silent.hasCommit(ids[0])).toBe(false);
  expect(await silent.isAncestor(ids[0], ids[2])).toBe(false);
  const dying = await gitThat('kill -9 $$', 'rev-parse|merge-base');
  await expect(dying.hasCommit(ids[0])).rejects.toThrow(/SIGKILL/);
  await expect(dying.resolveCommit('main')).rejects.toThrow(/SIGKILL/);
  await expect(dying.isAncestor(ids[0], ids[2])).rejects.toThrow(/SIGKILL/);
});

test('a git that says nothing and ends with 0 has resolved nothing', async () => {
  const git = await gitThat('exit 0');
  for (const call of [
    () => git.version(),
    () => git.resolveCommit('main'),
    () => git.hasCommit(ids[0]),
    () => git.cloneKind(),
    () => git.topLevel(),
  ]) {
    await expect(call()).rejects.toThrow(Failure);
  }
});

test('git’s words are told, short and without credentials', async () => {
  const git = await gitThat(
    `echo "hint: x" >&2; echo "fatal: unable to access 'https://me:hunter2@host/x.git/': no" >&2; exit 128`,
    'rev-list',
  );
  await expect(git.missingObjects(ids[2])).rejects.toMatchObject({
    what: '`git rev-list` failed (exit 128).',
    why: "git says: unable to access 'https://[masked]@host/x.git/': no.",
  });
});

describe('a git that hangs', () => {
  /** A git with children that ignore every polite signal; the last one to start says `ready`. */
  const stubborn = (mark: string): string =>
    `trap '' TERM INT HUP
'${realGit}' -c alias.w='!sleep 300; : ${mark}' w &
sh -c 'trap "" TERM; echo "remote: ready" >&2; sleep 300; : ${mark}' &
wait; wait; sleep 300; : ${mark}`;

  test('a local command has a limit that its error names, and leaves nothing', async () => {
    const git = await gitThat(stubborn('mark-local'), 'rev-list', 60);
    await expect(git.missingObjects(ids[2])).rejects.toThrow(
      /`git rev-list` failed \(not finished within 0\.3 s\)/,
    );
    expect(processesWith('mark-local')).toEqual([]);
    expect(processesWith(`shim-${count}/git`)).toEqual([]);
  });

  test('a push is ended when its time is up, children that do not listen too', async () => {
    const git = await gitThat(stubborn('mark-push'), 'push');
    expect(await push(git, { timeoutMs: 300 })).toEqual({
      kind: 'lost',
      message: 'git push: not finished within 0.3 s',
      unsent: true,
    });
    expect(processesWith('mark-push')).toEqual([]);
  });

  test('a push is ended by the signal, while it runs', async () => {
    const git = await gitThat(stubborn('mark-abort'), 'push');
    const controller = new AbortController();
    const seen: string[] = [];
    const outcome = await push(git, {
      signal: controller.signal,
      onLine: (line) => {
        seen.push(line, ...processesWith('mark-abort'));
        controller.abort();
      },
    });
    expect(outcome).toEqual({ kind: 'lost', message: 'git push: stopped by us', unsent: true });
    expect(seen[0]).toBe('ready');
    expect(seen.length).toBeGreaterThan(1);
    expect(processesWith('mark-abort')).toEqual([]);
  });

  test('a stopped process is ended too', async () => {
    const git = await gitThat('sh -c "kill -STOP \\$\\$; : mark-stopped" & wait; sleep 300', 'push');
    expect(await push(git, { timeoutMs: 300 })).toMatchObject({ kind: 'lost' });
    expect(processesWith('mark-stopped')).toEqual([]);
  });

  test('a child that stays behind with git’s output does not keep it from ending', async () => {
    const git = await gitThat('(sleep 300; : mark-behind) & exit 0', 'push');
    expect(await push(git)).toMatchObject({ kind: 'lost' });
    expect(processesWith('mark-behind')).toEqual([]);
  });
});

test('a git that asks is answered with the end of input', async () => {
  const git = await gitThat(
    `echo -n 'Password: ' >&2; read answer; echo "$answer" > '${sandbox.path('answer')}'; exit 1`,
    'push',
  );
  expect(await push(git)).toMatchObject({ kind: 'lost' });
  expect(existsSync(sandbox.path('answer'))).toBe(true);
});

test('a git that asks on the terminal finds none', async () => {
  const git = await gitThat(
    'read answer < /dev/tty && exit 0; echo "fatal: no terminal" >&2; exit 1',
    'push',
  );
  expect(await push(git)).toMatchObject({ kind: 'lost', message: expect.stringContaining('no terminal') });
});

test('much output on both pipes is read to its end', async () => {
  const git = await gitThat(
    `i=0; while [ $i -lt 20000 ]; do echo "remote: line $i of a long build log" >&2; i=$((i+1)); done
printf ' \\tx:refs/heads/main\\ta..b\\nDone\\n'; exit 0`,
    'push',
  );
  let lines = 0;
  expect(await push(git, { onLine: () => (lines += 1) })).toEqual({ kind: 'pushed' });
  expect(lines).toBe(20_000);
});

test('a tree and the version are asked for once, and again after a failure', async () => {
  const log = sandbox.path('asked');
  const failOnce = `echo "$1" >> '${log}'; [ -e '${log}.broken' ] || { : > '${log}.broken'; exit 1; }`;
  const git = await gitThat(failOnce, 'ls-tree|version');
  await expect(git.version()).rejects.toThrow();
  await Promise.all([git.version(), git.usesLfs(ids[2]), git.hasSubmodules(ids[2])]);
  await Promise.all([git.version(), git.hasSubmodules(ids[2]), git.hasSubmodules(ids[1])]);
  expect(readFileSync(log, 'utf8').trim().split('\n').sort()).toEqual([
    ...['ls-tree', 'ls-tree'],
    ...['version', 'version'],
  ]);
});
