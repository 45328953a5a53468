export { createProcessHost } from './process-host.ts';
