import { resolve } from 'node:path';
import type { Settings } from '../../parameters/index.ts';
import { deploy } from '../deployment/deploy.ts';
import type { PhaseRunner } from '../deployment/phases.ts';
import type { Ports } from '../deployment/ports.ts';
import type { Result } from '../deployment/result.ts';
import { replaceFile } from '../edge/file-store.ts';
import { Refusal } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import { EXIT } from '../exit-codes.ts';
import type { Answer } from './command.ts';

/** `heroku-cd deploy`: the deployment, and its result on disk. */
export async function deployCommand(
  ports: Ports,
  settings: Settings<'deploy'>,
  phases: PhaseRunner,
): Promise<Answer> {
  const result = await deploy(ports, settings, phases);
  if ('skipped' in result) {
    return { exitCode: EXIT.succeeded, json: { verdict: 'succeeded', ...result }, lines: [result.skipped] };
  }
  const file = await ports.store.write('result.json', result);
  if (settings['result-file'] !== '') await writeResultFile(settings['result-file'], result);
  return { exitCode: result.exitCode, json: result, lines: [...summarise(result), `Result: ${file}`] };
}

async function writeResultFile(file: string, result: Result): Promise<void> {
  try {
    await replaceFile(resolve(file), result);
  } catch (error) {
    throw new Refusal({
      what: `result-file: ${file} cannot be written.`,
      why: `${messageOf(error)}. The run itself ended with verdict ${result.verdict}.`,
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
