import { faultOf, jobsOf, stepsOf } from '../helpers.ts';

const image = 'docker: [{image: cimg/base:current}]';
const echo = (text: string): string =>
  `jobs: {build: {${image}, steps: [{run: {command: ${JSON.stringify(text)}}}]}}`;

describe('pipeline values', () => {
  it('are those of the pipeline that is rehearsed', () => {
    const pipeline = { branch: 'feature/x', number: 7, revision: 'abc', projectSlug: 'gh/acme/shop' };
    const text =
      '<< pipeline.git.branch >> << pipeline.number >> << pipeline.git.revision >> << pipeline.project.slug >>';
    expect(stepsOf(echo(text), { pipeline })[0].run.command).toBe('feature/x 7 abc gh/acme/shop');
  });

  it('are null where the event does not bring them: a tag has no branch', () => {
    const environment = (pipeline: object): unknown =>
      stepsOf(
        `jobs: {build: {${image}, steps: [{run: {command: a, environment: {B: << pipeline.git.branch >>, T: << pipeline.git.tag >>}}}]}}`,
        { pipeline },
      )[0].run.environment;
    expect(environment({ tag: 'v1' })).toEqual({ B: null, T: 'v1' });
    expect(environment({ branch: 'main' })).toEqual({ B: 'main', T: null });
  });

  it('stand inside text as nothing when they are null', () => {
    expect(stepsOf(echo('[<< pipeline.git.tag >>]'))[0].run.command).toBe('[]');
  });

  it('can be given one by one', () => {
    const pipeline = { values: { 'pipeline.deploy.target_version': '1.2.3' } };
    expect(stepsOf(echo('<< pipeline.deploy.target_version >>'), { pipeline })[0].run.command).toBe('1.2.3');
  });

  it('are known inside orbs, pipeline parameters are not', () => {
    const text = (value: string): string => `
parameters: {p: {type: string, default: a}}
orbs: {o: {commands: {c: {steps: [{run: "echo << ${value} >>"}]}}}}
jobs: {build: {${image}, steps: [o/c]}}
`;
    expect(stepsOf(text('pipeline.number'))[0].run.command).toBe('echo 1');
    expect(faultOf(() => jobsOf(text('pipeline.parameters.p'))).reason).toBe(
      'Unknown variable(s): pipeline.parameters.p',
    );
  });
});

describe('expressions in templates', () => {
  it.each([
    ['pipeline.git.branch == "main" and 1 or 2', 'main', 1],
    ['pipeline.git.branch == "main" and 1 or 2', 'dev', 2],
    ['pipeline.git.branch != "main"', 'dev', true],
    ['pipeline.git.branch starts-with "rel" and not (pipeline.number > 5)', 'release', true],
    ['pipeline.git.branch matches /^v\\d+$/', 'v12', true],
    ['pipeline.git.branch matches /v/', 'v12', false],
    ["pipeline.git.branch == 'it\\'s'", "it's", true],
    ['pipeline.number >= 1 and pipeline.number <= 1 and pipeline.number < 2', 'x', true],
    ['pipeline.git.tag == pipeline.git.tag or false', 'x', true],
  ])('computes %s on %s', (expression, branch, expected) => {
    const text = `jobs: {build: {${image}, steps: [{run: {command: a, environment: {A: ${JSON.stringify(`<< ${expression} >>`)}}}}]}}`;
    expect(stepsOf(text, { pipeline: { branch } })[0].run.environment.A).toBe(expected);
  });

  it.each([
    ['pipeline.git.branch ==', /the end/],
    ['pipeline.git.branch == "a', /cannot be read from/],
    ['pipeline.git.branch & 1', /cannot be read from "& 1"/],
    ['(pipeline.number', /the end/],
    ['pipeline.number pipeline.id', /has "pipeline.id"/],
    ['pipeline.number > "a"', /compares two numbers/],
    ['pipeline.nothing == 1', /Unknown variable\(s\): pipeline.nothing/],
    ['pipeline.number == parameters.x', /Unknown variable\(s\): parameters.x/],
    ['pipeline.git.branch matches /(/', /cannot be used/],
  ])('refuses %s', (expression, reason) => {
    expect(faultOf(() => jobsOf(echo(`<< ${expression} >>`))).reason).toMatch(reason);
  });
});

describe('pipeline parameters', () => {
  const declared =
    'parameters: {who: {type: string, default: world}, loud: {type: boolean, default: false}}\n';
  const text = `${declared}${echo('<< pipeline.parameters.who >> << pipeline.parameters.loud >>')}`;

  it('have defaults and can be given', () => {
    expect(stepsOf(text)[0].run.command).toBe('world false');
    expect(stepsOf(text, { parameters: { who: 'me', loud: true } })[0].run.command).toBe('me true');
  });

  it.each([
    [{ whom: 'me' }, 'Unexpected argument(s): whom'],
    [
      { loud: 'yes' },
      'Type error for argument loud: expected type: boolean, actual value: "yes" (type string)',
    ],
  ])('refuse %j', (parameters, reason) => {
    expect(faultOf(() => jobsOf(text, { parameters })).reason).toBe(reason);
  });

  it('cannot be steps', () => {
    const bad = `parameters: {s: {type: steps, default: []}}\n${echo('a')}`;
    expect(faultOf(() => jobsOf(bad)).reason).toMatch(
      /parameter 's' has type "steps": expected one of string, boolean/,
    );
  });

  it('choose the version of an orb', () => {
    const config = `
parameters: {v: {type: string, default: "1.0"}}
orbs: {o: acme/o@<< pipeline.parameters.v >>}
jobs: {build: {${image}, steps: [o/c]}}
`;
    const orb = (word: string): { text: string; file: string } => ({
      text: `commands: {c: {steps: [{run: "${word}"}]}}`,
      file: 'o.yml',
    });
    const orbs = { 'acme/o@1.0': orb('old'), 'acme/o@2.0': orb('new') };
    expect(stepsOf(config, { orbs })[0].run.command).toBe('old');
    expect(stepsOf(config, { orbs, parameters: { v: '2.0' } })[0].run.command).toBe('new');
  });
});
