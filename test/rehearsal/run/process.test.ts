import { tmpdir } from 'node:os';
import { StepProcess } from '../../../src/rehearsal/run/process.ts';

it.each(['cancel', 'terminate'] as const)('starts nothing after %s', async (kind) => {
  const step = new StepProcess({
    argv: ['/bin/bash', '-c', 'echo shipped'],
    env: { PATH: process.env.PATH ?? '' },
    cwd: tmpdir(),
    onOutput: () => undefined,
    terminationGraceMs: 1_000,
    [kind]: AbortSignal.abort(),
  });
  expect(step.group).toBeUndefined();
  expect(await step.done).toMatchObject({ exitCode: null, cause: 'canceled' });
});
