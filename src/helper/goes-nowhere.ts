import { writeSync } from 'node:fs';
import { goesNowhere } from './settings/goes-nowhere.ts';

/** A program of its own, so small that the orb's jobs carry it beside the helper: 10 says that there is nothing to do. */
const what = goesNowhere(process.env);
if (what !== undefined) {
  writeSync(1, `${what} The job ends here, green, and runs none of its other steps.\n`);
  process.exitCode = 10;
}
