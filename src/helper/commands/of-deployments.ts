/**
 * What has to do with deployments, databases and windows, and all that is behind it: it is loaded in one piece, by a
 * command that needs any of it.
 */
export { captureByHand, listBackups } from '../acts/backup.ts';
export { closeWindow } from '../acts/close-window.ts';
export { flushCache } from '../acts/flush-cache.ts';
export { restoreByHand } from '../acts/restore.ts';
export { runCommand } from '../acts/run.ts';
export { keepActReport } from '../report/act.ts';
export { rollBack } from '../rollback/rollback.ts';
export { deployCommand } from './deploy.ts';
export { planCommand } from './plan.ts';
export { recoverCommand } from './recover.ts';
