import { EXIT } from '../exit-codes.ts';
import type { Log } from '../ports/log.ts';
import { chooseApp } from '../settings/choose-app.ts';
import { readSettings } from '../settings/read-settings.ts';
import type { Answer, Invocation } from './command.ts';
import { NO_APP, writeAppId } from './identify.ts';

/**
 * Says which app the branch or tag goes to where `deployments` tells. Gives the answer of a job whose branch goes
 * to none: such a job has nothing to do.
 * @throws Refusal for whatever is wrong with the settings: on such a branch, too.
 */
export async function chooseByBranch(
  { command, flags }: Invocation,
  { environment, log }: { readonly environment: NodeJS.ProcessEnv; readonly log: Log },
): Promise<Answer | undefined> {
  const settings = readSettings(command, flags, environment);
  // A command of the account's has no app to choose.
  if (!settings.deployments) return undefined;
  const { app, what } = chooseApp(settings.deployments, environment);
  if (app !== undefined) return void log.info(what);
  if (command === 'identify') await writeAppId(settings, NO_APP);
  return {
    exitCode: EXIT.succeeded,
    json: { app: null, verdict: 'succeeded', exitCode: EXIT.succeeded, skipped: what },
    lines: [what],
  };
}
