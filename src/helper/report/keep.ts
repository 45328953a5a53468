import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { CommandName, Settings } from '../../parameters/index.ts';
import type { Ports } from '../deployment/ports.ts';
import type { Result } from '../deployment/result.ts';
import { replaceText } from '../edge/file-store.ts';
import { cleaned } from '../output/clean-json.ts';
import type { LineLog } from '../output/log.ts';
import { messageOf } from '../output/message.ts';
import { renderJunit } from './junit.ts';
import { systemClock } from '../time/system-clock.ts';
import { linksOf } from './links.ts';
import type { LogKeeper, ReportLog } from './log-keeper.ts';
import { dropReportsOfOtherJobs, ownReports, REPORT_FILES } from './other-jobs.ts';
import { renderPage } from './page.ts';

/** What a report is made by. */
export interface Reporting {
  readonly command: CommandName;
  readonly ports: Pick<Ports, 'store' | 'environment'>;
  readonly settings: Pick<Settings<'deploy'>, 'app-name' | 'report-log' | 'report-directory'>;
  readonly log: LineLog;
  /** Of a second half, the log of the first. */
  readonly earlier?: LogKeeper | 'missing';
}

/**
 * Keeps what a run came to, in the state directory: `result.json`, `report.html` and `junit.xml`. With `report-directory`
 * they go there instead, into a folder of the app's name, and `result.json` alone stays behind too: the orb keeps the
 * state directory in a cache. What cannot be written changes no verdict: it is a warning. `what` says
 * in a sentence what a command without phases did. Gives lines for people.
 */
export async function keepReport(
  reporting: Reporting,
  result: Result,
  what?: string,
): Promise<readonly string[]> {
  const { command, ports, settings, log, earlier } = reporting;
  const lines: string[] = [];
  const { directory: state } = ports.store;
  const folder = await openFolder(reporting);
  const write = async (name: string, render: () => string): Promise<void> => {
    try {
      const text = render();
      for (const one of new Set(name === 'result.json' ? [state, folder] : [folder]))
        await keepFile(join(one, name), text);
    } catch (error) {
      log.warn(`${name} could not be written: ${messageOf(error)}`);
      return;
    }
    lines.push(`${NAMES[name] ?? name}: ${join(folder, name)}`);
  };
  // A secret may have become known only after it had been printed, and so may one in an error.
  const told = cleaned(result, log.clean);
  await write('result.json', () => `${JSON.stringify(told, null, 2)}\n`);
  await write('report.html', () => {
    const how = settings['report-log'] as ReportLog;
    let kept = log.kept.read(how);
    if (typeof earlier === 'object') {
      earlier.append(kept);
      kept = earlier.read(how);
    }
    return renderPage(told, {
      command,
      what: what === undefined ? undefined : log.clean(what),
      log: { ...kept, lines: kept.lines.length > 0 ? log.clean(kept.lines.join('\n')).split('\n') : [] },
      lacksFirstHalf: earlier === 'missing',
      links: linksOf(ports.environment, told.releaseBefore?.commit ?? null, told.revision),
    });
  });
  await write('junit.xml', () => renderJunit(told, command));
  return lines;
}

const NAMES: Readonly<Record<string, string>> = { 'result.json': 'Result', 'report.html': 'Report' };

/** Where the report lies. */
export function reportFolder({ ports, settings }: Reporting): string {
  const given = settings['report-directory'];
  if (given === '') return ports.store.directory;
  return join(resolve(given.replace(/^~(?=\/|$)/, () => homedir())), settings['app-name']);
}

/** The same; nothing is there but what this job reports, and nothing large in what is kept for the next one. */
export async function openFolder(reporting: Reporting): Promise<string> {
  const { ports, log, settings } = reporting;
  const { directory: state } = ports.store;
  const folder = reportFolder(reporting);
  if (folder === state) return folder;
  const jobs = { ...ports, log, clock: systemClock };
  try {
    await dropReportsOfOtherJobs(jobs);
    await ownReports(jobs, settings['app-name'], folder);
    for (const name of REPORT_FILES) if (name !== 'result.json') await rm(join(state, name), { force: true });
  } catch (error) {
    log.warn(`Reports of earlier runs could not be removed: ${messageOf(error)}`);
  }
  return folder;
}

/** Writes a file that its owner alone may read, and the folder for it. */
export async function keepFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceText(file, text);
}
