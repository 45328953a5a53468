import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
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
import type { ReportLog } from './log-keeper.ts';
import { dropReportsOfOtherJobs, ownReports } from './other-jobs.ts';
import { renderPage } from './page.ts';

/** What a report is made by. */
export interface Reporting {
  readonly command: CommandName;
  readonly ports: Pick<Ports, 'store' | 'environment'>;
  readonly settings: Pick<Settings<'deploy'>, 'app-name' | 'report-log' | 'report-directory'>;
  readonly log: LineLog;
}

/**
 * Keeps what a run came to, in the state directory: `result.json`, `report.html` and `junit.xml`. With `report-directory`
 * they go there instead, into a folder of the app's name, and `result.json` alone stays behind too: the orb keeps the
 * state directory in a cache. What cannot be written changes no verdict: it is a warning. `what` says
 * in a sentence what a command without phases did. Gives lines for people.
 */
export async function keepReport(
  { command, ports, settings, log }: Reporting,
  result: Result,
  what?: string,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const { directory: state } = ports.store;
  const given = settings['report-directory'];
  const folder =
    given === '' ? state : join(resolve(given.replace(/^~(?=\/|$)/, () => homedir())), settings['app-name']);
  if (folder !== state) await makeRoom({ ...ports, log }, settings['app-name'], folder);
  const write = async (name: string, render: () => string): Promise<void> => {
    try {
      const text = render();
      for (const one of new Set(name === 'result.json' ? [state, folder] : [folder])) {
        await mkdir(one, { recursive: true, mode: 0o700 });
        await replaceText(join(one, name), text);
      }
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
    const kept = log.kept.read(settings['report-log'] as ReportLog);
    return renderPage(told, {
      command,
      what: what === undefined ? undefined : log.clean(what),
      log: { ...kept, lines: log.clean(kept.lines.join('\n')).split('\n') },
      links: linksOf(ports.environment, told.releaseBefore?.commit ?? null, told.revision),
    });
  });
  await write('junit.xml', () => renderJunit(told, command));
  return lines;
}

const NAMES: Readonly<Record<string, string>> = { 'result.json': 'Result', 'report.html': 'Report' };

/** Nothing is there but what this job reports, and nothing large in what is kept for the next one. */
async function makeRoom(
  ports: Reporting['ports'] & Pick<Reporting, 'log'>,
  app: string,
  folder: string,
): Promise<void> {
  const jobs = { ...ports, clock: systemClock };
  try {
    await dropReportsOfOtherJobs(jobs);
    await ownReports(jobs, app, folder);
    for (const name of ['report.html', 'junit.xml'])
      await rm(join(ports.store.directory, name), { force: true });
  } catch (error) {
    ports.log.warn(`Reports of earlier runs could not be removed: ${messageOf(error)}`);
  }
}
