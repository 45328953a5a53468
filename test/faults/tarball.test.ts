import { matrixTest } from './support/matrix-test.ts';
import { SHIPS_A_TARBALL } from './support/tarball-scenario.ts';

matrixTest('a tarball through the Builds API', [SHIPS_A_TARBALL], { part: 0, parts: 1, atLeast: 40 });
