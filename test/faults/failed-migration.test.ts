import { matrixTest } from './support/matrix-test.ts';
import { HOLDS, ROLLS_BACK } from './support/scenarios.ts';

matrixTest('a deployment whose migration fails', [HOLDS, ROLLS_BACK], { part: 0, parts: 1, atLeast: 30 });
