import { FLUSHES, TURNS_BACK } from './support/after-the-window-scenarios.ts';
import { matrixTest } from './support/matrix-test.ts';

matrixTest('flushes, and the app’s health', [FLUSHES, TURNS_BACK], { part: 0, parts: 1, atLeast: 100 });
