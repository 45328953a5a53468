import { CACHES } from './definitions/caches.ts';
import { COMMAND_LINE } from './definitions/command-line.ts';
import { DATABASE } from './definitions/database.ts';
import { GOING_BACK } from './definitions/going-back.ts';
import { HEALTH } from './definitions/health.ts';
import { LIMITS } from './definitions/limits.ts';
import { MIGRATION } from './definitions/migration.ts';
import { PAGE } from './definitions/page.ts';
import { REPORT } from './definitions/report.ts';
import { TARGET } from './definitions/what-to-deploy.ts';
import { SSH_KEY } from './definitions/ssh-key.ts';
import { WINDOW } from './definitions/window.ts';

/** Every parameter of the orb and of the command line, in the order in which people read about them. */
export const PARAMETERS = [
  ...TARGET,
  ...WINDOW,
  ...MIGRATION,
  ...DATABASE,
  ...CACHES,
  ...HEALTH,
  ...GOING_BACK,
  ...PAGE,
  ...LIMITS,
  ...REPORT,
  ...COMMAND_LINE,
  ...SSH_KEY,
] as const;
