import { faultOf, jobsOf, stepsOf } from '../helpers.ts';

const image = 'docker: [{image: cimg/base:current}]';
const build = (steps: string): string => `jobs: {build: {${image}, steps: ${steps}}}\n`;

describe('scopes', () => {
  it('let an orb see its own elements and its own imports only', () => {
    const text = `
orbs:
  outer:
    orbs:
      inner: {commands: {say: {steps: [{run: inner say}]}}}
    commands:
      say: {steps: [{run: outer say}]}
      both: {steps: [say, inner/say]}
      leak: {steps: [own]}
commands:
  say: {steps: [{run: own say}]}
  own: {steps: [{run: own}]}
`;
    expect(stepsOf(text + build('[say, outer/both]')).map(({ run }) => run.command)).toEqual([
      'own say',
      'outer say',
      'inner say',
    ]);
    expect(faultOf(() => jobsOf(text + build('[outer/leak]'))).reason).toBe(
      'Cannot find a definition for command named own',
    );
    // Names descend through aliases one by one.
    expect(stepsOf(text + build('[outer/inner/say]'))[0].run.command).toBe('inner say');
  });

  it('follow a definition that is another name of an orb element', () => {
    const text = `
orbs:
  o:
    commands: {c: {parameters: {x: {type: string}}, steps: [d]}, d: {steps: [{run: d of o}]}}
    executors: {e: {docker: [{image: from-o}]}}
    jobs: {j: {executor: e, steps: [c: {x: a}]}}
commands: {mine: o/c, d: {steps: [{run: d of the configuration}]}}
executors: {mine: o/e}
jobs:
  build: {executor: mine, steps: [{mine: {x: b}}]}
  other: o/j
workflows: {w: {jobs: [build, other]}}
`;
    const jobs = jobsOf(text);
    expect(jobs.build.steps).toEqual([{ run: { command: 'd of o' } }]);
    expect(jobs.build.docker).toEqual([{ image: 'from-o' }]);
    expect(jobs.other.steps).toEqual([{ run: { command: 'd of o' } }]);
  });

  it('refuse another name of itself and of nothing', () => {
    expect(faultOf(() => jobsOf(`commands: {a: b, b: a}\n${build('[a]')}`)).reason).toMatch(
      /another name of itself/,
    );
    expect(faultOf(() => jobsOf(`commands: {a: o/b}\n${build('[a]')}`)).reason).toBe(
      'Cannot find a definition for command named o/b',
    );
  });

  it('let a command of the configuration replace a built-in step', () => {
    const text = 'commands: {checkout: {steps: [{run: my checkout}]}}\n';
    expect(stepsOf(text + build('[checkout]'))).toEqual([{ run: { command: 'my checkout' } }]);
    // Inside an orb the built-in step is meant: the configuration's command is out of its sight.
    const orb = `orbs: {o: {commands: {c: {steps: [checkout]}}}}\n${text}${build('[o/c]')}`;
    expect(stepsOf(orb)).toEqual(['checkout']);
  });
});

describe('orbs', () => {
  const orb = (word: string): { text: string; file: string } => ({
    file: `${word}.yml`,
    text: `commands: {c: {steps: [{run: ${word}}]}}`,
  });
  const uses = (reference: string): string => `orbs: {o: ${reference}}\n${build('[o/c]')}`;

  it.each([
    ['acme/o@1.2.3', 'acme/o'],
    ['acme/o@1.2.3', 'acme/o@1.2.3'],
    ['acme/o@dev:abc', 'acme/o'],
    ['acme/o@volatile', 'o'],
    ['https://example.com/orbs/o@1.yml', 'https://example.com/orbs/o@1.yml'],
    ['https://example.com/o.yml', 'o'],
    ['{}', 'o'],
    ['{commands: {c: {steps: [{run: inline}]}}}', 'o'],
  ])('named %s are found as %s', (reference, key) => {
    expect(stepsOf(uses(reference), { orbs: { [key]: orb('local') } })[0].run.command).toBe('local');
  });

  it('are found with their version before without', () => {
    const orbs = { 'acme/o': orb('any'), 'acme/o@2': orb('two') };
    expect(stepsOf(uses('acme/o@2'), { orbs })[0].run.command).toBe('two');
    expect(stepsOf(uses('acme/o@3'), { orbs })[0].run.command).toBe('any');
  });

  it('that are not mapped are refused with the option that maps them', () => {
    const fault = faultOf(() => jobsOf(uses('circleci/node@5')));
    expect(fault.reason).toContain('--orb circleci/node=path/to/orb.yml');
    expect(fault).toMatchObject({ element: 'orb o', place: { file: 'config.yml', line: 2 } });
    expect(faultOf(() => jobsOf(uses('https://example.com/o.yml'))).reason).toContain(
      '--orb o=path/to/orb.yml',
    );
  });

  it('may import orbs themselves, but not an outer alias, and not each other in a circle', () => {
    const outer = { file: 'outer.yml', text: 'orbs: {o: acme/inner@1}\ncommands: {c: {steps: [o/c]}}' };
    expect(
      stepsOf(uses('acme/outer@1'), { orbs: { 'acme/outer': outer, 'acme/inner': orb('inner') } })[0].run
        .command,
    ).toBe('inner');
    const fault = faultOf(() => jobsOf(uses('acme/outer@1'), { orbs: { o: outer } }));
    expect(fault).toMatchObject({ element: 'orb o/o', place: { file: 'outer.yml' } });
    const circle = { file: 'circle.yml', text: 'orbs: {o: acme/circle@1}' };
    expect(faultOf(() => jobsOf(uses('acme/circle@1'), { orbs: { 'acme/circle': circle } })).reason).toBe(
      'The orb imports itself: acme/circle@1 -> acme/circle@1',
    );
  });

  it.each([
    ['5', /reference such as/],
    ['{comands: {}}', "An orb has no key 'comands'."],
    ['[a]', /reference such as/],
  ])('that are %s are refused', (reference, reason) => {
    expect(faultOf(() => jobsOf(uses(reference))).reason).toMatch(reason);
  });
});
