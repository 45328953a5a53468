import { Stage, type Standing } from './stage.ts';

/**
 * One stage for all tests of a file, made as before after each of them.
 *
 * @param tell Is called before each test, with the stage and with how the app stands then.
 */
export function useStage(tell: (stage: Stage, found: Standing) => void): void {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.create();
  });
  afterAll(async () => {
    await stage.close();
  });
  beforeEach(async () => {
    tell(stage, await stage.standing());
  });
  afterEach(async () => {
    await stage.reset();
  });
}
