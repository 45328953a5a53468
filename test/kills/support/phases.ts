import { MIGRATION, procfile } from './app.ts';
import { APP_NAME, type OrbCommand, type OrbJob } from './orb-job.ts';
import type { Stage } from './stage.ts';

/** A moment of a deployment at which a job can be held, to be hit by a signal exactly there. */
export interface Phase {
  readonly name: string;
  readonly command: OrbCommand;
  readonly parameters: Readonly<Record<string, string>>;
  /** Other files of the commit than the usual ones. */
  readonly files?: Readonly<Record<string, string>>;
  /** Before the job starts. */
  prepare(stage: Stage): Promise<void> | void;
  /** Resolves when the job is there. */
  reached(stage: Stage, job: OrbJob): Promise<void>;
}

const APP_PATH = `^/apps/${APP_NAME}$`;
const FORMATION = `^/apps/${APP_NAME}/formation$`;
const DYNOS = `^/apps/${APP_NAME}/dynos$`;

type Moment = 'before-effect' | 'after-effect';
type Kind = Pick<Phase, 'command' | 'parameters' | 'files'>;

const PLAIN: Kind = { command: 'deploy', parameters: { maintenance: 'always' } };
const MIGRATING: Kind = {
  command: 'maintenance-wrapped-migrate',
  parameters: { 'migrate-command': MIGRATION },
};
const RELEASING: Kind = { ...PLAIN, files: { Procfile: procfile({ release: MIGRATION }) } };

/** Held by a request that is never answered: the `nth` of its kind, and every repeat of it. */
function atRequest(
  name: string,
  [method, path, when = 'before-effect', nth = 1]: [string, string, Moment?, number?],
  kind: Kind = PLAIN,
): Phase {
  return {
    name,
    ...kind,
    prepare: (stage) => stage.stall({ surface: 'api', method, path, nth, times: 1_000 }, when),
    reached: (stage, job) => stage.untilStalled(job),
  };
}

/** Held by nothing: the signal follows what the log says. */
function atLine(name: string, line: RegExp, kind: Kind = PLAIN): Phase {
  return { name, ...kind, prepare: () => undefined, reached: (_stage, job) => job.until(line) };
}

/** Phases before the first change. */
export const BEFORE_THE_WINDOW: readonly Phase[] = [
  atRequest('preflight', ['GET', '^/account$']),
  atLine('snapshot', /== snapshot/),
  atRequest('the second half’s preflight', ['GET', '^/account$', 'before-effect', 2]),
  atRequest('open window, the page not yet on', ['PATCH', APP_PATH]),
];

/** Phases in which a window is open around the code from before. */
export const IN_THE_WINDOW: readonly Phase[] = [
  atRequest('open window, the page on, not yet scaled', ['PATCH', FORMATION]),
  atRequest('open window, scaled', ['PATCH', FORMATION, 'after-effect']),
  {
    name: 'open window, dynos gone',
    ...PLAIN,
    prepare: (stage) => stage.stall({ surface: 'git' }),
    reached: (stage, job) => stage.untilStalled(job),
  },
  {
    name: 'ship, the build pending',
    ...PLAIN,
    prepare: (stage) => stage.buildFor(1_500),
    reached: (stage) => stage.untilBuildPending(),
  },
];

/** Phases in which our release is current, and nothing was migrated. */
export const AFTER_THE_RELEASE: readonly Phase[] = [
  atRequest('close window, processes not yet back', ['PATCH', FORMATION, 'before-effect', 2]),
  atRequest('close window, processes back, the page not yet off', ['PATCH', APP_PATH, 'before-effect', 2]),
];

/** Phases in which everything is done already. */
export const AT_THE_END: readonly Phase[] = [
  atRequest('close window, the page off', ['PATCH', APP_PATH, 'after-effect', 2]),
  atLine('report', /== close window succeeded[^]*== report/),
];

/** Phases from which on the migration's success has to be proven. */
export const MIGRATION_PHASES: readonly Phase[] = [
  atRequest('migrate, before its start', ['POST', DYNOS], MIGRATING),
  {
    name: 'migrate, in the middle',
    ...MIGRATING,
    prepare: (stage) => stage.holdMigrations(),
    reached: (_stage, job) => job.until(/migrate \| begun/),
  },
  atRequest('restart, after the end of the migration', ['DELETE', DYNOS], MIGRATING),
  atRequest(
    'close window after a migration, the page not yet off',
    ['PATCH', APP_PATH, 'before-effect', 2],
    MIGRATING,
  ),
];

/** A release phase runs. */
export const RELEASE_PHASE: Phase = {
  name: 'release, the release phase running',
  ...RELEASING,
  prepare: (stage) => stage.holdMigrations(),
  reached: (stage) => stage.untilLedger(/^begin/),
};

/** Starts a job of this kind and resolves when it is held there. */
export async function heldAt(stage: Stage, phase: Phase): Promise<OrbJob> {
  await stage.commit(phase.files);
  await phase.prepare(stage);
  const job = stage.job(phase.command, { parameters: phase.parameters });
  await phase.reached(stage, job);
  return job;
}

/** The machine of a job that is held at this phase is lost, and with it all but the cache and Heroku. */
export async function lostAt(stage: Stage, phase: Phase): Promise<OrbJob> {
  const job = await heldAt(stage, phase);
  job.lose();
  await job.end;
  stage.clearFaults();
  await stage.buildFor(10);
  return job;
}
