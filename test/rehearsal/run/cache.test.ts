import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { cacheKey } from '../../../src/rehearsal/run/cache-key.ts';
import { removeFolders, runSteps, temporaryFolder } from '../helpers.ts';

afterEach(removeFolders);

const outputs = (result: { steps: readonly { output: string }[] }): string[] =>
  result.steps.map(({ output }) => output);

describe('caches', () => {
  it('carry files from job to job, by exact key or the newest prefix', async () => {
    const cacheFolder = await temporaryFolder();
    const save = (key: string, text: string): Promise<unknown> =>
      runSteps(
        `- run: mkdir -p ~/.state deep; echo ${text} > ~/.state/f; echo ${text} > deep/g; ln -s f ~/.state/link
- save_cache: {key: "${key}", paths: [~/.state, deep/g]}`,
        { cacheFolder },
      );
    await save('v1-a-1', 'first');
    await save('v1-a-2', 'second');
    await save('v1-b', 'other');
    const restore = async (keys: string): Promise<string[]> =>
      outputs(
        await runSteps(`- restore_cache: ${keys}\n- run: cat ~/.state/link deep/g || true`, { cacheFolder }),
      );
    expect(await restore('{key: v1-a-1}')).toEqual(['Found a cache at v1-a-1\n', 'first\nfirst\n']);
    expect(await restore('{key: v1-a}')).toEqual(['Found a cache at v1-a-2\n', 'second\nsecond\n']);
    expect(await restore('{keys: [v2, v1-b]}')).toEqual([
      'No cache is found for key: v2\nFound a cache at v1-b\n',
      'other\nother\n',
    ]);
    const [none] = await restore('{keys: [x, y]}');
    expect(none).toBe('No cache is found for key: x\nNo cache is found for key: y\n');
  });

  it('are written once per key', async () => {
    const cacheFolder = await temporaryFolder();
    const steps = (text: string): string =>
      `- run: echo ${text} > f\n- save_cache: {key: k, paths: [f]}\n- run: rm f\n- restore_cache: {key: k}\n- run: cat f`;
    expect(outputs(await runSteps(steps('one'), { cacheFolder })).at(-1)).toBe('one\n');
    const again = outputs(await runSteps(steps('two'), { cacheFolder }));
    expect(again[1]).toBe('Skipping cache generation, cache already exists for key: k\n');
    expect(again.at(-1)).toBe('one\n');
    expect(await readdir(cacheFolder)).toHaveLength(1);
  });

  it('warn of a path that is not there', async () => {
    const result = await runSteps('- save_cache: {key: k, paths: [missing]}');
    expect(result).toMatchObject({ status: 'success' });
    expect(outputs(result)[0]).toContain('Warning: could not archive missing - Not found\n');
  });

  it('fail the step for a key that cannot be computed', async () => {
    const result = await runSteps(
      '- restore_cache: {key: "{{ checksum \\"none\\" }}"}\n- save_cache: {when: always, key: "{{ nope }}", paths: [a]}',
    );
    expect(result.steps.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(result.steps[0]?.reason).toMatch(/error computing cache key: .*checksum of none: ENOENT/);
    expect(result.steps[1]?.reason).toMatch(/unknown {{ nope }}/);
  });

  it("have keys from files and CircleCI's variables, not from the job", async () => {
    const cacheFolder = await temporaryFolder();
    const result = await runSteps(
      `
- run: printf abc > "a file"
- save_cache:
    key: '{{ checksum "a file" }}|{{ .Branch }}|{{.Environment.CIRCLE_JOB}}|{{ .Environment.CTX }}|{{ .Environment.JOB }}|{{ .BuildNum }}|{{ .Revision }}'
    paths: ["a file"]`,
      {
        cacheFolder,
        branch: 'b',
        revision: 'sha',
        contexts: { c: { CTX: 'x' } },
        keys: 'environment: {JOB: y}',
      },
    );
    const checksum = createHash('sha256').update('abc').digest('base64');
    expect(outputs(result)[1]).toContain(`key: ${checksum}|b|build|x|<no value>|1|sha\n`);
  });

  it('know epoch and arch', async () => {
    const facts = { environment: {}, home: '/', workingDirectory: '/' };
    expect(await cacheKey('{{ epoch }}', facts)).toMatch(/^\d{10}$/);
    expect(await cacheKey('a-{{arch}}-{{ arch }}', facts)).toMatch(/^a-(\w+-\w+)-\1$/);
    expect(await cacheKey('{ {{ .Branch }} }', facts)).toBe('{ <no value> }');
  });
});
