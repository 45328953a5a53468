export { routerLogLine } from './log-line.ts';
export { createRouter } from './router.ts';
