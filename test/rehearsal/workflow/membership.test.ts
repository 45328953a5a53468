import { configOf, reasonOf, walkJobs, walkText } from './helpers.ts';

const commands = { lint: 'echo lint', test: 'echo test', deploy: 'echo deploy', notify: 'echo notify' };

describe('the jobs that a pipeline has', () => {
  const list = [
    'test: {filters: {tags: {only: /.*/}}}',
    'deploy: {requires: [test], filters: {branches: {only: main}, tags: {only: /v\\d+/}}}',
    'notify: {requires: [deploy], filters: pipeline.git.branch == "main"}',
  ];

  it.each([
    [{ branch: 'main' }, 'test deploy notify'],
    [{ branch: 'feature' }, 'test'],
    [{ tag: 'v1' }, 'test deploy'],
    [{ tag: 'x1' }, 'test'],
  ])('of %j are %s', async (pipeline, names) => {
    const { result, ends } = await walkJobs(commands, list, pipeline);
    expect(Object.keys(ends).join(' ')).toBe(names);
    expect(Object.values(ends)).toEqual(names.split(' ').map(() => 'success'));
    expect(result.filtered).toHaveLength(3 - names.split(' ').length);
  });

  it('are without those that require nothing else than what is filtered out', async () => {
    const { result, ends } = await walkJobs(
      commands,
      [
        'lint',
        'test: {filters: pipeline.git.branch == "main"}',
        'deploy: {requires: [test]}',
        'notify: {requires: [{deploy: terminal}]}',
      ],
      { branch: 'feature' },
    );
    expect(ends).toEqual({ lint: 'success' });
    expect(result.status).toBe('success');
    expect(result.filtered).toEqual([
      { name: 'test', because: 'its filter "pipeline.git.branch == \\"main\\"" is false' },
      { name: 'deploy', because: 'it requires only test, which this pipeline does not have' },
      { name: 'notify', because: 'it requires only deploy, which this pipeline does not have' },
    ]);
  });

  it('start without a filtered requirement when others are left, and that is said', async () => {
    const { text, ends } = await walkJobs(
      commands,
      ['lint', 'test: {filters: pipeline.git.branch == "main"}', 'deploy: {requires: [lint, test]}'],
      { branch: 'feature' },
    );
    expect(ends).toEqual({ lint: 'success', deploy: 'success' });
    expect(text).toBe(
      'deploy requires test, which this pipeline does not have: CircleCI starts deploy without it.\nlint\ndeploy\n',
    );
  });
});

describe('a workflow that would not run', () => {
  it('because of its condition', async () => {
    const config = configOf(commands, ['test']).replace(
      '  main:\n',
      '  main:\n    when: pipeline.git.branch == "main"\n',
    );
    const kept = await walkText(config, { branch: 'feature' });
    expect(kept.result).toMatchObject({
      status: 'not_run',
      reason: "the 'when' of workflow main does not let it run",
      jobs: [],
    });
    expect(kept.text).toBe('');
    expect((await walkText(config, { branch: 'main' })).ends).toEqual({ test: 'success' });
  });

  it('because it has no job for the pipeline', async () => {
    const { result } = await walkJobs(commands, ['test', 'deploy: {requires: [test]}'], { tag: 'v1' });
    expect(result).toMatchObject({
      status: 'not_run',
      reason: 'this pipeline has no job of workflow main',
      jobs: [],
    });
    expect(result.filtered.map(({ name }) => name)).toEqual(['test', 'deploy']);
  });
});

describe('an approval', () => {
  const list = [
    'test',
    'hold: {type: approval, requires: [test]}',
    'deploy: {requires: [hold]}',
    'notify: {requires: [{deploy: terminal}]}',
    'lint',
  ];

  it('that is given lets the workflow go on', async () => {
    const walked = await walkJobs(commands, list, { approve: ['hold'] });
    expect(walked.text).toBe('test\ndeploy\nnotify\nlint\n');
    expect(reasonOf(walked, 'hold')).toBe('approved');
    expect(walked.result.status).toBe('success');
  });

  it('that is not given blocks what is behind it and nothing else', async () => {
    const walked = await walkJobs(commands, list);
    expect(walked.text).toBe('test\nlint\n');
    expect(walked.ends).toEqual({
      ...{ test: 'success', hold: 'on_hold', lint: 'success', deploy: 'blocked', notify: 'blocked' },
    });
    expect(reasonOf(walked, 'hold')).toBe('nobody approved it; --approve hold would');
    expect(reasonOf(walked, 'deploy')).toBe('it waits for hold');
    expect(reasonOf(walked, 'notify')).toBe('it waits for deploy');
    expect(walked.result.status).toBe('on_hold');
  });

  it('is not reached behind a red job, and does not hide one', async () => {
    const behind = await walkJobs({ ...commands, test: 'false' }, list, { approve: ['hold'] });
    expect(behind.ends).toEqual({
      ...{ test: 'failed', hold: 'not_run', deploy: 'not_run', notify: 'success', lint: 'success' },
    });
    const beside = await walkJobs({ ...commands, lint: 'false' }, list);
    expect(beside.ends).toMatchObject({ hold: 'on_hold', lint: 'failed' });
    expect(beside.result.status).toBe('failed');
  });

  it('decides at once when another requirement cannot be met', async () => {
    const walked = await walkJobs({ ...commands, test: 'false' }, [
      'hold: {type: approval}',
      'test',
      'deploy: {requires: [hold, test]}',
    ]);
    expect(walked.ends.deploy).toBe('not_run');
  });

  it('must be one of the workflow', async () => {
    await expect(walkJobs(commands, list, { approve: ['hodl'] })).rejects.toThrow(
      '--approve hodl: workflow main has no such approval job; it has hold.',
    );
    await expect(walkJobs(commands, list, { approve: ['test'] })).rejects.toThrow(/no such approval job/);
    await expect(walkJobs(commands, list, { deniedContexts: ['x'] })).rejects.toThrow(
      '--deny-context x: workflow main has no such context; it has none.',
    );
    await expect(walkJobs(commands, list, { homes: { x: '/' } })).rejects.toThrow(
      /no such job; it has test, hold/,
    );
  });
});
