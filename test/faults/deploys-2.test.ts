import { matrixTest } from './support/matrix-test.ts';
import { DEPLOYS } from './support/scenarios.ts';

matrixTest('a deployment with a migration, second half', [DEPLOYS], { part: 1, parts: 2, atLeast: 250 });
