/** One-off dynos: running a command in one, and knowing how it ended. */
export type { OneOff, OneOffOutcome, OneOffPorts, OneOffRequest, Stop } from './one-off.ts';
export { runOneOff, startOneOff } from './run-one-off.ts';
