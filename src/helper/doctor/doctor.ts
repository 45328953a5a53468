import type { Settings } from '../../parameters/index.ts';
import { judgeAccount } from '../deployment/check-app.ts';
import { checkClone, readDescent, requireDescent } from '../deployment/check-clone.ts';
import type { CloneFacts } from '../deployment/facts.ts';
import type { Finding, Findings } from '../deployment/findings.ts';
import type { Secret } from '../output/secret.ts';
import type { Clock } from '../ports/clock.ts';
import type { Git } from '../ports/git.ts';
import type { Account, Heroku } from '../ports/heroku.ts';
import type { Inspection } from '../ports/inspection.ts';
import { describeKey } from '../settings/api-key.ts';
import { checkAddOns, checkDatabase, checkPage } from './add-ons.ts';
import {
  checkAppItself,
  checkBuilds,
  checkPreboot,
  checkProcesses,
  checkRelease,
  checkRights,
} from './app.ts';
import { checkEnvironment, checkGit, checkNode } from './job.ts';
import { checkAuthorization, checkRequestsLeft, checkSecondFactor } from './key.ts';
import { look, type Looked } from './look.ts';

/** What is looked at, and with what. */
export interface DoctorPorts {
  readonly git: Git;
  readonly clock: Clock;
  readonly environment: NodeJS.ProcessEnv;
  /** Gives Heroku as the key sees it. Throws `Refusal` where the job has none that could be one. */
  readonly connect: () => Connected | Promise<Connected>;
}

type Asked = Heroku & { readonly inspection: Inspection };
interface Connected {
  readonly apiKey: Secret;
  readonly heroku: Asked;
}
type DoctorSettings = Settings<'doctor'>;
/** What one side learned for the comparison of both. */
interface Side<T> {
  readonly rows: readonly Finding[];
  readonly learned: T | undefined;
}

/**
 * Looks at everything that a deployment depends on, and stops at nothing: what one check finds wrong does not
 * keep the others from looking. Changes nothing, at Heroku or in the clone.
 */
export async function doctor(ports: DoctorPorts, settings: DoctorSettings): Promise<readonly Finding[]> {
  const { git, environment } = ports;
  const [platform, clone, job, node] = await Promise.all([
    askHeroku(ports, settings),
    askGit(git, settings),
    look('Job', (findings) => checkEnvironment(environment, findings)),
    look('Job', (findings) => checkNode(environment, findings)),
  ]);
  const { learned } = clone;
  const descent =
    learned === undefined || platform.learned === undefined
      ? []
      : await compare(git, learned, platform.learned.deployed, settings);
  return [...platform.rows, ...clone.rows, ...descent, ...node.rows, ...job.rows];
}

/** Whatever needs the key: the account first, since without one nothing else can be asked. */
async function askHeroku(
  ports: DoctorPorts,
  settings: DoctorSettings,
): Promise<Side<{ readonly deployed: string | undefined }>> {
  const connected = await look('API key', async (findings) => {
    const { apiKey, heroku } = await ports.connect();
    findings.ok('API key', `${describeKey(apiKey)}, from $${settings['api-key']}`);
    return heroku;
  });
  const heroku = connected.value;
  if (heroku === undefined) return { rows: connected.rows, learned: undefined };
  const read = await look('Account', async () => ({ account: await heroku.account() }));
  if (read.value === undefined) return { rows: [...connected.rows, ...read.rows], learned: undefined };
  const { account } = read.value;
  const [looks, app] = await Promise.all([
    Promise.all([
      look('Account', (findings) => judgeAccount(account, settings['deploy-user'], findings)),
      look('Second factor', (findings) => account && checkSecondFactor(account, findings)),
      look('Key’s end', (findings) => checkAuthorization(heroku.inspection, findings), 'note'),
      look('API limit', (findings) => checkRequestsLeft(heroku.inspection, findings), 'note'),
    ]),
    askApp(ports, heroku, account, settings),
  ]);
  const rows = [connected, ...looks].flatMap((one) => one.rows);
  return { rows: [...rows, ...app.rows], learned: app.learned };
}

/** The app's own reads, side by side once it is known that there is such an app. */
async function askApp(
  { clock }: DoctorPorts,
  heroku: Asked,
  account: Account | undefined,
  settings: DoctorSettings,
): Promise<Side<{ readonly deployed: string | undefined }>> {
  const name = settings['app-name'];
  const app = await look('App', async (findings) => checkAppItself(await heroku.app(name), findings));
  if (app.rows.some(({ subject, level }) => subject === 'App' && level === 'problem')) {
    return { rows: app.rows, learned: undefined };
  }
  const now = clock.now();
  const release = look('Release', async (findings) => ({
    deployed: await checkRelease(heroku, name, findings),
  }));
  const looks: Promise<Looked<unknown>>[] = [
    look('Rights', (findings) => checkRights(heroku, name, account, findings)),
    look('Processes', (findings) => checkProcesses(heroku, name, findings)),
    look('Preboot', (findings) => checkPreboot(heroku, name, findings), 'note'),
    release,
    look('Builds', (findings) => checkBuilds(heroku, name, account, now, findings)),
    look('Database', (findings) => checkDatabase(heroku, name, now, findings), 'note'),
    look(
      'Add-ons',
      async (findings) => checkAddOns(name, await heroku.inspection.addOns(name), findings),
      'note',
    ),
    look('Page', (findings) => checkPage(heroku, name, findings), 'note'),
  ];
  const rows = (await Promise.all(looks)).flatMap((one) => one.rows);
  return { rows: [...app.rows, ...rows], learned: (await release).value };
}

async function askGit(git: Git, settings: DoctorSettings): Promise<Side<CloneFacts>> {
  const [version, clone] = await Promise.all([
    look('git', (findings) => checkGit(git, findings)),
    look('Clone', (findings) => checkClone(git, settings, findings)),
  ]);
  // A git that is missing is missed by both.
  const same = version.rows[0]?.what === clone.rows[0]?.what;
  return { rows: same ? clone.rows : [...version.rows, ...clone.rows], learned: clone.value };
}

/** Whether the commit follows the deployed one, as far as this clone tells: nothing is fetched. */
async function compare(
  git: Git,
  clone: CloneFacts,
  deployed: string | undefined,
  settings: DoctorSettings,
): Promise<readonly Finding[]> {
  const check = async (findings: Findings): Promise<void> => {
    const descent = await readDescent(git, clone, deployed, { mayFetch: false });
    if (descent === 'untold') {
      findings.note(
        'Descent',
        `the deployed commit ${deployed?.slice(0, 8) ?? ''} is not in this clone, so whether this one follows it is open`,
        `\`git fetch origin ${deployed ?? ''}\`; where that fails, another project or a rewritten branch was deployed`,
      );
    } else requireDescent(descent, settings['app-name'], clone.commit, deployed, settings.force);
  };
  return (await look('Descent', check)).rows;
}
