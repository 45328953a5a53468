import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFolders, runSteps, temporaryFolder } from '../helpers.ts';

afterEach(removeFolders);

async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe('artifacts and test results', () => {
  it('are stored after a failure too', async () => {
    const artifactsFolder = await temporaryFolder();
    const result = await runSteps(
      `
- run: mkdir -p out/deep ~/logs; echo a > out/a; echo b > out/deep/b; echo c > ~/logs/c; echo r > report.xml; exit 1
- store_artifacts: {path: out}
- store_artifacts: {path: out/deep/b, destination: renamed/b.txt}
- store_artifacts: {path: ~/logs/c}
- store_artifacts: {path: missing}
- store_test_results: {path: report.xml}
- store_test_results: {path: missing}`,
      { artifactsFolder },
    );
    expect(result.steps.slice(1).every(({ status }) => status === 'success')).toBe(true);
    expect(result.status).toBe('failed');
    expect(await tree(artifactsFolder)).toEqual([
      'logs/c',
      'out/a',
      'out/deep/b',
      'renamed/b.txt',
      'test-results/report.xml',
    ]);
  });

  it('stay in their folder', async () => {
    const result = await runSteps('- run: echo a > a\n- store_artifacts: {path: a, destination: ../../a}');
    expect(result.steps[1]).toMatchObject({ status: 'failed' });
    expect(result.steps[1]?.reason).toMatch(/leaves the artifacts/);
  });
});

describe('the workspace', () => {
  it('goes from job to job in layers', async () => {
    const workspaceFolder = await temporaryFolder();
    await runSteps(
      `
- run: mkdir -p w/x w/y; echo 1 > w/x/a.txt; echo 1 > w/x/b.log; echo 1 > w/y/c; echo 1 > w/top
- persist_to_workspace: {root: w, paths: ["x/*.txt", "y", "to[p]"]}`,
      { workspaceFolder },
    );
    await runSteps('- run: mkdir -p x; echo 2 > x/a.txt\n- persist_to_workspace: {root: ., paths: [.]}', {
      workspaceFolder,
    });
    const result = await runSteps(
      '- attach_workspace: {at: ~/here}\n- run: cd ~/here; find . -type f | sort; cat x/a.txt',
      { workspaceFolder },
    );
    expect(result.steps[1]?.output).toBe('./top\n./x/a.txt\n./y/c\n2\n');
  });

  it('fails for what is not there, and may be empty', async () => {
    const persist = await runSteps('- persist_to_workspace: {root: ., paths: [missing]}');
    expect(persist.steps[0]?.reason).toBe('persist_to_workspace: nothing matches missing below ..');
    expect((await runSteps('- persist_to_workspace: {root: ., paths: [../x]}')).status).toBe('failed');
    expect((await runSteps('- attach_workspace: {at: here}')).status).toBe('success');
  });
});

describe('steps that have nothing to do here', () => {
  it('say so', async () => {
    const result = await runSteps('- add_ssh_keys: {fingerprints: [a]}\n- setup_remote_docker');
    expect(result.steps.map(({ name, output }) => [name, output])).toEqual([
      ['Installing additional SSH keys', 'A rehearsal adds no SSH keys: nothing was done.\n'],
      ['Setup a remote Docker engine', 'A rehearsal has no remote Docker engine: nothing was done.\n'],
    ]);
  });
});

it('keeps binary output countable and readable', async () => {
  const artifactsFolder = await temporaryFolder();
  const result = await runSteps(
    "- run: printf 'a\\303'; sleep 0.2; printf '\\274b\\377'; printf x > f\n- store_artifacts: {path: f}",
    {
      artifactsFolder,
    },
  );
  expect(result.steps[0]).toMatchObject({ output: 'aüb\ufffd', outputBytes: 5 });
  expect(await readFile(join(artifactsFolder, 'f'), 'utf8')).toBe('x');
});
