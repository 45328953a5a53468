import { randomUUID } from 'node:crypto';
import { Refusal } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { JournalKeeper, readJournal } from '../journal/keeper.ts';
import { sign } from '../journal/signature.ts';
import { lastMigration } from '../journal/last-migration.ts';
import type { ProcessFormation } from '../ports/heroku.ts';
import { typesToStop } from '../window/selection.ts';
import { leavesUnproven } from '../migration/before-release.ts';
import type { Preflight, Run } from './deploy-state.ts';
import type { AppFacts } from './facts.ts';

/**
 * Writes down how the app was found and what this run is going to set, before the first change. A run that
 * continues a held window keeps what that window's run had found.
 */
export async function prepareJournal(run: Run, before: Preflight): Promise<JournalKeeper> {
  const { settings, ports } = run;
  if (before.prepared !== undefined) {
    requireSameSettings(run, before.prepared);
    requireAsPrepared(before, before.prepared);
    return new JournalKeeper(ports, before.prepared);
  }
  const { app, held } = before;
  const stop = before.window
    ? typesToStop(app.formation, { scaleDown: settings['scale-down'], stopWeb: settings['stop-web'] })
    : [];
  const journal: Journal = {
    schemaVersion: 1,
    run: randomUUID(),
    app: { id: app.app.id, name: app.app.name },
    workflows: workflowsUpTo(run, before.workflows),
    writtenAt: '',
    status: 'prepared',
    stage: 'before',
    commit: before.clone.commit,
    continues: held !== undefined,
    ...(held?.byHand ? { byHand: true } : {}),
    migrates: before.migrates,
    found: (held === undefined ? undefined : foundByHeld(held, before)) ?? {
      maintenance: app.app.maintenance,
      preboot: app.preboot ?? null,
      formation: app.formation.map(({ type, quantity, size }) => ({ type, quantity, size })),
      ...codeOf(app),
    },
    set: {
      maintenance: held?.set.maintenance ?? (before.window && !app.app.maintenance),
      stopped: [...new Set([...(held?.set.stopped ?? []), ...stop])],
      prebootOff: before.prebootOff === true || held?.set.prebootOff === true,
    },
    releases: [...(held?.releases ?? []), ...(app.current === undefined ? [] : [app.current.id])],
    ...(held?.database && !held.byHand ? { database: held.database } : {}),
    ...(await migratedBefore(run, app.app)),
    ...builtThere(run, before),
    ...(leavesUnproven(before.last, app.deployedCommit) ? { stillPending: true } : {}),
    ...(held?.phaseUnproven ? { phaseUnproven: true } : {}),
    ...(before.flush === undefined ? {} : { unflushed: true }),
    asked: askedFor(run),
    reason: held?.reason ?? null,
  };
  const keeper = new JournalKeeper(ports, journal);
  await keeper.note();
  return keeper;
}

const DECISIVE = [
  'migrate-command',
  'pending-migrations-command',
  'migration-paths',
  'maintenance',
  'scale-down',
  'stop-web',
  'breaking-migration',
  'app-directory',
  'build-app',
] as const;

/** A command may hold what nobody should read, and the journal is cached. */
function askedFor({ settings, ports }: Run): string {
  return sign(
    DECISIVE.map((name) => settings[name]),
    ports.apiKey,
  );
}

/**
 * The first half has written down what this one stops, and whether it migrates.
 * @throws Refusal where this half was told otherwise.
 */
function requireSameSettings(run: Run, { asked }: Journal): void {
  if (asked === undefined || asked === askedFor(run)) return;
  throw new Refusal({
    what: `from: the two halves of this deployment were not given the same ${DECISIVE.join(', ')}.`,
    why: 'What the first half wrote down would not fit what this one does. Nothing was changed.',
    next: 'Give `--until window` and `--from window` the same parameters.',
    parameter: 'from',
  });
}

/** The second half of this deployment releases what the first one built. */
function builtThere({ settings }: Run, { shipping }: Preflight): Pick<Journal, 'built'> {
  const app = settings['build-app'];
  return app === '' || shipping.kind !== 'slug' ? {} : { built: { app, slugId: shipping.slugId } };
}

/** A later rollback wants to know it, however many runs have come in between. */
async function migratedBefore({ ports }: Run, app: Journal['app']): Promise<Pick<Journal, 'migratedBefore'>> {
  const found = await readJournal(ports, app, { evenOld: true });
  return 'journal' in found ? { migratedBefore: lastMigration(found.journal) } : {};
}

/** Each once, the latest last; a recovery of an old workflow knows by them that another run took over. */
function workflowsUpTo({ ports }: Run, earlier: readonly string[] = []): string[] {
  const own = ports.environment['CIRCLE_WORKFLOW_ID'];
  return own === undefined ? [...earlier] : [...earlier.filter((one) => one !== own), own].slice(-20);
}

/**
 * What a held window's run had found, and, for process types that somebody has started since, what is there
 * now: they are stopped for this run only.
 */
function foundByHeld(held: Journal, { app }: Preflight): Journal['found'] {
  const started = app.formation.filter(
    ({ type, quantity }) => quantity > 0 && !held.set.stopped.includes(type),
  );
  const others = held.found.formation.filter((one) => !started.some(({ type }) => type === one.type));
  return {
    ...held.found,
    // In a window that was opened by hand, what was deployed since is what to go back to.
    ...(held.byHand ? codeOf(app) : {}),
    formation: [...others, ...started.map(({ type, quantity, size }) => ({ type, quantity, size }))],
  };
}

function codeOf({
  current,
  deployedCommit,
}: AppFacts): Pick<Journal['found'], 'release' | 'slugId' | 'commit'> {
  return {
    release: current === undefined ? null : { id: current.id, version: current.version },
    slugId: current?.slugId ?? null,
    commit: deployedCommit ?? null,
  };
}

/**
 * Between the two halves of a deployment lies a step that saves the cache, so what the first half saw is
 * compared with what is there now.
 * @throws Refusal that names what has changed.
 */
function requireAsPrepared({ app, clone }: Preflight, journal: Journal): void {
  const { found } = journal;
  const changed = [
    sameRelease(app.current?.id, journal) ? undefined : 'the current release',
    clone.commit === journal.commit ? undefined : 'the commit',
    journal.continues || app.app.maintenance === found.maintenance ? undefined : 'the maintenance page',
    journal.continues || sameFormation(app.formation, found.formation) ? undefined : 'the formation',
  ].filter((one) => one !== undefined);
  if (changed.length === 0) return;
  throw new Refusal({
    what: `${changed.join(', ')} of ${app.app.name} changed between the two halves of this deployment.`,
    why: 'Somebody else is at work on the app.',
    next: 'Run the job again; nothing was changed by this one.',
  });
}

/** A held window's run has released since it looked; its journal knows that release. */
function sameRelease(live: string | undefined, journal: Journal): boolean {
  if (journal.continues && live !== undefined) return journal.releases.includes(live);
  return live === journal.found.release?.id;
}

function sameFormation(live: readonly ProcessFormation[], found: Journal['found']['formation']): boolean {
  return (
    live.length === found.length &&
    found.every((one) =>
      live.some((now) => now.type === one.type && now.quantity === one.quantity && now.size === one.size),
    )
  );
}
