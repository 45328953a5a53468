import { Refusal } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../../parameters/index.ts';
import type { Ports } from './ports.ts';
import type { Preflight } from './deploy-state.ts';
import type { AppFacts } from './facts.ts';
import { namesTypes, requireKnownTypes } from '../window/selection.ts';

/** What the decision is made from. */
export interface WindowQuestion {
  readonly ports: Pick<Ports, 'git' | 'log'>;
  readonly settings: Pick<
    Settings<'deploy'>,
    | 'maintenance'
    | 'scale-down'
    | 'stop-web'
    | 'if-in-maintenance'
    | 'migrate-command'
    | 'migrate-dyno-size'
    | 'before-migrate'
    | 'after-migrate'
    | 'on-migration-failure'
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
  { held, prepared }: Pick<Preflight, 'held' | 'prepared'>,
): Promise<Pick<Preflight, 'migrates' | 'window'>> {
  const { settings, ports } = run;
  refuseContradictions(settings);
  let migrates = settings['migrate-command'] !== '';
  // Read from the commit, because the slug that it becomes does not exist yet.
  const asked = migrates || namesTypes(settings['scale-down']);
  const procfile = asked && commit !== undefined ? await ports.git.readFile(commit, 'Procfile') : undefined;
  if (migrates && procfile !== undefined && /^release\s*:/m.test(procfile)) {
    migrates = false;
    ports.log.warn(
      'The Procfile has a `release` process, which migrates by itself: `migrate-command` is not run, so that nothing is migrated twice.',
    );
  }
  if (held?.migrates === true && !migrates) throw migrationIsMissing(facts, held);
  const heldWindow = held !== undefined && (held.set.maintenance || held.set.stopped.length > 0);
  const continues = heldWindow || prepared?.continues === true;
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
  return { migrates, window };
}

/** Opening the app again is not for a run that does not finish what the held one had begun. */
function migrationIsMissing({ app }: AppFacts, held: Journal): Refusal {
  return new Refusal({
    what: `The window of ${app.name} is held because of a migration, and this run has none.`,
    why: held.reason ?? 'Its end is not known.',
    next: `Run the job with \`migrate-command\` again, or open the app as it is: heroku-cd recover --app-name ${app.name} --release-hold`,
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
  if (settings['on-migration-failure'] === 'restore') {
    throw new Refusal({
      what: 'on-migration-failure: restore needs a backup, and this version takes none.',
      next: 'Set `on-migration-failure` to `hold` or `rollback`.',
      parameter: 'on-migration-failure',
    });
  }
  for (const parameter of ['before-migrate', 'after-migrate', 'migrate-dyno-size'] as const) {
    if (settings[parameter] !== '' && settings['migrate-command'] === '') {
      throw new Refusal({
        what: `${parameter}: there is no migration that it could belong to.`,
        next: 'Set `migrate-command`, or leave it out.',
        parameter,
      });
    }
  }
}
