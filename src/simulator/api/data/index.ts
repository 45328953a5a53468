import type { Family } from '../context.ts';
import { databasesFamily } from './databases.ts';
import { transfersFamily } from './transfers.ts';

export { addBackupStorage } from './transfers.ts';

/** Heroku's data API (`api.data.heroku.com`), which shares the API's port here. Heroku publishes no schema of it. */
export const dataFamilies: readonly Family[] = [databasesFamily, transfersFamily];
