import { expandConfig, type CompiledWorkflow } from '../../src/rehearsal/index.ts';
import { fromYaml } from '../../src/orb/tree/index.ts';
import { describeWithSchema, officialSchema, schemaErrors } from '../orb/support/schema.ts';
import { ORB_TOOLS, SHELLCHECK, pipelineFile, withOrbInjected } from './support.ts';

const ORBS = {
  'orb-tools': { text: ORB_TOOLS, file: 'orb-tools.yml' },
  shellcheck: { text: SHELLCHECK, file: 'shellcheck.yml' },
};
const SECOND = withOrbInjected();

function compile(
  text: string,
  pipeline: { branch?: string; tag?: string } = { branch: 'main' },
): CompiledWorkflow {
  const facts = { ...pipeline, values: { 'pipeline.project.type': 'github' } };
  const [workflow] = expandConfig({ text, file: 'config.yml' }, { orbs: ORBS, pipeline: facts }).workflows;
  if (workflow === undefined) throw new Error('The pipeline has no workflow.');
  return workflow;
}

/** The names of the jobs that run for a branch or a tag. */
function running(workflow: CompiledWorkflow): string[] {
  return workflow.jobs.filter(({ selection }) => selection.runs).map(({ name }) => name);
}

/** Everything that a job waits for, directly or not. */
function waitsFor(workflow: CompiledWorkflow, name: string): Set<string> {
  const found = new Set<string>();
  const pending = [name];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { requires = [] } = workflow.jobs.find((job) => job.name === next) ?? {};
    for (const { job } of requires) if (!found.has(job)) pending.push((found.add(job), job));
  }
  return found;
}

describe('the first half of the pipeline', () => {
  const workflow = compile(pipelineFile('config.yml'));

  it('is a setup workflow that hands over after everything else', () => {
    expect(expandConfig({ text: pipelineFile('config.yml'), file: 'config.yml' }, { orbs: ORBS }).setup).toBe(
      true,
    );
    const others = workflow.jobs.map(({ name }) => name).filter((name) => name !== 'orb-tools/continue');
    expect([...waitsFor(workflow, 'orb-tools/continue')].sort()).toEqual(others.sort());
  });

  it('looks at a release’s tag before it hands over', () => {
    const { job } = workflow.jobs.find(({ name }) => name === 'generated-files') ?? {};
    expect(JSON.stringify(job)).toContain('npx tsx scripts/check-release-tag.ts');
  });

  it('runs for a tag too, because a release is one', () => {
    expect(running(compile(pipelineFile('config.yml'), { tag: 'v1.2.3' }))).toEqual(running(workflow));
  });
});

describe('the second half of the pipeline, with the orb injected', () => {
  const PUBLISHING = ['publish-dev', 'publish-release'];

  it.each([
    ['a branch', { branch: 'topic' }, ['publish-dev']],
    ['a tag vX.Y.Z', { tag: 'v1.2.3' }, ['publish-release']],
    ['any other tag', { tag: 'v1.2.3-rc.1' }, []],
    ['a fork’s pull request', { branch: 'pull/7' }, []],
  ])('publishes from %s as it should', (_what, pipeline, published) => {
    const jobs = running(compile(SECOND, pipeline));
    expect(jobs.filter((name) => PUBLISHING.includes(name))).toEqual(published);
    expect(jobs).toEqual(expect.arrayContaining(['single-acts', 'deploy', 'migrate']));
  });

  it.each(PUBLISHING)('%s comes after every test of the orb', (name) => {
    const workflow = compile(SECOND);
    const tests = workflow.jobs.map((job) => job.name).filter((job) => !PUBLISHING.includes(job));
    expect([...waitsFor(workflow, name)].sort()).toEqual(tests.sort());
    expect(workflow.jobs.find((job) => job.name === name)?.contexts).not.toEqual([]);
  });

  it('tests jobs and commands of the orb that is injected, not of a published one', () => {
    const invoked = compile(SECOND).jobs.map(({ invokes }) => invokes);
    expect(invoked).toEqual(
      expect.arrayContaining(['heroku-cd/deploy', 'heroku-cd/maintenance-wrapped-migrate']),
    );
    expect(pipelineFile('test-deploy.yml')).toMatch(/^ {2}heroku-cd: \{\}$/m);
  });
});

describeWithSchema('the official schema', () => {
  const validate = officialSchema();

  it.each([
    ['first', pipelineFile('config.yml')],
    ['second', SECOND],
  ])('accepts the %s half', (_which, text) => {
    expect(schemaErrors(validate, fromYaml(text))).toEqual([]);
  });
});
