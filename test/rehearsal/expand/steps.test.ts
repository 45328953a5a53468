import { faultOf, jobsOf, stepsOf } from '../helpers.ts';

const image = 'docker: [{image: cimg/base:current}]';
const build = (steps: string): string => `jobs:\n  build:\n    ${image}\n    steps: ${steps}\n`;
const commandsOf = (text: string): string[] => stepsOf(text).map(({ run }) => run.command as string);

describe('steps', () => {
  it('are written out in full', () => {
    expect(
      stepsOf(build('[checkout, {checkout: {method: full}}, {run: a}, {run: {command: b, when: always}}]')),
    ).toEqual([
      'checkout',
      { checkout: { method: 'full' } },
      { run: { command: 'a' } },
      { run: { command: 'b', when: 'always' } },
    ]);
  });

  it.each([
    ['[rnu]', 'Cannot find a definition for command named rnu'],
    ['[o/c]', 'Cannot find a definition for command named o/c'],
    ['[run]', "Step 'run' needs options."],
    ['[{run: {}}]', "Step 'run' needs 'command'."],
    ['[{run: [a]}]', "Step 'run' takes a map of options, not a list."],
    ['[{run: {command: a, nmae: b}}]', /Step 'run' has no key 'nmae': expected command, name, shell/],
    ['[{run: a, name: b}]', "A step has one key, not 'run' and 'name': check the indentation."],
    ['[{}]', 'A step is a name or a map with one key, not {}'],
    ['[[run]]', 'A step is a name or a map with one key, not ["run"]'],
    ['a', 'Expected a list of steps, not a string: "a"'],
    [
      '[{run: {command: a, when: sometimes}}]',
      /'when' must be one of on_success, on_fail, always, not "sometimes"/,
    ],
    ['[{run: {command: a, background: "yes"}}]', /'background' must be a boolean/],
    ['[{run: {command: a, max_auto_reruns: 6}}]', /'max_auto_reruns' must be an integer from 1 to 5/],
    ['[{run: {command: 5}}]', /'command' must be a string, not 5/],
    ['[{run: {command: a, environment: [1]}}]', /'environment' must be a map of names to values, not \[1\]/],
    ['[{run: {command: a, environment: {A: [1]}}}]', /'environment' holds A, which is a list/],
    ['[{checkout: {method: quick}}]', /'method' must be one of blobless, full, shallow/],
    ['[{save_cache: {paths: [a]}}]', "Step 'save_cache' needs 'key'."],
    ['[{restore_cache: {}}]', "Step 'restore_cache' needs 'key' or 'keys'."],
    ['[{store_artifacts: a}]', "Step 'store_artifacts' takes a map of options, not a string."],
    ['[{when: {condition: true}}]', "A 'when' step needs 'condition' and 'steps'."],
    ['[{unless: {condition: true, steps: [], else: []}}]', "A 'unless' step has no key 'else'."],
    ['[<< pipeline.number >>]', /write steps as 'steps: << pipeline.number >>'/],
  ])('%s are refused', (steps, reason) => {
    const fault = faultOf(() => jobsOf(build(steps)));
    expect(fault.reason).toMatch(reason);
    expect(fault.element).toMatch(steps === 'a' ? /^job build$/ : /^job build, step 1/);
    expect(fault.place).toMatchObject({ line: 5 });
  });

  it('name the line of the step at fault', () => {
    const text = build('\n      - run: a\n      - run:\n          command: b\n          oops: c');
    const fault = faultOf(() => jobsOf(text));
    expect(fault.message).toContain('config.yml:7:9, job build, step 2, parameter oops');
  });
});

describe('commands', () => {
  it('may use commands, but not themselves', () => {
    expect(commandsOf(`commands: {a: {steps: [b, b]}, b: {steps: [{run: b}]}}\n${build('[a]')}`)).toEqual([
      'b',
      'b',
    ]);
    const circle = `commands: {a: {steps: [b]}, b: {steps: [{when: {condition: true, steps: [a]}}]}}\n${build('[a]')}`;
    expect(faultOf(() => jobsOf(circle)).reason).toBe('The command calls itself: a -> b -> a');
    // The same name in an orb is another command.
    const orb = `orbs: {o: {commands: {a: {steps: [{run: o a}]}}}}\ncommands: {a: {steps: [o/a]}}\n${build('[a]')}`;
    expect(commandsOf(orb)).toEqual(['o a']);
  });

  it('have description, parameters and steps', () => {
    expect(
      faultOf(() => jobsOf(`commands: {a: {steps: [{run: b}], docker: []}}\n${build('[a]')}`)).reason,
    ).toBe("A command has no key 'docker'.");
    expect(faultOf(() => jobsOf(`commands: {a: {}}\n${build('[a]')}`)).reason).toMatch(
      /Expected a list of steps/,
    );
  });
});

describe('steps parameters', () => {
  const orb = `
orbs:
  o:
    commands:
      own: {steps: [{run: own of o}]}
      around:
        parameters: {inner: {type: steps, default: [own]}, x: {type: string, default: callee}}
        steps:
          - run: before
          - steps: << parameters.inner >>
          - run: after << parameters.x >>
      twice:
        parameters: {inner: {type: steps}}
        steps: [around: {inner: [steps: << parameters.inner >>, own]}]
commands:
  own: {steps: [{run: own of the configuration}]}
  outer:
    parameters: {x: {type: string}}
    steps:
      - o/around:
          inner: [own, {run: "inner << parameters.x >>"}]
`;

  it('are read with the caller, defaults with the callee', () => {
    expect(commandsOf(orb + build('[{outer: {x: caller}}]'))).toEqual([
      'before',
      'own of the configuration',
      'inner caller',
      'after callee',
    ]);
    expect(commandsOf(orb + build('[o/around]'))).toEqual(['before', 'own of o', 'after callee']);
  });

  it('pass through several commands, each adding its own', () => {
    expect(commandsOf(orb + build('[{o/twice: {inner: [own]}}]'))).toEqual([
      'before',
      'own of the configuration',
      'own of o',
      'after callee',
    ]);
  });

  it('may be empty', () => {
    expect(commandsOf(orb + build('[{o/around: {inner: []}}]'))).toEqual(['before', 'after callee']);
  });

  it('are checked where they are written', () => {
    const fault = faultOf(() => jobsOf(orb + build('[{o/around: {inner: [o/own, nothing]}}]')));
    expect(fault.reason).toBe('Cannot find a definition for command named nothing');
    expect(fault.element).toBe('job build, step 1, steps argument, step 2');
  });

  it('keep a mark that their text escapes', () => {
    const text = orb + build("[{o/twice: {inner: [{run: 'cat \\<< parameters.x >>'}]}}]");
    expect(commandsOf(text)[1]).toBe('cat << parameters.x >>');
  });
});

describe('conditional steps', () => {
  it('are kept by `when` and dropped by `unless`', () => {
    const steps = (kind: string, condition: string): string =>
      build(`[{${kind}: {condition: ${condition}, steps: [{run: a}]}}, {run: b}]`);
    expect(commandsOf(steps('when', 'true'))).toEqual(['a', 'b']);
    expect(commandsOf(steps('when', 'false'))).toEqual(['b']);
    expect(commandsOf(steps('unless', 'false'))).toEqual(['a', 'b']);
    expect(commandsOf(steps('unless', '{not: false}'))).toEqual(['b']);
  });

  it('may take their steps from a parameter', () => {
    const text = `
commands:
  c:
    parameters: {s: {type: steps, default: []}}
    steps: [{when: {condition: true, steps: << parameters.s >>}}]
${build('[{c: {s: [{run: a}]}}, c]')}`;
    expect(commandsOf(text)).toEqual(['a']);
  });

  it('are not looked into when they are dropped', () => {
    expect(commandsOf(build('[{when: {condition: false, steps: [nothing]}}, {run: b}]'))).toEqual(['b']);
  });
});
