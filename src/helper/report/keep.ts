import { mkdir } from 'node:fs/promises';
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
import { linksOf } from './links.ts';
import type { ReportLog } from './log-keeper.ts';
import { renderPage } from './page.ts';

/** What a report is made by. */
export interface Reporting {
  readonly command: CommandName;
  readonly ports: Pick<Ports, 'store' | 'environment'>;
  readonly settings: Pick<Settings<'deploy'>, 'app-name' | 'report-log' | 'report-directory'>;
  readonly log: LineLog;
}

/**
 * Keeps what a run came to: `result.json`, `report.html` and `junit.xml` in the state directory and, in a folder of the
 * app's name, where `report-directory` says. What cannot be written changes no verdict: it is a warning. `what` says
 * in a sentence what a command without phases did. Gives lines for people.
 */
export async function keepReport(
  { command, ports, settings, log }: Reporting,
  result: Result,
  what?: string,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const write = async (name: string, render: () => string): Promise<void> => {
    try {
      const text = render();
      for (const folder of foldersOf(ports, settings)) {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await replaceText(join(folder, name), text);
      }
    } catch (error) {
      log.warn(`${name} could not be written: ${messageOf(error)}`);
      return;
    }
    lines.push(`${NAMES[name] ?? name}: ${join(ports.store.directory, name)}`);
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

function foldersOf({ store }: Pick<Ports, 'store'>, settings: Reporting['settings']): readonly string[] {
  const given = settings['report-directory'];
  if (given === '') return [store.directory];
  return [store.directory, join(resolve(given.replace(/^~(?=\/|$)/, () => homedir())), settings['app-name'])];
}
