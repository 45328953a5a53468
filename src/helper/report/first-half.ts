import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { firstHalfOf } from '../journal/first-half.ts';
import type { JournalPorts } from '../journal/keeper.ts';
import { sign, verify } from '../journal/signature.ts';
import { messageOf } from '../output/message.ts';
import { keepFile, openFolder, type Reporting, reportFolder } from './keep.ts';
import { type KeptLog, LogKeeper, type ReportLog } from './log-keeper.ts';
import { FIRST_HALF_FILE } from './other-jobs.ts';

/** What one half of a deployment needs to hand its log to the other. */
export interface BothHalves extends Reporting {
  readonly ports: Reporting['ports'] & JournalPorts;
}

/** The file: as much of the log as the report may show, and the run that it is of. */
interface HandedOver extends Omit<KeptLog, 'lines'> {
  readonly run: string;
  readonly text: string;
}

/**
 * Leaves the log of the first half for the report of the second, where the report is to lie: out of the cache, because a
 * secret that only the second half learns of may stand in it. What cannot be written is a warning.
 */
export async function handOverLog(half: BothHalves): Promise<void> {
  const { log, settings, ports } = half;
  const how = settings['report-log'] as ReportLog;
  if (how === 'none') return;
  try {
    const first = await firstHalfOf(ports);
    if (first === undefined) return;
    const { lines, leftOut, at } = log.kept.read(how);
    const kept: HandedOver = { run: first.run, leftOut, at, text: log.clean(lines.join('\n')) };
    const file = join(await openFolder(half), FIRST_HALF_FILE);
    await keepFile(file, JSON.stringify({ ...kept, signature: sign(kept, ports.apiKey) }));
  } catch (error) {
    log.warn(`The log of this half could not be handed to the second: ${messageOf(error)}`);
  }
}

/** The log that the first half of this very run has left, if it did; its file is removed in any case. */
export async function takeOverLog(half: BothHalves): Promise<LogKeeper | 'missing'> {
  const { ports, log } = half;
  const file = join(reportFolder(half), FIRST_HALF_FILE);
  try {
    const left = await readSigned(file);
    await rm(file, { force: true });
    const first = await firstHalfOf(ports);
    if (left === undefined || left.kept.run !== first?.run) return 'missing';
    if (!verify(left.kept, left.signature, ports.apiKey)) return 'missing';
    const { text, leftOut, at } = left.kept;
    const keeper = new LogKeeper();
    keeper.append({ lines: text.split('\n'), leftOut, at });
    return keeper;
  } catch (error) {
    log.warn(`The log of the first half could not be taken over: ${messageOf(error)}`);
    return 'missing';
  }
}

async function readSigned(file: string): Promise<{ kept: HandedOver; signature: string } | undefined> {
  try {
    const { signature, ...kept } = JSON.parse(await readFile(file, 'utf8')) as HandedOver & {
      signature?: unknown;
    };
    return typeof signature === 'string' ? { kept, signature } : undefined;
  } catch {
    // Not there, or damaged: the report says that it lacks it.
    return undefined;
  }
}
