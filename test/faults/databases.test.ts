import { BACKS_UP, BUILDS_ELSEWHERE, RESTORES } from './support/database-scenarios.ts';
import { matrixTest } from './support/matrix-test.ts';

matrixTest('backups, restores and slugs of another app', [BACKS_UP, RESTORES, BUILDS_ELSEWHERE], {
  part: 0,
  parts: 1,
  atLeast: 50,
});
