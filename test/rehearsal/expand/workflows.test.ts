import { compile, faultOf } from '../helpers.ts';

const jobs = `
jobs:
  build: {docker: [{image: a}], steps: [checkout]}
  test:
    parameters: {os: {type: string, default: linux}, v: {type: integer, default: 1}}
    docker: [{image: a}]
    steps: [{run: "<< parameters.os >> << parameters.v >>"}]
  gate: {type: no-op}
`;
const text = (list: string, keys = ''): string => `${jobs}workflows:\n  w:\n    ${keys}\n    jobs: ${list}\n`;
const names = (list: string): string[] => workflow(list).jobs.map(({ name }) => name);

function workflow(list: string, options: object = {}): ReturnType<typeof compile>['workflows'][number] {
  const [found] = compile(text(list), options).workflows;
  if (found === undefined) throw new Error('no workflow');
  return found;
}

describe('names of workflow jobs', () => {
  it('are their own, the job they invoke, or numbered where that is not clear', () => {
    expect(names('[build, {test: {name: unit}}, test]')).toEqual(['build', 'unit', 'test']);
    expect(names('[test, {test: {os: mac}}, build]')).toEqual(['test-1', 'test-2', 'build']);
  });

  it('of a matrix have its values in the order of the parameter names', () => {
    expect(names('[{test: {matrix: {parameters: {v: [1, 2], os: [linux, mac]}}}}]')).toEqual([
      'test-linux-1',
      'test-mac-1',
      'test-linux-2',
      'test-mac-2',
    ]);
    expect(names('[{test: {name: "t-<< matrix.v >>", matrix: {parameters: {v: [1, 2]}}}}]')).toEqual([
      't-1',
      't-2',
    ]);
  });
});

describe('a matrix', () => {
  it('passes its values as arguments, without what it excludes', () => {
    const { jobs: list } = workflow(
      '[{test: {matrix: {parameters: {v: [1, 2], os: [linux, mac]}, exclude: [{v: 1, os: mac}]}}}]',
    );
    expect(list.map(({ job }) => job?.steps[0]?.options.command)).toEqual(['linux 1', 'linux 2', 'mac 2']);
  });

  it('keeps a mark in its values', () => {
    const { jobs: list } = workflow("[{test: {matrix: {parameters: {os: ['a \\<< b']}}}}]");
    expect(list[0]?.job?.steps[0]?.options.command).toBe('a << b 1');
  });

  it('is required by its alias, by the job, or one by one', () => {
    const requires = (wanted: string, alias = ''): unknown =>
      workflow(
        `[{test: {matrix: {parameters: {v: [1, 2]}${alias}}}}, {build: {requires: [${wanted}]}}]`,
      ).jobs.at(-1)?.requires;
    const both = [
      { job: 'test-1', statuses: ['success'] },
      { job: 'test-2', statuses: ['success'] },
    ];
    expect(requires('all', ', alias: all')).toEqual(both);
    expect(requires('test')).toEqual(both);
    expect(requires('test-2')).toEqual(both.slice(1));
  });

  it.each([
    ['{parameters: {v: []}}', "'matrix.parameters.v' must be a list of at least one value."],
    ['{parameters: {v: 1}}', "'matrix.parameters.v' must be a list of at least one value."],
    ['{v: [1]}', "'matrix' needs 'parameters', a map of names to lists of values."],
    ['{parameters: {v: [1]}, name: a}', "'matrix' has no key 'name'."],
    ['{parameters: {v: [1]}, exclude: [{v: 1}]}', "'matrix.exclude' leaves no job of the matrix."],
    [
      '{parameters: {v: [1]}, exclude: [{w: 1}]}',
      "'matrix.exclude' names 'w', which is no parameter of the matrix.",
    ],
    ['{parameters: {w: [1]}}', 'Unexpected argument(s): w'],
    [
      '{parameters: {v: [a]}}',
      'Type error for argument v: expected type: integer, actual value: "a" (type string)',
    ],
  ])('%s is refused', (matrix, reason) => {
    expect(faultOf(() => workflow(`[{test: {matrix: ${matrix}}}]`)).reason).toBe(reason);
  });
});

describe('requirements', () => {
  it('name jobs and their ends', () => {
    const list =
      '[build, {test: {requires: [{build: [failed, canceled]}]}}, {gate: {requires: [build, {test: terminal}]}}]';
    expect(workflow(list).jobs.map(({ requires }) => requires)).toEqual([
      [],
      [{ job: 'build', statuses: ['failed', 'canceled'] }],
      [
        { job: 'build', statuses: ['success'] },
        { job: 'test', statuses: ['terminal'] },
      ],
    ]);
  });

  it.each([
    [
      '[{build: {requires: [tset]}}]',
      "Job 'build' requires 'tset', which is the name of 0 other jobs in workflow w",
    ],
    ['[{build: {requires: build}}]', "'requires' is a list of jobs."],
    ['[{build: {requires: [[a]]}}]', "'requires' names jobs, or maps of a job to its statuses."],
    [
      '[build, {test: {requires: [{build: done}]}}]',
      /'requires' of job build has status "done": expected one of success/,
    ],
    [
      '[{build: {requires: [test]}}, {test: {requires: [build]}}]',
      'These jobs wait for each other: build -> test -> build',
    ],
  ])('%s are refused', (list, reason) => {
    expect(faultOf(() => workflow(list)).reason).toMatch(reason);
  });
});

describe('entries', () => {
  it('may be approvals and jobs without steps', () => {
    const { jobs: list } = workflow('[{hold: {type: approval}}, {build: {requires: [hold]}}, gate]');
    expect(list.map(({ name, type, job }) => [name, type, job === undefined])).toEqual([
      ['hold', 'approval', true],
      ['build', 'build', false],
      ['gate', 'no-op', true],
    ]);
  });

  it('carry contexts and a serial group', () => {
    const [entry] = workflow(
      '[{build: {context: [a, b], serial-group: "<< pipeline.project.slug >>/prod"}}]',
    ).jobs;
    expect(entry).toMatchObject({ contexts: ['a', 'b'], serialGroup: 'gh/local/project/prod' });
    expect(workflow('[{build: {context: a}}]').jobs[0]?.contexts).toEqual(['a']);
  });

  it('are replaced by an orb job that exists', () => {
    const orb = 'orbs: {o: {jobs: {j: {docker: [{image: a}], steps: [{run: replaced}]}}}}\n';
    const command = (job: string): unknown =>
      compile(`${orb}${text(`[{build: {override-with: ${job}}}]`)}`).workflows[0]?.jobs[0]?.job?.steps[0]
        ?.type;
    expect(command('o/j')).toBe('run');
    expect(command('o/other')).toBe('checkout');
  });

  it.each([
    ['[nothing]', 'Cannot find a definition for job named nothing'],
    ['[o/j]', 'Cannot find a definition for job named o/j'],
    ['[{build: {x: 1}}]', 'Unexpected argument(s): x'],
    ['[{build: {requires: []}, test: {}}]', /A workflow's job is a name or a map with one key/],
    ['[{build: [a]}]', 'The invocation of a job takes a map.'],
    ['[{build: {name: 5}}]', "'name' must be a string."],
    ['[{build: {context: [[a]]}}]', "'context' is a name or a list of names."],
    ['[{build: {serial-group: "a b"}}]', /'serial-group' is up to 512 letters/],
    ['[{test: {os: << parameters.x >>}}]', 'Arguments referenced without declared parameters: x'],
    ['[{test: {os: << matrix.x >>}}]', 'Unknown variable(s): matrix.x'],
    ['[]', "The workflow has no list 'jobs'."],
  ])('%s are refused', (list, reason) => {
    const fault = faultOf(() => workflow(list));
    expect(fault.reason).toMatch(reason);
    expect(fault.wording).toMatch(/^Error calling workflow: 'w'\n/);
    expect(fault.element).toMatch(/^workflow w/);
  });
});

describe('which jobs and workflows run', () => {
  const runs = (filters: string, pipeline: object): unknown =>
    workflow(`[{build: {filters: ${filters}}}]`, { pipeline }).jobs[0]?.selection;

  it.each([
    ['{}', { branch: 'a' }, true],
    ['{}', { tag: 'v1' }, false],
    ['{branches: {only: main}}', { branch: 'main' }, true],
    ['{branches: {only: main}}', { branch: 'maintenance' }, false],
    ['{branches: {only: [/rel-.*/, main]}}', { branch: 'rel-1' }, true],
    ['{branches: {only: /rel/}}', { branch: 'rel-1' }, false],
    ['{branches: {ignore: [/dev-.*/]}}', { branch: 'dev-1' }, false],
    ['{branches: {only: /d.*/, ignore: dev}}', { branch: 'dev' }, false],
    ['{tags: {only: /v\\d+/}}', { tag: 'v1' }, true],
    ['{tags: {only: /v\\d+/}}', { tag: 'x' }, false],
    ['{tags: {only: /v\\d+/}}', { branch: 'any' }, true],
    ['{tags: {only: /v\\d+/}, branches: {ignore: /.*/}}', { branch: 'any' }, false],
    ['{tags: {ignore: /.*/}}', { tag: 'v1' }, false],
    ['pipeline.git.branch == "main"', { branch: 'main' }, true],
    ['pipeline.git.branch == "main"', { branch: 'dev' }, false],
    ['pipeline.git.tag starts-with "v"', { tag: 'v1' }, true],
    ['"<< pipeline.git.branch >>"', { tag: 'v1' }, false],
  ])('%s on %j: %s', (filters, pipeline, expected) => {
    expect(runs(filters, pipeline)).toMatchObject({ runs: expected });
  });

  it.each([
    ['{branchs: {only: a}}', "'filters' has no key 'branchs'."],
    ['{branches: {olny: a}}', "'filters.branches' has no key 'olny'."],
    ['{branches: main}', "'filters.branches' is a map of 'only' and 'ignore'."],
    ['{branches: {only: 5}}', "'filters.branches.only' is a string or a list of strings."],
    ['{branches: {only: /(/}}', /The pattern "\(" cannot be used/],
    ['pipeline.git.branch =', /cannot be read/],
    ['pipeline.git.brunch == "a"', 'Unknown variable(s): pipeline.git.brunch'],
    ['[a]', /'filters' is an expression, or a map/],
  ])('filters %s are refused', (filters, reason) => {
    expect(faultOf(() => runs(filters, {})).reason).toMatch(reason);
  });

  const selected = (keys: string, parameters = {}): boolean | undefined =>
    compile(`parameters: {go: {type: boolean, default: false}}\n${text('[build]', keys)}`, { parameters })
      .workflows[0]?.selection.runs;

  it.each([
    ['when: << pipeline.parameters.go >>', false],
    ['unless: << pipeline.parameters.go >>', true],
    ['when: pipeline.git.branch == "main"', true],
    ['when: not pipeline.parameters.go', true],
    ['when: {and: [true, {equal: [main, << pipeline.git.branch >>]}]}', true],
    ['when: no', false],
    ['triggers: []', true],
  ])('a workflow with %s: %s', (keys, expected) => {
    expect(selected(keys)).toBe(expected);
  });

  it('a workflow with unknown keys is refused', () => {
    expect(faultOf(() => selected('whne: true')).reason).toBe("A workflow has no key 'whne'.");
  });
});
