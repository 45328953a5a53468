import { compile, faultOf, jobsOf } from '../helpers.ts';
import type { Loose } from '../helpers.ts';

const orb = `
orbs:
  o:
    executors:
      default:
        parameters: {tag: {type: string, default: lts}, size: {type: enum, enum: [small, large], default: small}}
        description: an executor
        docker: [{image: "cimg/node:<< parameters.tag >>"}]
        resource_class: << parameters.size >>
        environment: {A: executor, B: executor}
        working_directory: ~/orb
        shell: /bin/sh
    jobs:
      j:
        description: a job
        parameters:
          e: {type: executor, default: default}
          s: {type: steps, default: [{run: default steps}]}
          n: {type: integer, default: 2}
        executor: << parameters.e >>
        parallelism: << parameters.n >>
        environment: {B: job, C: true}
        steps:
          - steps: << parameters.s >>
executors:
  default: {docker: [{image: of-the-configuration}]}
  mine: {parameters: {i: {type: string}}, docker: [{image: << parameters.i >>}]}
`;
const workflow = (invocation: string): string =>
  `${orb}workflows:\n  w:\n    jobs:\n      - o/j: ${invocation}\n`;
const job = (invocation: string): Loose => jobsOf(workflow(invocation))['o/j'];

describe('executors', () => {
  it('bring what the job does not say itself; environments are merged', () => {
    expect(job('{}')).toEqual({
      docker: [{ image: 'cimg/node:lts' }],
      resource_class: 'small',
      shell: '/bin/sh',
      working_directory: '~/orb',
      parallelism: 2,
      environment: { A: 'executor', B: 'job', C: true },
      steps: [{ run: { command: 'default steps' } }],
    });
  });

  it('given as arguments are those of the caller, defaults those of the orb', () => {
    expect(job('{e: default}').docker).toEqual([{ image: 'of-the-configuration' }]);
    expect(job('{e: o/default}').docker).toEqual([{ image: 'cimg/node:lts' }]);
    expect(job('{e: {name: o/default, tag: "20.1", size: large}}')).toMatchObject({
      docker: [{ image: 'cimg/node:20.1' }],
      resource_class: 'large',
    });
    expect(job('{e: {name: mine, i: "a \\\\<< b"}}').docker).toEqual([{ image: 'a << b' }]);
  });

  it('take arguments beside a name that is an argument', () => {
    const text = `
executors:
  e: {parameters: {t: {type: string, default: a}}, docker: [{image: "i:<< parameters.t >>"}]}
jobs:
  build:
    parameters: {x: {type: executor}, t: {type: string}}
    executor: {name: << parameters.x >>, t: << parameters.t >>}
    steps: [checkout]
workflows: {w: {jobs: [{build: {x: e, t: b}}]}}
`;
    expect(jobsOf(text).build.docker).toEqual([{ image: 'i:b' }]);
  });

  it('read as their name in text and conditions', () => {
    const text = `
executors: {e: {docker: [{image: a}]}}
jobs:
  build:
    parameters: {x: {type: executor}}
    executor: << parameters.x >>
    steps:
      - run: echo << parameters.x >>
      - when: {condition: {equal: [e, << parameters.x >>]}, steps: [{run: is e}]}
workflows: {w: {jobs: [{build: {x: e}}]}}
`;
    expect(jobsOf(text).build.steps).toEqual([{ run: { command: 'echo e' } }, { run: { command: 'is e' } }]);
  });

  it.each([
    ['{e: nothing}', 'Cannot find a definition for executor named nothing'],
    ['{e: {name: nothing}}', 'Cannot find a definition for executor named nothing'],
    ['{e: {tag: a}}', "An executor map needs 'name'."],
    ['{e: {name: o/default, tga: a}}', 'Unexpected argument(s): tga'],
    ['{e: mine}', 'Missing required argument(s): i'],
    [
      '{e: {name: o/default, tag: 20}}',
      'Type error for argument tag: expected type: string, actual value: 20 (type integer)',
    ],
    [
      '{e: {name: o/default, size: huge}}',
      'Type error for argument size: expected type: enum, one of small, large, actual value: "huge" (type string)',
    ],
  ])('%s are refused', (invocation, reason) => {
    const fault = faultOf(() => compile(workflow(invocation)));
    expect(fault.reason).toBe(reason);
    expect(fault.element).toContain('workflow w, job o/j');
  });

  it('have no steps parameters and no unknown keys', () => {
    const text = (executor: string): string =>
      `executors: {e: ${executor}}\njobs: {build: {executor: e, steps: [checkout]}}`;
    expect(faultOf(() => jobsOf(text('{parameters: {s: {type: steps}}, docker: []}'))).reason).toMatch(
      /has type "steps"/,
    );
    expect(faultOf(() => jobsOf(text('{dokcer: []}'))).reason).toBe("An executor has no key 'dokcer'.");
  });
});

describe('jobs', () => {
  it.each([
    ['{steps: [checkout]}', /The job has no executor/],
    ['{docker: [{image: a}], steps: []}', 'The job has no steps.'],
    ['{docker: [{image: a}]}', /Expected a list of steps, not a null/],
    ['{docker: [{image: a}], steps: [checkout], stpes: []}', "A job has no key 'stpes'."],
    ['{docker: [{image: a}], steps: [checkout], parallelism: 0}', /'parallelism' must be an integer from 1/],
    ['{docker: [{image: a}], steps: [checkout], shell: [sh]}', /'shell' must be a string/],
    ['{docker: [{image: a}], steps: [checkout], environment: 5}', /'environment' must be a map/],
    ['[checkout]', "The definition of job 'build' is not a map."],
  ])('%s are refused', (definition, reason) => {
    expect(faultOf(() => jobsOf(`jobs: {build: ${definition}}`)).reason).toMatch(reason);
  });

  it('take the environment as a list too', () => {
    const text = 'jobs: {build: {docker: [{image: a}], environment: [{A: 1}, {B: x}], steps: [checkout]}}';
    expect(jobsOf(text).build.environment).toEqual({ A: 1, B: 'x' });
  });
});

describe('pre-steps and post-steps', () => {
  it('stand around the job and belong to the configuration', () => {
    const text = `${workflow('{pre-steps: [own, {run: pre}], post-steps: [{o2/c: {x: a}}]}')}
commands: {own: {steps: [{run: own}]}}
`.replace(
      'orbs:',
      'orbs:\n  o2: {commands: {c: {parameters: {x: {type: string}}, steps: [{run: "o2 << parameters.x >>"}]}}}',
    );
    expect(jobsOf(text)['o/j'].steps.map((step: Loose) => step.run.command)).toEqual([
      'own',
      'pre',
      'default steps',
      'o2 a',
    ]);
  });

  it('name themselves in errors', () => {
    const fault = faultOf(() => compile(workflow('{post-steps: [checkout, nothing]}')));
    expect(fault.element).toBe('workflow w, job o/j, post-steps, step 2');
    expect(fault.wording).toBe(
      "Error calling workflow: 'w'\nCannot find a definition for command named nothing",
    );
  });

  it('know the matrix of their invocation', () => {
    const jobs = jobsOf(
      workflow('{matrix: {parameters: {n: [1, 2]}}, pre-steps: [{run: "pre << matrix.n >>"}]}'),
    );
    expect(Object.keys(jobs)).toEqual(['o/j-1', 'o/j-2']);
    expect(jobs['o/j-2'].steps[0].run.command).toBe('pre 2');
  });
});
