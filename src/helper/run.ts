import { environmentName, PARAMETERS, type Settings } from '../parameters/index.ts';
import { perform, type Act, type Done } from './acts/act.ts';
import { setPage } from './acts/page.ts';
import { chooseByBranch } from './commands/by-branch.ts';
import type { Answer, Invocation } from './commands/command.ts';
import { identifyCommand, NO_APP, writeAppId } from './commands/identify.ts';
import { PhaseRunner } from './deployment/phases.ts';
import type { Ports } from './deployment/ports.ts';
import { createFileStore } from './edge/file-store.ts';
import { startHeartbeat } from './edge/heartbeat.ts';
import { Refusal } from './errors.ts';
import { gitOnDemand } from './git/on-demand.ts';
import { createHeroku } from './heroku/client.ts';
import { resolveHosts } from './heroku/hosts.ts';
import type { LiveLine } from './output/live-line.ts';
import type { LineLog } from './output/log.ts';
import { Secret } from './output/secret.ts';
import type { Git } from './ports/git.ts';
import { readApiKey } from './settings/api-key.ts';
import { defaultSettings, readSettings } from './settings/read-settings.ts';
import { systemClock } from './time/system-clock.ts';
import { createClock, readTimeLapse } from './time/time-lapse.ts';
import { VERSION } from './version.ts';

/** As the official CLI has it. */
const REQUEST_TIMEOUT_MS = 60_000;

/** What the process gives to a run. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
  readonly log: LineLog;
  readonly signal: AbortSignal;
  /** Where a person sees what the run is at. */
  readonly live?: LiveLine | undefined;
}

/**
 * Runs one command to its answer.
 * @throws Refusal for what is wrong with the invocation; HerokuCdError for what a reading command met.
 */
export async function run(invocation: Invocation, around: Surroundings): Promise<Answer> {
  hideKeyFromTheStart(invocation, around);
  // The cache's key is computed at the end of a job that is refused below, too.
  if (invocation.command === 'identify' && invocation.flags['app-id-file'] === undefined)
    await writeAppId(defaultSettings('identify'), NO_APP);
  if (invocation.flags['report-directory'] ?? around.environment[environmentName('report-directory')]) {
    const { dropReportsOfOtherJobs } = await import('./report/other-jobs.ts');
    await dropReportsOfOtherJobs({ ...around, clock: systemClock });
  }
  const elsewhere = await chooseByBranch(invocation, around);
  if (elsewhere !== undefined) return elsewhere;
  const reporting = { command: invocation.command, log: around.log };
  const phases = new PhaseRunner(systemClock, around.log);
  around.live?.follow(phases);
  const lapse = readTimeLapse(around.environment, resolveHosts(around.environment).isHeroku);
  const stopHeartbeat = startHeartbeat(around.log, phases, () => systemClock.now(), lapse);
  try {
    switch (invocation.command) {
      case 'deploy': {
        const settings = readSettings('deploy', invocation.flags, around.environment);
        const { deployCommand } = await import('./commands/of-deployments.ts');
        const options = { phases, half: halfOf(settings) };
        return await deployCommand(connect(settings, around), settings, options, reporting);
      }
      case 'migrate': {
        const { push, ...settings } = readSettings('migrate', invocation.flags, around.environment);
        const { deployCommand } = await import('./commands/of-deployments.ts');
        const deployment = { ...settings, maintenance: 'always' };
        const options = { phases, push, half: halfOf(settings) };
        return await deployCommand(connect(settings, around), deployment, options, reporting);
      }
      case 'window open': {
        const settings = readSettings('window open', invocation.flags, around.environment);
        const { deployCommand } = await import('./commands/of-deployments.ts');
        const deployment = {
          ...defaultSettings('deploy'),
          ...settings,
          maintenance: 'always',
          backup: 'never',
          revision: '',
        };
        const options = { phases, push: false, openOnly: true, half: halfOf(settings) };
        return await deployCommand(connect(settings, around), deployment, options, reporting);
      }
      case 'window close': {
        const settings = readSettings('window close', invocation.flags, around.environment);
        const { closeWindow, keepActReport } = await import('./commands/of-deployments.ts');
        const report = {
          command: invocation.command,
          log: around.log,
          settings,
          ports: connect(settings, around),
        };
        return await perform(report.ports, settings, 'unknown', closeWindow, (ended) =>
          keepActReport(report, ended),
        );
      }
      case 'maintenance on':
      case 'maintenance off': {
        const on = invocation.command === 'maintenance on';
        const settings = readSettings(invocation.command, invocation.flags, around.environment);
        return await perform(connect(settings, around), settings, 'untouched', (act) => setPage(act, on));
      }
      case 'maintenance-page set': {
        const settings = readSettings('maintenance-page set', invocation.flags, around.environment);
        const { setPages } = await import('./acts/maintenance-page.ts');
        return await perform(connect(settings, around), settings, 'untouched', setPages);
      }
      case 'maintenance-page clear': {
        const settings = readSettings('maintenance-page clear', invocation.flags, around.environment);
        const { clearPages } = await import('./acts/maintenance-page.ts');
        return await perform(connect(settings, around), settings, 'untouched', clearPages);
      }
      case 'maintenance-page check': {
        const settings = readSettings('maintenance-page check', invocation.flags, around.environment);
        const { checkPages } = await import('./acts/maintenance-page.ts');
        return await perform(connect(settings, around), settings, 'untouched', checkPages);
      }
      case 'scale': {
        const settings = readSettings('scale', invocation.flags, around.environment);
        const { scale } = await import('./acts/scale.ts');
        return await perform(connect(settings, around), settings, 'untouched', scale);
      }
      case 'run': {
        const settings = readSettings('run', invocation.flags, around.environment);
        const { runCommand } = await import('./commands/of-deployments.ts');
        return await perform(connect(settings, around), settings, 'unknown', runCommand);
      }
      case 'backup capture': {
        const settings = readSettings('backup capture', invocation.flags, around.environment);
        const { captureByHand } = await import('./commands/of-deployments.ts');
        return await perform(connect(settings, around), settings, 'untouched', captureByHand);
      }
      case 'backup restore': {
        const settings = readSettings('backup restore', invocation.flags, around.environment);
        const { restoreByHand } = await import('./commands/of-deployments.ts');
        const act = (one: Act<typeof settings>): Promise<Done> =>
          restoreByHand(one, { ...defaultSettings('deploy'), ...settings });
        return await perform(connect(settings, around), settings, 'unknown', act);
      }
      case 'backup list': {
        const settings = readSettings('backup list', invocation.flags, around.environment);
        const { listBackups } = await import('./commands/of-deployments.ts');
        return await perform(connect(settings, around), settings, 'untouched', listBackups);
      }
      case 'flush-cache': {
        const settings = readSettings('flush-cache', invocation.flags, around.environment);
        const { flushCache } = await import('./commands/of-deployments.ts');
        return await perform(connect(settings, around), settings, 'untouched', flushCache);
      }
      case 'identify': {
        const settings = readSettings('identify', invocation.flags, around.environment);
        return await identifyCommand(connect(settings, around), settings);
      }
      case 'recover': {
        const settings = readSettings('recover', invocation.flags, around.environment);
        const { recoverCommand } = await import('./commands/of-deployments.ts');
        return await recoverCommand(connect(settings, around), settings, around.log);
      }
      case 'rollback': {
        const settings = readSettings('rollback', invocation.flags, around.environment);
        const { keepActReport, rollBack } = await import('./commands/of-deployments.ts');
        const report = {
          command: invocation.command,
          log: around.log,
          settings,
          ports: connect(settings, around),
        };
        return await perform(report.ports, settings, 'untouched', rollBack, (ended) =>
          keepActReport(report, ended),
        );
      }
      case 'doctor': {
        const settings = readSettings('doctor', invocation.flags, around.environment);
        const { doctorCommand } = await import('./commands/doctor.ts');
        const { environment } = around;
        const git = openGit(settings, around);
        const ports = { git, clock: createClock(lapse), environment, connect: () => reach(settings, around) };
        return await doctorCommand(ports, settings);
      }
      case 'ssh-key add': {
        const settings = readSettings('ssh-key add', invocation.flags, around.environment);
        const { addSshKey } = await import('./ssh-key/commands.ts');
        return await addSshKey(reach(settings, around).heroku.sshKeys, settings, around.environment);
      }
      case 'ssh-key list': {
        const settings = readSettings('ssh-key list', invocation.flags, around.environment);
        const { listSshKeys } = await import('./ssh-key/commands.ts');
        return await listSshKeys(reach(settings, around).heroku.sshKeys);
      }
      case 'ssh-key remove': {
        const settings = readSettings('ssh-key remove', invocation.flags, around.environment);
        const { removeSshKey } = await import('./ssh-key/commands.ts');
        return await removeSshKey(reach(settings, around).heroku.sshKeys, settings);
      }
      case 'plan': {
        const settings = readSettings('plan', invocation.flags, around.environment);
        const { planCommand } = await import('./commands/of-deployments.ts');
        return await planCommand(connect(settings, around), settings);
      }
    }
  } finally {
    stopHeartbeat();
  }
}

/** @throws Refusal where both halves are asked for at once. */
function halfOf(settings: Pick<Settings<'deploy'>, 'until' | 'from'>): 'whole' | 'prepare' | 'continue' {
  if (settings.until !== '' && settings.from !== '') {
    throw new Refusal({
      what: 'until and from cannot be given together.',
      next: 'Give `--until window` first and `--from window` in a later call, or neither.',
      parameter: 'until',
    });
  }
  if (settings.until !== '') return 'prepare';
  return settings.from === '' ? 'whole' : 'continue';
}

/** A value that is echoed in an error about itself may hold the key, so it is known before any is read. */
function hideKeyFromTheStart(invocation: Invocation, { environment, log }: Surroundings): void {
  const definition = PARAMETERS.find((one) => one.name === 'api-key');
  for (const name of [
    invocation.flags['api-key'],
    environment[environmentName('api-key')],
    definition?.default,
  ]) {
    if (typeof name !== 'string') continue;
    const value = environment[name];
    if (value !== undefined) log.addSecret(value);
  }
}

/** Builds the ports: the only place that knows which implementation stands behind each. */
function connect(settings: Pick<Settings<'doctor'>, 'api-key' | 'app-name'>, around: Surroundings): Ports {
  const { environment, log, signal } = around;
  const { apiKey, heroku, hosts, clock } = reach(settings, around);
  return {
    heroku,
    closingHeroku: heroku.withSignal(undefined),
    git: openGit(settings, around),
    clock,
    log,
    store: createFileStore(settings['app-name'], environment),
    environment,
    apiKey,
    gitBase: hosts.git,
    signal,
  };
}

/** Heroku, by the job's key. @throws Refusal where there is none that could be one. */
function reach(settings: Pick<Settings<'doctor'>, 'api-key'>, { environment, log, signal }: Surroundings) {
  const apiKey = readApiKey(settings['api-key'], environment);
  log.addSecret(apiKey.reveal());
  const hosts = resolveHosts(environment);
  const lapse = readTimeLapse(environment, hosts.isHeroku);
  const clock = createClock(lapse);
  const heroku = createHeroku({
    baseUrl: hosts.api,
    dataUrl: hosts.data,
    apiKey,
    userAgent: `heroku-cd/${VERSION}`,
    clock,
    log,
    requestTimeoutMs: REQUEST_TIMEOUT_MS / lapse,
    signal,
  });
  return { apiKey, heroku, hosts, clock };
}

/** The clone, which no key reaches but by a push. */
function openGit(settings: Pick<Settings<'doctor'>, 'api-key'>, around: Surroundings): Git {
  const { environment, directory, log } = around;
  const variable = settings['api-key'];
  const key = environment[variable];
  const options = {
    directory,
    environment,
    secretValues: key === undefined || key === '' ? [] : [new Secret(key)],
    secretVariables: [variable],
    timeLapse: readTimeLapse(environment, resolveHosts(environment).isHeroku),
    log,
  };
  return gitOnDemand(async () => (await import('./git/create-git.ts')).createGit(options));
}
