import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fromYaml } from '../../../src/orb/tree/index.ts';
import { checkedOrb, type RunStep } from '../support/orb.ts';
import { Place, runStep, type Ended } from '../support/shell.ts';

interface Job {
  readonly steps: readonly { readonly when?: { readonly steps: readonly { readonly run: RunStep }[] } }[];
}
const { jobs } = fromYaml(checkedOrb().packed) as { jobs: Readonly<Record<string, Job>> };
const run = jobs['deploy']?.steps[0]?.when?.steps[0]?.run;
if (run === undefined) throw new Error('The job begins with another step.');
const environment = Object.entries(run.environment).map(([name, text]) => [name, text.replaceAll('\\<<', '<<')]);
const step: RunStep = { ...run, environment: Object.fromEntries(environment) as Record<string, string> };

let place: Place;
beforeEach(() => {
  place = new Place();
  mkdirSync(join(place.root, 'bin'));
});
afterEach(() => place.remove());

const withNode = (): void => symlinkSync(process.execPath, join(place.root, 'bin', 'node'));
const ask = (branch: string): Promise<Ended> =>
  runStep({
    step,
    place,
    environment: {
      PATH: join(place.root, 'bin'),
      CIRCLE_BRANCH: branch,
      HEROKU_CD_DEPLOYMENTS: 'main: acme-shop',
      CALLS: join(place.root, 'calls'),
    },
  });
const circleci = (name: string, code = 0): void =>
  place.program(name, `#!/bin/sh\necho "${name} $*" >> "$CALLS"\nexit ${code}\n`);
const calls = (): string => readFileSync(join(place.root, 'calls'), 'utf8');

test('the job goes on where something is deployed', async () => {
  withNode();
  circleci('circleci');
  expect(await ask('main')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(calls).toThrow(/ENOENT/);
});

test('the job is ended where nothing is, by whichever program does it', async () => {
  withNode();
  circleci('circleci-agent', 1);
  circleci('circleci');
  const { code, stdout } = await ask('topic');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^Nothing is done here: .* matches branch topic\. The job ends here/) as string,
  });
  expect(calls()).toBe('circleci-agent step halt\ncircleci step halt\n');
});

test('where no program ends it, the job says so and goes on', async () => {
  withNode();
  const { code, stdout } = await ask('topic');
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('could not be ended') as string });
});

test('without Node.js, which a step before the deployment may bring, the deployment asks', async () => {
  circleci('circleci');
  const { code, stdout } = await ask('topic');
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('no node on the PATH') as string });
  expect(calls).toThrow(/ENOENT/);
});
