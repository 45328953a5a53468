import { compile, faultOf, jobsOf, stepsOf } from '../helpers.ts';

const image = 'docker: [{image: cimg/base:current}]';

/** A job `build` with one parameter `x`, bound by its default, and one step. */
function withParameter(declaration: string, step: string): string {
  return `
commands:
  c:
    parameters: {x: ${declaration}}
    steps:
      - ${step}
jobs:
  build:
    ${image}
    steps: [c]
`;
}

describe('templates', () => {
  it('keeps the type of a value that is the whole scalar', () => {
    const environment = 'run: {command: a, environment: {A: << parameters.x >>, B: "<<parameters.x>>"}}';
    const of = (declaration: string): unknown =>
      stepsOf(withParameter(declaration, environment))[0].run.environment;
    expect(of('{type: boolean, default: true}')).toEqual({ A: true, B: true });
    expect(of('{type: integer, default: 10}')).toEqual({ A: 10, B: 10 });
    expect(of('{type: string, default: "10"}')).toEqual({ A: '10', B: '10' });
  });

  it('writes values inside text as text', () => {
    const of = (declaration: string): unknown =>
      stepsOf(withParameter(declaration, 'run: "[<< parameters.x >>|<<parameters.x>>]"'))[0].run.command;
    expect(of('{type: boolean, default: false}')).toBe('[false|false]');
    expect(of('{type: integer, default: 1000000}')).toBe('[1000000|1000000]');
    expect(of('{type: string, default: "a $b"}')).toBe('[a $b|a $b]');
  });

  it('turns an escaped mark into the mark itself', () => {
    const [step] = stepsOf(`
jobs:
  build:
    ${image}
    steps:
      - run: |
          cat \\<<'EOF' >> out
          \\<< parameters.nothing >>
          EOF
          cat \\<<< word
`);
    expect(step.run.command).toBe("cat <<'EOF' >> out\n<< parameters.nothing >>\nEOF\ncat <<< word\n");
  });

  it('reads what a value brings in no second time', () => {
    const [step] = stepsOf(`
commands:
  inner: {parameters: {x: {type: string}}, steps: [{run: "echo << parameters.x >>"}]}
  outer: {parameters: {x: {type: string}}, steps: [{inner: {x: << parameters.x >>}}]}
jobs:
  build:
    ${image}
    steps:
      - outer: {x: '\\<< parameters.y >> \\<< a'}
`);
    expect(step.run.command).toBe('echo << parameters.y >> << a');
  });

  it('knows sections, plain and inverted, nested too', () => {
    const text =
      '"<<#parameters.x>>yes<<^parameters.x>>never<</parameters.x>><</parameters.x>><<^parameters.x>>no<</parameters.x>>"';
    expect(stepsOf(withParameter('{type: boolean, default: true}', `run: ${text}`))[0].run.command).toBe(
      'yes',
    );
    expect(stepsOf(withParameter('{type: boolean, default: false}', `run: ${text}`))[0].run.command).toBe(
      'no',
    );
    expect(stepsOf(withParameter('{type: string, default: ""}', `run: ${text}`))[0].run.command).toBe('no');
  });

  it('fills keys of maps', () => {
    const step = 'run: {command: a, environment: {<< parameters.x >>: 1}}';
    expect(stepsOf(withParameter('{type: string, default: NAME}', step))[0].run.environment).toEqual({
      NAME: 1,
    });
  });

  it.each([
    ['echo << EOF', 'an open tag'],
    ['cat <<EOF >>file', 'shell text that looks like one'],
    ["cat <<'EOF' >> file", 'a quoted heredoc'],
    ['<<#parameters.x>>open', 'an open section'],
    ['<</parameters.x>>', 'the end of a section that was not begun'],
    ['<<#parameters.x>>a<</parameters.y>>', 'the wrong end of a section'],
  ])('refuses %j (%s)', (command) => {
    const text = withParameter('{type: string, default: a}', `run: ${JSON.stringify(command)}`);
    const fault = faultOf(() => compile(`${text}workflows: {w: {jobs: [build]}}`));
    if (command === 'cat <<EOF >>file') {
      expect(fault.reason).toBe('Unknown variable(s): EOF');
    } else {
      expect(fault.reason).toBe(
        `Unclosed '<<' tag in string: ${JSON.stringify(command)} ('<<' must be escaped as '\\<<' in config v2.1+)`,
      );
    }
    expect(fault.element).toBe('workflow w, job build, step 1, command c, step 1');
    expect(fault.place).toMatchObject({ file: 'config.yml', line: 7 });
  });

  it('refuses parameters that are not declared, and those of a caller', () => {
    const text = `
commands:
  inner: {steps: [{run: "echo << parameters.x >>"}]}
  outer: {parameters: {x: {type: string, default: a}}, steps: [inner]}
jobs: {build: {${image}, steps: [outer]}}
`;
    expect(faultOf(() => jobsOf(text)).wording).toBe(
      [
        "Error calling job: 'build'",
        "Error calling command: 'outer'",
        "Error calling command: 'inner'",
        'Arguments referenced without declared parameters: x',
      ].join('\n'),
    );
  });

  it('refuses unknown variables', () => {
    const text = (tag: string): string => `jobs: {build: {${image}, steps: [{run: "echo << ${tag} >>"}]}}`;
    expect(faultOf(() => jobsOf(text('foo'))).reason).toBe('Unknown variable(s): foo');
    expect(faultOf(() => jobsOf(text('matrix.a'))).reason).toBe('Unknown variable(s): matrix.a');
    expect(faultOf(() => jobsOf(text('pipeline.git.brunch'))).reason).toBe(
      'Unknown variable(s): pipeline.git.brunch',
    );
    expect(faultOf(() => jobsOf(text('pipeline.parameters.a'))).reason).toBe(
      'Unknown variable(s): pipeline.parameters.a',
    );
  });

  it('refuses a list of steps inside text', () => {
    const text = withParameter('{type: steps, default: []}', 'run: "a << parameters.x >>"');
    expect(faultOf(() => jobsOf(text)).reason).toMatch(/cannot stand inside other text/);
  });
});
