import { expandConfig, expandExamples, plainConfig } from '../../../src/rehearsal/index.ts';
import { compile, faultOf } from '../helpers.ts';

describe('a configuration', () => {
  it('compiles to the flat form', () => {
    const config = compile(`
setup: true
jobs:
  build: {docker: [{image: a}], steps: [checkout, run: a]}
workflows:
  version: 2
  on: {jobs: [build, {hold: {type: approval, requires: [build]}}]}
  off: {when: false, jobs: [{build: {name: never}}]}
`);
    expect(plainConfig(config)).toEqual({
      version: 2,
      setup: true,
      jobs: {
        build: { docker: [{ image: 'a' }], steps: ['checkout', { run: { command: 'a' } }] },
        never: { docker: [{ image: 'a' }], steps: ['checkout', { run: { command: 'a' } }] },
      },
      workflows: { version: 2, on: { jobs: ['build', { hold: { type: 'approval', requires: ['build'] } }] } },
    });
  });

  it.each([
    ['version: 2\njobs: {}', /need 'version: 2.1', not 2/],
    ['jobs: {}', /need 'version: 2.1', not null/],
    ['[a]', 'A configuration is a map.'],
    ['version: 2.1\njob: {}', "A configuration has no key 'job': did you mean 'jobs'?"],
    ['version: 2.1\njobs: []', "'jobs' is not a map of names to definitions."],
    ['version: 2.1\nworkflows: []', "'workflows' is a map of names to workflows."],
    ['version: 2.1\norbs: []', "'orbs' is a map of names to orbs."],
    ['version: 2.1\njob-groups: {}', /cannot be rehearsed/],
    ['version: 2.1\nparameters: []', /'parameters' is not a map/],
  ])('%j is refused', (text, reason) => {
    const fault = faultOf(() => plainConfig(expandConfig({ text, file: 'config.yml' })));
    expect(fault.reason).toMatch(reason);
    expect(fault.message).toMatch(/^config\.yml:\d+:\d+/);
  });

  it('may keep anchors under keys of its own', () => {
    expect(
      compile('x-defaults: &d {image: a}\njobs: {build: {docker: [*d], steps: [checkout]}}').jobNames,
    ).toEqual(['build']);
  });
});

describe('examples of an orb', () => {
  const orb = (usage: string): { text: string; file: string } => ({
    file: 'orb.yml',
    text: `
commands: {c: {parameters: {x: {type: string}}, steps: [{run: << parameters.x >>}]}}
examples:
  first:
    description: an example
    usage:
      version: 2.1
      orbs: {h: acme/heroku-cd@1.2.3}
      ${usage}
`,
  });

  it('are compiled with the orb itself', () => {
    const usage = 'jobs: {build: {docker: [{image: a}], steps: [{h/c: {x: a}}]}}';
    const [example] = expandExamples(orb(usage), 'heroku-cd');
    expect(example?.name).toBe('first');
    expect(example?.config.compileJob('build').steps[0]?.options).toEqual({ command: 'a' });
  });

  it('name the line of the orb file that is at fault', () => {
    const usage =
      'jobs: {build: {docker: [{image: a}], steps: [h/c]}}\n      workflows: {w: {jobs: [build]}}';
    const fault = faultOf(() => expandExamples(orb(usage), 'heroku-cd'));
    expect(fault.reason).toBe('Missing required argument(s): x');
    expect(fault.place).toMatchObject({ file: 'orb.yml', line: 9 });
  });

  it('cannot use an orb that is not given', () => {
    expect(faultOf(() => expandExamples(orb('jobs: {}'), 'other')).reason).toContain('--orb acme/heroku-cd=');
    expect(
      faultOf(() => expandExamples({ file: 'o.yml', text: 'examples: {a: {description: b}}' }, 'o')).reason,
    ).toMatch(/needs 'usage'/);
  });
});
