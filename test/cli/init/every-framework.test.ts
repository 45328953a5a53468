import { FIXTURES, type FixtureName } from './support/fixtures.ts';
import { createStage, expectedCalls, type Stage } from './support/rehearsed.ts';

const NAMES = Object.keys(FIXTURES) as FixtureName[];
let stage: Stage;

beforeAll(async () => {
  stage = await createStage(NAMES);
});
afterAll(() => stage.close());

test.each(NAMES)('what init writes for %s runs to a finished deployment', async (name) => {
  const { log, ...outcome } = await stage.deploy(name);
  expect({ ...outcome, log: outcome.status === 'success' ? '' : log }).toEqual({
    status: 'success',
    log: '',
    called: expectedCalls(name),
    isCurrent: true,
    maintenance: false,
  });
});
