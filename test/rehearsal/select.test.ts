import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rehearseJob } from '../../src/rehearsal/index.ts';
import type { RehearsalOptions } from '../../src/rehearsal/index.ts';
import { Heard, LOCAL_HOST, removeFolders, temporaryFolder } from './helpers.ts';

afterEach(removeFolders);

const text = `
version: 2.1
parameters: {nightly: {type: boolean, default: false}}
orbs: {o: acme/o@1}
jobs:
  own: {docker: [{image: a}], steps: [{run: echo own}]}
workflows:
  main:
    jobs:
      - own
      - hold: {type: approval}
      - o/say: {word: main, context: [prod], filters: pipeline.git.branch == "main"}
      - o/say: {name: twice, pre-steps: [{run: echo pre}], post-steps: [{run: echo post}], matrix: {parameters: {word: [a]}}}
  night:
    when: << pipeline.parameters.nightly >>
    jobs:
      - o/say: {word: night}
`;
const orb = `
jobs:
  say:
    parameters: {word: {type: string, default: default}}
    docker: [{image: a}]
    steps: [{run: 'echo "<< parameters.word >> $SECRET"'}]
`;

async function run(
  options: Omit<RehearsalOptions, 'config'>,
): Promise<{ status: string; reason?: string; text: string }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'o.yml'), orb);
  const heard = new Heard();
  const result = await rehearseJob({
    config: { text },
    orbs: { 'acme/o': join(folder, 'o.yml') },
    builtIns: LOCAL_HOST,
    output: { write: heard.write },
    ...options,
  });
  return {
    status: result.status,
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    text: heard.all,
  };
}

describe('choosing a job', () => {
  it('takes the entry of a workflow with its arguments, pre-steps and post-steps', async () => {
    expect(await run({ workflow: 'main', job: 'twice' })).toEqual({
      status: 'success',
      text: 'pre\na \npost\n',
    });
    expect(await run({ job: 'own' })).toEqual({ status: 'success', text: 'own\n' });
    expect((await run({ workflow: 'night', job: 'o/say', pipelineParameters: { nightly: true } })).text).toBe(
      'night \n',
    );
  });

  it('takes a job by itself, with arguments', async () => {
    expect((await run({ job: 'o/say', arguments: { word: 'given' } })).text).toBe('given \n');
    await expect(run({ job: 'o/say', arguments: { wrod: 'x' } })).rejects.toThrow(
      'Unexpected argument(s): wrod',
    );
  });

  it('gives an entry the contexts it lists, and names those that are missing', async () => {
    const contexts = { prod: { SECRET: 's' }, other: { SECRET: 'o' } };
    expect((await run({ workflow: 'main', job: 'o/say', contexts })).text).toBe('main s\n');
    expect((await run({ workflow: 'main', job: 'o/say' })).text).toBe(
      'The job uses the context prod, which was not given (--context prod=FILE).\nmain \n',
    );
    expect((await run({ job: 'twice', contexts })).text).toBe('pre\na \npost\n');
  });

  it('says why CircleCI would not run it', async () => {
    expect(await run({ workflow: 'main', job: 'o/say', branch: 'dev' })).toEqual({
      status: 'not_run',
      reason: 'its filter "pipeline.git.branch == \\"main\\"" is false',
      text: '',
    });
    expect((await run({ workflow: 'night', job: 'o/say' })).reason).toBe(
      "the 'when' of workflow night does not let it run",
    );
    expect((await run({ job: 'own', tag: 'v1' })).reason).toMatch(/no filter for tags/);
  });

  it.each([
    [{ job: 'nothing' }, /There is no job nothing; there is own, hold, o\/say, twice\./],
    [{ job: 'own', workflow: 'nothing' }, /has no workflow nothing; it has main, night/],
    [{ job: 'own', workflow: 'night' }, /There is no job own; there is o\/say\./],
    [
      { job: 'o/say' },
      /o\/say is the name of several jobs: o\/say of workflow main, o\/say of workflow night/,
    ],
    [{ job: 'hold' }, /hold is a job of type approval: it has no steps to run/],
    [{ job: 'own', orbs: { 'acme/o': '/nothing.yml' } }, /The file \/nothing.yml cannot be read/],
    [{ job: 'own', config: { file: '/nothing.yml' } }, /The file \/nothing.yml cannot be read/],
    [{ job: 'own', pipelineParameters: { nightly: 'x' } }, /Type error for argument nightly/],
  ])('refuses %j', async (options, reason) => {
    await expect(run(options)).rejects.toThrow(reason);
  });
});
