import { compile, faultOf, jobsOf, stepsOf } from '../helpers.ts';

const image = 'docker: [{image: cimg/base:current}]';

/** A command `c` with a parameter `x`, called with `call` (a YAML map). */
function call(declaration: string, given: string): string {
  return `
commands:
  c:
    parameters:
      x: ${declaration}
    steps: [{run: {command: a, environment: {X: "<< parameters.x >>"}}}]
jobs:
  build:
    ${image}
    steps:
      - c: ${given}
`;
}

describe('binding arguments', () => {
  it.each([
    ['{type: string}', '{}', 'Missing required argument(s): x'],
    ['{type: string}', '{x: a, y: b, z: c}', 'Unexpected argument(s): y, z'],
    [
      '{type: string}',
      '{x: true}',
      'Type error for argument x: expected type: string, actual value: true (type boolean)',
    ],
    [
      '{type: string}',
      '{x: 1}',
      'Type error for argument x: expected type: string, actual value: 1 (type integer)',
    ],
    [
      '{type: string}',
      '{x: }',
      'Type error for argument x: expected type: string, actual value: null (type null)',
    ],
    [
      '{type: string}',
      '{x: [a]}',
      'Type error for argument x: expected type: string, actual value: ["a"] (type list)',
    ],
    [
      '{type: boolean}',
      '{x: "true"}',
      'Type error for argument x: expected type: boolean, actual value: "true" (type string)',
    ],
    [
      '{type: boolean}',
      '{x: 1}',
      'Type error for argument x: expected type: boolean, actual value: 1 (type integer)',
    ],
    [
      '{type: integer}',
      '{x: "1"}',
      'Type error for argument x: expected type: integer, actual value: "1" (type string)',
    ],
    [
      '{type: integer}',
      '{x: 1.5}',
      'Type error for argument x: expected type: integer, actual value: 1.5 (type float)',
    ],
    [
      '{type: steps}',
      '{x: ""}',
      'Type error for argument x: expected type: steps, actual value: "" (type string)',
    ],
    [
      '{type: steps}',
      '{x: {run: a}}',
      'Type error for argument x: expected type: steps, actual value: {"run":"a"} (type map)',
    ],
    [
      '{type: executor}',
      '{x: 1}',
      'Type error for argument x: expected type: executor, actual value: 1 (type integer)',
    ],
    [
      '{type: executor}',
      '{x: ""}',
      'Type error for argument x: expected type: executor, actual value: "" (type string)',
    ],
    [
      '{type: env_var_name}',
      '{x: "1A"}',
      'Type error for argument x: expected type: env_var_name, actual value: "1A" (type string)',
    ],
    [
      '{type: enum, enum: [a, b]}',
      '{x: c}',
      'Type error for argument x: expected type: enum, one of a, b, actual value: "c" (type string)',
    ],
    ['{type: string}', 'text', 'Expected a map of arguments, not "text" (type string)'],
  ])('of %s refuses %s', (declaration, given, reason) => {
    const fault = faultOf(() => jobsOf(call(declaration, given)));
    expect(fault.reason).toBe(reason);
    expect(fault.wording).toBe(`Error calling job: 'build'\nError calling command: 'c'\n${reason}`);
    expect(fault.element).toBe('job build, step 1, command c');
    expect(fault.place).toMatchObject({ file: 'config.yml', line: 12 });
  });

  it.each([
    ['{type: boolean}', '{x: yes}', 'true'],
    ['{type: boolean, default: on}', '{}', 'true'],
    ['{type: integer}', '{x: -3}', '-3'],
    ['{type: string, default: ""}', '{}', ''],
    ['{type: env_var_name, default: HEROKU_API_KEY}', '', 'HEROKU_API_KEY'],
    ['{type: enum, enum: [a, b], default: b}', '{}', 'b'],
  ])('of %s takes %s', (declaration, given, expected) => {
    expect(String(stepsOf(call(declaration, given))[0].run.environment.X)).toBe(expected);
  });

  it('gives an enum to a string, and an empty pipeline value as the empty text', () => {
    const text = `
commands:
  text: {parameters: {x: {type: string}}, steps: [{run: "[<< parameters.x >>]"}]}
  choice: {parameters: {x: {type: enum, enum: [a, b]}}, steps: [{text: {x: << parameters.x >>}}]}
jobs: {build: {${image}, steps: [{choice: {x: b}}, {text: {x: << pipeline.git.tag >>}}]}}
`;
    expect(stepsOf(text).map(({ run }) => run.command)).toEqual(['[b]', '[]']);
  });

  it('names all missing arguments at once', () => {
    const text = `
commands: {c: {parameters: {a: {type: string}, b: {type: string}, d: {type: string, default: ""}}, steps: [{run: a}]}}
jobs: {build: {${image}, steps: [c]}}
`;
    const fault = faultOf(() => jobsOf(text));
    expect(fault.reason).toBe('Missing required argument(s): a, b');
    expect(fault.parameter).toBe('a, b');
  });
});

describe('declarations', () => {
  it.each([
    [
      "{type: boolean, default: 'on'}",
      "Parameter error: default value of parameter 'x' is 'on' (type string): expected type boolean",
    ],
    [
      '{type: string, default: 1}',
      "Parameter error: default value of parameter 'x' is 1 (type integer): expected type string",
    ],
    [
      '{type: string, default: }',
      "Parameter error: default value of parameter 'x' is null (type null): expected type string",
    ],
    [
      '{type: enum, enum: [a], default: b}',
      "Parameter error: default value of parameter 'x' is 'b' (type string): expected type enum",
    ],
    [
      '{type: steps, default: a}',
      "Parameter error: default value of parameter 'x' is 'a' (type string): expected type steps",
    ],
    ['{type: enum}', "Parameter error: parameter 'x' of type enum has no list 'enum' of its values"],
    [
      '{type: text}',
      /parameter 'x' has type "text": expected one of string, boolean, integer, enum, executor/,
    ],
    ['{type: string, defualt: a}', "Parameter error: parameter 'x' has an unknown key 'defualt'"],
    ['string', "Parameter error: the declaration of 'x' is not a map."],
  ])('refuse %s, given or not', (declaration, reason) => {
    for (const given of ['{}', '{x: a}']) {
      const fault = faultOf(() => jobsOf(call(declaration, given)));
      if (fault.reason.startsWith('Type error')) continue;
      expect(fault.reason).toMatch(reason);
      expect(fault.parameter).toBe('x');
      expect(fault.place).toMatchObject({ line: 6 });
    }
  });

  it('hide no bad default behind an argument', () => {
    const fault = faultOf(() => jobsOf(call("{type: boolean, default: 'on'}", '{x: true}')));
    expect(fault.reason).toMatch(/^Parameter error: default value/);
  });
});

describe('the place of an error', () => {
  it('is in the file of the orb when the orb is at fault', () => {
    const orb = { file: 'orb.yml', text: 'commands:\n  c:\n    steps:\n      - rnu: echo\n' };
    const config = `orbs: {o: acme/o@1}\njobs: {build: {${image}, steps: [o/c]}}\nworkflows: {main: {jobs: [build]}}`;
    const fault = faultOf(() => compile(config, { orbs: { 'acme/o': orb } }));
    expect(fault.message).toBe(
      [
        'orb.yml:4:9, workflow main, job build, step 1, command o/c, step 1',
        "  Error calling workflow: 'main'",
        "  Error calling job: 'build'",
        "  Error calling command: 'o/c'",
        '  Cannot find a definition for command named rnu',
      ].join('\n'),
    );
  });
});
