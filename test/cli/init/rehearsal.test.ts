import type { FixtureName } from './support/fixtures.ts';
import { createStage, expectedCalls, type Stage } from './support/rehearsed.ts';

/** With migrations and without; the others have their turn in every-framework.test.ts. */
const NAMES: readonly FixtureName[] = ['rails', 'static'];
let stage: Stage;

beforeAll(async () => {
  stage = await createStage(NAMES);
});
afterAll(() => stage.close());

test.each(NAMES)('what init writes for %s deploys, and migrates with the very command', async (name) => {
  const { log, ...outcome } = await stage.deploy(name);
  expect({ ...outcome, log: outcome.status === 'success' ? '' : log }).toEqual({
    status: 'success',
    log: '',
    called: expectedCalls(name),
    isCurrent: true,
    maintenance: false,
  });
});
