import { Refusal } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { releaseHold } from '../journal/release-hold.ts';
import { appDirectory, type Settings } from '../../parameters/index.ts';
import { nothingPending, type PendingQuestion } from '../migration/before-release.ts';
import type { Preflight } from './deploy-state.ts';
import type { AppFacts } from './facts.ts';
import { currentOf } from './shipping.ts';
import { readProcfile } from './transport.ts';
import { refuseApp } from '../one-off/attach-url.ts';
import { namesTypes, requireKnownTypes } from '../window/selection.ts';

/** What the decision is made from. */
export interface WindowQuestion extends PendingQuestion {
  readonly settings: PendingQuestion['settings'] &
    Pick<
      Settings<'deploy'>,
      | 'maintenance'
      | 'scale-down'
      | 'stop-web'
      | 'if-in-maintenance'
      | 'migrate-command'
      | 'migrate-dyno-size'
      | 'before-migrate'
      | 'after-migrate'
      | 'breaking-migration'
      | 'flush-command'
    >;
}

/**
 * Whether this run migrates, and whether it needs a window for that.
 * @throws Refusal for parameters that contradict each other or the app.
 */
export async function decideWindow(
  run: WindowQuestion,
  facts: AppFacts,
  commit: string | undefined,
  { held, prepared, last }: Pick<Preflight, 'held' | 'prepared' | 'last'>,
): Promise<Pick<Preflight, 'migrates' | 'nothingPending' | 'window' | 'releasePhase' | 'prebootOff'>> {
  const { settings, ports } = run;
  refuseContradictions(settings);
  let migrates = settings['migrate-command'] !== '';
  const heldWindow = held !== undefined && (held.set.maintenance || held.set.stopped.length > 0);
  const continues = heldWindow || prepared?.continues === true;
  const asked =
    migrates ||
    continues ||
    settings.maintenance === 'always' ||
    settings['breaking-migration'] ||
    namesTypes(settings['scale-down']);
  // Read from the commit, because the slug that it becomes does not exist yet.
  const procfile =
    asked && commit !== undefined ? await readProcfile(ports.git, settings, commit) : undefined;
  const releasePhase = procfile !== undefined && /^release\s*:/m.test(procfile);
  if (migrates && releasePhase) {
    migrates = false;
    ports.log.warn(
      'The Procfile has a `release` process, which migrates by itself: `migrate-command` is not run, so that nothing is migrated twice.',
    );
  }
  const directory = appDirectory(settings['app-directory']);
  const ships = commit !== undefined && currentOf(facts, commit, directory) === undefined;
  if (held !== undefined && !migrates) {
    // Of code that is current since, its release phase has succeeded in the end.
    const hasRun = held.phaseUnproven === true && facts.current?.id !== held.found.release?.id;
    const brings = releasePhase && (ships || hasRun);
    if ((held.migrates || held.phaseUnproven === true) && !brings) throw migrationIsMissing(facts, held);
  }
  // What the first half of this deployment learned stands; a migration that a window is held for must end well.
  const isSettled = !migrates || held?.migrates === true || held?.phaseUnproven === true;
  const nothing = isSettled
    ? false
    : prepared === undefined
      ? await nothingPending(run, facts, commit, last)
      : !prepared.migrates;
  if (nothing) migrates = false;
  const needsDyno = migrates || settings['flush-command'] !== '';
  const unsupported = needsDyno ? refuseApp(facts.app) : undefined;
  if (unsupported !== undefined) throw unsupported;
  const window =
    continues || settings.maintenance === 'always' || (settings.maintenance === 'auto' && migrates);
  if (window) requireKnownTypes(settings['scale-down'], facts.formation, procfile);
  if (window && facts.app.maintenance && !continues) requireKeep(run, facts);
  if (window && settings['stop-web'] && facts.app.space !== undefined) {
    throw new Refusal({
      what: `stop-web: ${facts.app.name} is in the Private Space ${facts.app.space}.`,
      why: 'There the maintenance page is served by the web dynos themselves (Dev Center: Maintenance Mode).',
      next: 'Leave `stop-web` false for this app.',
      parameter: 'stop-web',
    });
  }
  const prebootOff = settings['breaking-migration'] && facts.preboot === true && (migrates || releasePhase);
  if (settings['breaking-migration'] && releasePhase && !window) {
    ports.log.warn(
      'breaking-migration: the release phase migrates while the code from before still serves. `maintenance: always` puts the page before it.',
    );
  }
  return { migrates, nothingPending: nothing, window, releasePhase: releasePhase && ships, prebootOff };
}

/** Opening the app again is not for a run that does not finish what the held one had begun. */
function migrationIsMissing({ app }: AppFacts, held: Journal): Refusal {
  return new Refusal({
    what: `The window of ${app.name} is held because of a migration, and this run has none.`,
    why: held.reason ?? 'Its end is not known.',
    next: `Give \`migrate-command\`${held.phaseUnproven ? ', or the Procfile’s `release` process,' : ''} again and push, or open the app as it is: ${releaseHold(held)}`,
    parameter: 'migrate-command',
  });
}

function requireKeep(run: WindowQuestion, facts: AppFacts): void {
  if (run.settings['if-in-maintenance'] === 'keep') {
    run.ports.log.warn(
      `The maintenance page of ${facts.app.name} is on already; it will stay on at the end.`,
    );
    return;
  }
  throw new Refusal({
    what: `if-in-maintenance: the maintenance page of ${facts.app.name} is on, and no run of ours explains it.`,
    why: 'Somebody may be working on the app at this moment.',
    next: `Run \`heroku maintenance:off -a ${facts.app.name}\` when it is not needed, or set \`if-in-maintenance: keep\` to leave it on.`,
    parameter: 'if-in-maintenance',
  });
}

function refuseContradictions(settings: WindowQuestion['settings']): void {
  const belonging = [
    'before-migrate',
    'after-migrate',
    'migrate-dyno-size',
    'pending-migrations-command',
    'migration-paths',
  ] as const;
  for (const parameter of belonging) {
    if (settings[parameter] !== '' && settings['migrate-command'] === '') {
      throw new Refusal({
        what: `${parameter}: there is no migration that it could belong to.`,
        next: 'Set `migrate-command`, or leave it out.',
        parameter,
      });
    }
  }
}
