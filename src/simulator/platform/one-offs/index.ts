/** One-off dynos: a command run once, in a dyno of its own. */
export type { AttachedClient, AttachedProcess } from './attachment.ts';
export { OneOff } from './one-off.ts';
export type { OneOffState } from './one-off.ts';
export type { OneOffRequest } from './one-off-request.ts';
export { OneOffs } from './one-offs.ts';
