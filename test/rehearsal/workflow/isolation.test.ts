import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, isRunning, removeFolders, sampleRepository, temporaryFolder } from '../helpers.ts';
import { walkJobs, walkText } from './helpers.ts';

afterEach(removeFolders);

/** Two jobs, the second behind the first, with these steps (YAML lists). */
const two = (first: string, second: string): string => `
version: 2.1
jobs:
  first: {docker: [{image: a}], steps: ${first}}
  second: {docker: [{image: a}], steps: ${second}}
workflows: {main: {jobs: [{second: {requires: [first]}}, first]}}
`;

describe('what crosses from one job to another', () => {
  it('is neither HOME, nor BASH_ENV, nor the working directory', async () => {
    const { text, ends } = await walkText(
      two(
        `[{run: 'echo "export LEFT=here" >> "$BASH_ENV"; touch ~/left left; echo "home $HOME"'}]`,
        `[{run: 'echo "home $HOME"; test -z "$LEFT" && test ! -e ~/left && test ! -e left && echo clean'}]`,
      ),
    );
    expect(ends).toEqual({ first: 'success', second: 'success' });
    const homes = [...text.matchAll(/home (\S+)/g)].map(([, home]) => home);
    expect(new Set(homes).size).toBe(2);
    expect(text).toMatch(/clean/);
    for (const home of homes) expect(existsSync(home ?? '')).toBe(false);
  });

  it('is a cache and the workspace', async () => {
    const { text, ends } = await walkText(
      two(
        `[{run: 'mkdir a b; echo cached > a/x; echo persisted > b/y'}, {save_cache: {key: 'k-{{ .Environment.CIRCLE_WORKFLOW_ID }}', paths: [a]}}, {persist_to_workspace: {root: b, paths: [y]}}]`,
        `[{restore_cache: {key: 'k-{{ .Environment.CIRCLE_WORKFLOW_ID }}'}}, {attach_workspace: {at: w}}, {run: cat a/x w/y}]`,
      ),
    );
    expect(ends.second).toBe('success');
    expect(text).toMatch(/\ncached\npersisted\n$/);
  });

  it('are caches and workspaces of a folder that is named, for later rehearsals too', async () => {
    const cacheFolder = await temporaryFolder();
    const first = two(`[{run: echo 1 > x}, {save_cache: {key: k, paths: [x]}}]`, `[{run: 'true'}]`);
    await walkText(first, { cacheFolder });
    const again = two(`[{restore_cache: {key: k}}, {run: cat x}]`, `[{run: 'true'}]`);
    expect((await walkText(again, { cacheFolder })).ends.first).toBe('success');
    expect((await walkText(again)).ends.first).toBe('failed');
  });

  it('is no checkout and no process, but what was pushed to origin', async () => {
    const { path, commits } = await sampleRepository();
    const { text, ends } = await walkText(
      two(
        `[checkout, {run: 'echo changed > file.txt; echo more > more.txt; git tag made; git push --quiet origin made; setsid sleep 60 & echo "daemon $!"'}]`,
        `[checkout, {run: 'git status --porcelain; git rev-parse HEAD; cat file.txt; git tag --list made; ls'}]`,
      ),
      { repository: path },
    );
    expect(ends).toEqual({ first: 'success', second: 'success' });
    expect(text.slice(text.lastIndexOf('HEAD is now'))).toMatch(
      new RegExp(`\\n${commits[2] ?? ''}\\nthree\\nmade\\nfile.txt\\n$`),
    );
    expect(isRunning(Number(/daemon (\d+)/.exec(text)?.[1]))).toBe(false);
    expect(git(path, 'tag', '--list', 'made')).toBe('');
    expect(await readFile(join(path, 'file.txt'), 'utf8')).toBe('three\n');
  });
});

describe('what the jobs of a workflow see', () => {
  const command = (name: string): string => `echo "$CIRCLE_JOB ${name} $${name}"`;
  const valuesOf = (text: string, name: string): string[] =>
    [...text.matchAll(new RegExp(` ${name} (\\S*)`, 'g'))].map(([, value]) => value ?? '');

  it('are the same ids of pipeline and workflow, and an id and number of each job', async () => {
    const all = ['PIPELINE_ID', 'WORKFLOW_ID', 'WORKFLOW_WORKSPACE_ID', 'WORKFLOW_JOB_ID', 'BUILD_NUM'].map(
      (name) => `CIRCLE_${name}`,
    );
    const script = [...all.map(command), 'echo "x PIPELINE << pipeline.id >>"'].join('; ');
    const { text, result } = await walkJobs({ a: script, b: script }, ['a', 'b']);
    for (const name of ['CIRCLE_PIPELINE_ID', 'CIRCLE_WORKFLOW_ID', 'CIRCLE_WORKFLOW_WORKSPACE_ID']) {
      expect(new Set(valuesOf(text, name)).size).toBe(1);
    }
    expect(valuesOf(text, 'CIRCLE_WORKFLOW_ID')[0]).toBe(result.id);
    expect(valuesOf(text, 'PIPELINE')).toEqual(valuesOf(text, 'CIRCLE_PIPELINE_ID'));
    expect(new Set(valuesOf(text, 'CIRCLE_WORKFLOW_JOB_ID')).size).toBe(2);
    expect(valuesOf(text, 'CIRCLE_BUILD_NUM')).toEqual(['1', '2']);
    const again = await walkJobs({ a: script }, ['a']);
    expect(again.result.id).not.toBe(result.id);
    const given = { CIRCLE_WORKFLOW_ID: 'given' };
    const { result: named, text: seen } = await walkJobs({ a: script }, ['a'], { builtIns: given });
    expect(named.id).toBe('given');
    expect(valuesOf(seen, 'CIRCLE_WORKFLOW_ID')).toEqual(['given']);
  });

  it('are the contexts that each lists, and what they hide', async () => {
    const show = 'echo "$CIRCLE_JOB [$KEY] [$OTHER]"';
    const contexts = { prod: { KEY: 'prod-secret' }, staging: { KEY: 'staging-secret' } };
    const list = ['a: {context: [prod]}', 'b: {context: staging}', 'c'];
    const options = { contexts, environment: { OTHER: 'project-secret' } };
    const shown = await walkJobs({ a: show, b: show, c: show }, list, { ...options, mask: false });
    expect(shown.text).toBe(
      'a [prod-secret] [project-secret]\nb [staging-secret] [project-secret]\nc [] [project-secret]\n',
    );
    expect((await walkJobs({ a: show, b: show, c: show }, list, options)).text).toBe(
      'a [****] [****]\nb [****] [****]\nc [] [****]\n',
    );
    const missing = await walkJobs({ a: show, b: show, c: show }, list);
    expect(missing.text).toMatch(
      /^The job uses the context prod, which was not given \(--context prod=FILE\)\.\na/,
    );
    expect(missing.text).not.toMatch(/context constructor/);
  });

  it('is a HOME that was named for one of them', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'kept'), 'kept\n');
    const { text } = await walkJobs({ a: 'cat ~/kept', b: 'ls ~ | wc -l' }, ['a', 'b'], {
      homes: { a: home },
    });
    expect(text).toMatch(/^kept\n\s*1\n$/);
    expect(existsSync(join(home, 'kept'))).toBe(true);
  });
});

describe('artifacts', () => {
  it('are kept apart by job and node', async () => {
    const artifactsFolder = await temporaryFolder();
    const text = `
version: 2.1
orbs: {o: {jobs: {make: {docker: [{image: a}], parallelism: 2, steps: [{run: 'echo "$CIRCLE_NODE_INDEX" > x'}, {store_artifacts: {path: x}}]}}}}
jobs:
  make: {docker: [{image: a}], steps: [{run: echo own > x}, {store_artifacts: {path: x}}]}
workflows: {main: {jobs: [o/make, make, {make: {name: ..}}]}}
`;
    await walkText(text, { artifactsFolder });
    const read = async (name: string): Promise<string> => readFile(join(artifactsFolder, name), 'utf8');
    expect(await read('o-make/0/x')).toBe('0\n');
    expect(await read('o-make/1/x')).toBe('1\n');
    expect(await read('make/x')).toBe('own\n');
    expect(await read('-/x')).toBe('own\n');
  });
});

describe('a workflow that could reach the real Heroku', () => {
  it('is refused before its first job starts', async () => {
    const commands = { a: 'echo started', b: 'echo started' };
    const list = ['a', 'b: {context: [real], requires: [a]}'];
    const contexts = { real: { HEROKU_DATA_HOST: 'api.data.heroku.com' } };
    let written = '';
    const output = { write: (text: string): void => void (written += text) };
    await expect(walkJobs(commands, list, { contexts, output })).rejects.toThrow(
      /^Job b: HEROKU_DATA_HOST names api\.data\.heroku\.com, which is not this machine\./,
    );
    expect(written).toBe('');
    await expect(walkJobs(commands, list, { builtIns: { HEROKU_HOST: '' } })).rejects.toThrow(
      /^Job a: HEROKU_HOST is not set/,
    );
  });
});
