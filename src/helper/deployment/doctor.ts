import type { Settings } from '../../parameters/index.ts';
import { HerokuCdError } from '../errors.ts';
import { messageOf } from '../output/message.ts';
import { describeKey } from '../settings/api-key.ts';
import { checkAccount, checkApp } from './check-app.ts';
import { checkClone, readDescent, requireDescent } from './check-clone.ts';
import { checkJob } from './check-job.ts';
import { Findings, type Finding } from './findings.ts';
import type { Ports } from './ports.ts';

/**
 * Looks at everything that preflight knows and stops at nothing: what one check finds wrong does not keep
 * the others from looking. Changes nothing.
 */
export async function doctor(ports: Ports, settings: Settings<'doctor'>): Promise<readonly Finding[]> {
  const { heroku, git } = ports;
  const findings = new Findings();
  const attempt = async <T>(subject: string, check: () => Promise<T> | T): Promise<T | undefined> => {
    try {
      return await check();
    } catch (error) {
      const told = error instanceof HerokuCdError ? error : undefined;
      findings.problem(
        subject,
        [told?.what ?? messageOf(error), told?.why].filter(Boolean).join(' '),
        told?.next,
      );
      return undefined;
    }
  };

  findings.ok('API key', `${describeKey(ports.apiKey)}, from $${settings['api-key']}`);
  const elsewhere = await attempt('Job', () => checkJob(ports.environment));
  if (elsewhere !== undefined) findings.note('Job', elsewhere);
  const account = await attempt('Account', () => checkAccount(heroku, settings, findings));
  const app = await attempt('App', () => checkApp(heroku, settings, account, findings));
  const clone = await attempt('Clone', () => checkClone(git, settings, findings));
  if (app !== undefined && clone !== undefined) {
    await attempt('Descent', async () => {
      const descent = await readDescent(git, clone.commit, app.deployedCommit, { mayFetch: false });
      if (descent === 'unknown') findings.note('Descent', 'the deployed commit is not in this clone');
      else requireDescent(descent, settings['app-name'], clone.commit, app.deployedCommit, settings.force);
    });
    if (app.builds.some((build) => build.status === 'pending')) {
      findings.note(
        'Builds',
        'one is pending; a deployment waits for its end',
        'Give deploying jobs a `serial-group`.',
      );
    }
  }
  return findings.rows;
}
