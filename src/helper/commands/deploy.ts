import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CommandName, Settings } from '../../parameters/index.ts';
import { deploy, type DeployOptions } from '../deployment/deploy.ts';
import type { Ports } from '../deployment/ports.ts';
import type { Result } from '../deployment/result.ts';
import { replaceFile } from '../edge/file-store.ts';
import { Refusal } from '../errors.ts';
import { cleaned } from '../output/clean-json.ts';
import type { LineLog } from '../output/log.ts';
import { messageOf } from '../output/message.ts';
import { handOverLog, takeOverLog } from '../report/first-half.ts';
import { keepReport } from '../report/keep.ts';
import { EXIT } from '../exit-codes.ts';
import type { Answer } from './command.ts';

/**
 * `heroku-cd deploy`: the deployment, and its result and report on disk. The log makes texts fit for people's eyes:
 * in the result stand words of builds and servers, and nobody knows what they print.
 * @throws Refusal, before anything is done, where `result-file` cannot be written.
 */
export async function deployCommand(
  ports: Ports,
  settings: Settings<'deploy'>,
  options: DeployOptions,
  { command, log }: { readonly command: CommandName; readonly log: LineLog },
): Promise<Answer> {
  const resultFile = settings['result-file'] === '' ? undefined : resolve(settings['result-file']);
  if (resultFile !== undefined) await requireWritable(resultFile);
  const reporting = { command, ports, settings, log };
  const earlier = options.half === 'continue' ? { earlier: await takeOverLog(reporting) } : {};
  const outcome = await deploy(ports, settings, options);
  if ('skipped' in outcome) {
    return { exitCode: EXIT.succeeded, json: { verdict: 'succeeded', ...outcome }, lines: [outcome.skipped] };
  }
  const result = cleaned(outcome, log.clean);
  if (options.half === 'prepare' && result.verdict === 'succeeded') {
    log.info('Ready to go on; nothing was changed yet.');
    await handOverLog(reporting);
    return { exitCode: result.exitCode, json: result, lines: [] };
  }
  const lines = [...summarise(result)];
  // What became of the app is known by now, and no file changes it.
  lines.push(...(await keepReport({ ...reporting, ...earlier }, result)));
  if (resultFile !== undefined) {
    try {
      await replaceFile(resultFile, result);
      lines.push(`Result: ${resultFile}`);
    } catch (error) {
      log.warn(`The result could not be written to ${resultFile}: ${messageOf(error)}`);
    }
  }
  return { exitCode: result.exitCode, json: result, lines };
}

async function requireWritable(file: string): Promise<void> {
  try {
    await access(dirname(file), constants.W_OK);
  } catch (error) {
    throw new Refusal({
      what: `result-file: ${file} cannot be written.`,
      why: messageOf(error),
      next: 'Give `result-file` a path in a folder that is there and that the job may write to.',
      parameter: 'result-file',
    });
  }
}

function summarise(result: Result): readonly string[] {
  const version = (release: Result['releaseAfter']): string =>
    release === null
      ? 'no release'
      : `v${release.version}${release.commit ? ` (${release.commit.slice(0, 8)})` : ''}`;
  const line = `${result.app}: ${result.verdict} (exit ${result.exitCode})`;
  return result.releaseAfter === null
    ? [line]
    : [`${line}, ${version(result.releaseBefore)} -> ${version(result.releaseAfter)}`];
}
