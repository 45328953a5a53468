export { processedBytes, transferName } from './model.ts';
export type { Transfer } from './model.ts';
export { leastMs } from './run-transfer.ts';
export { DumpStorage } from './storage.ts';
export { Transfers } from './transfers.ts';
export type { DatabaseAddOn } from './transfers.ts';
