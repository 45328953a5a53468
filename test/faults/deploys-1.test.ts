import { matrixTest } from './support/matrix-test.ts';
import { DEPLOYS } from './support/scenarios.ts';

matrixTest('a deployment with a migration, first half', [DEPLOYS], { part: 0, parts: 2, atLeast: 250 });
