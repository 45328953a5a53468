import { releaseHold } from '../journal/release-hold.ts';
import type { Settings } from '../../parameters/index.ts';
import type { Act, Done } from '../acts/act.ts';
import { waitForOthers } from '../deployment/preflight.ts';
import { confirmRelease, overtakenBy } from '../deployment/release.ts';
import { short } from '../deployment/facts.ts';
import { HerokuCdError, partsOf, Refusal } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { JournalKeeper, readJournal } from '../journal/keeper.ts';
import type { App, ProcessFormation, Release } from '../ports/heroku.ts';
import { recoverJournal } from '../recovery/recover.ts';
import { waitForWeb } from '../window/web.ts';
import { configChanges, describeConfig, migrationsSince, requireNoMigration } from './consequences.ts';
import { chooseTarget, type Target } from './target.ts';
import { type Seen, undoRollback } from './undo.ts';

export type Rolling = Act<Settings<'rollback'>>;

/**
 * Goes back to the previous or a named release: by Heroku's own rollback, which brings back that release's
 * config vars too, or by its slug with today's. The new release is judged like any other, and its web dynos
 * must come up.
 * @throws Refusal before anything is changed; Failure where it failed and was undone; HerokuCdError of verdict
 * `held` while a window is, `incomplete` where the app is neither as asked nor as found.
 */
export async function rollBack(run: Rolling): Promise<Done> {
  const { ports, settings } = run;
  const { heroku, log } = ports;
  const app = await heroku.app(settings['app-name']);
  const journal = await settleEarlier(run, app);
  await waitForOthers(run, app.name);
  const releases = await heroku.releases(app.name);
  const current = releases.find((one) => one.current);
  if (current === undefined) {
    throw new Refusal({
      what: `Nothing is released on ${app.name}, so there is nothing to go back from.`,
      next: 'Deploy first.',
    });
  }
  const target = await chooseTarget(heroku, app.name, {
    releases,
    current,
    wanted: settings['target-version'],
  });
  const { version } = target.release;
  const keep = settings['keep-config'];
  const told = { from: current.version, to: version, commit: target.slug.commit ?? null };
  if (target.release.id === current.id || (keep && target.slug.id === current.slugId)) {
    return {
      what: `The code of v${version} is current on ${app.name}; nothing was changed.`,
      changed: false,
      ...told,
    };
  }
  const migrations = await migrationsSince(heroku, app.name, { releases, target, journal });
  if (!settings['migration-is-backward-compatible']) requireNoMigration(app.name, target, migrations);
  const note = migrations.ran === undefined ? migrations.unknown : `${migrations.ran}.`;
  if (note !== undefined) log.warn(note);
  const config = keep ? undefined : await configChanges(heroku, app.name, target);
  log.info(config ? describeConfig(config, version) : 'The config vars of today are kept.');
  const lost = await warnOfTypes(run, target);

  const commit = target.slug.commit ? ` (${short(target.slug.commit)})` : '';
  log.info(`Rolling ${app.name} back: v${current.version} -> the release of v${version}${commit}.`);
  const release = await makeRelease(run, app, { releases, current, target, lost });
  return {
    what: `${app.name} runs the release of v${version}${commit} again, as v${release.version}.`,
    changed: true,
    ...told,
    release: release.version,
    config: config ?? null,
    migration: migrations.ran ?? null,
  };
}

async function makeRelease(run: Rolling, app: App, seen: Seen): Promise<Release> {
  const { ports, settings, budget } = run;
  const { target, current } = seen;
  const { version } = target.release;
  await requireUnchanged(run, app, current);
  try {
    const created = await ports.heroku.createRelease(app.name, {
      slugId: target.slug.id,
      ...(settings['keep-config']
        ? { description: `Put back the code of v${version}` }
        : { description: `Rollback to v${version}`, rollbackTo: target.release.id }),
    });
    const before = { app: { app, current }, clone: { commit: target.slug.commit ?? `v${version}` } };
    const shipped = { release: created, slugId: target.slug.id, buildId: undefined };
    const { release } = await confirmRelease(run, before, shipped);
    const { current: now } = await waitForWeb(ports.heroku, app.name, {
      clock: ports.clock,
      limit: budget.limit({ ms: settings['boot-timeout'], parameter: 'boot-timeout' }),
      signal: ports.signal,
    });
    const overtaken = overtakenBy(app.name, release, now, 'incomplete');
    if (overtaken !== undefined) throw overtaken;
    return release;
  } catch (error) {
    throw await undoRollback(run, app, seen, error);
  }
}

/**
 * An earlier run that was killed is recovered first; its journal also knows what it migrated.
 * @throws HerokuCdError of verdict `held` while a window is.
 */
async function settleEarlier(run: Rolling, app: App): Promise<Journal | undefined> {
  const { ports } = run;
  // How old it is says nothing about what it migrated.
  const found = await readJournal(ports, app, { evenOld: true });
  if ('none' in found) {
    if (found.none !== undefined)
      ports.log.warn(`A journal lies in ${ports.store.directory}, but ${found.none}; it is ignored.`);
    return undefined;
  }
  const keeper = new JournalKeeper(ports, found.journal);
  const fresh = await readJournal(ports, app);
  if ('journal' in fresh && (fresh.journal.status === 'prepared' || fresh.journal.status === 'open')) {
    ports.log.info(`A run was at work on ${app.name} (${found.journal.writtenAt}); recovering first.`);
    await recover(run, keeper);
  }
  const { current } = keeper;
  if (current.status !== 'held') return current;
  throw new HerokuCdError('held', {
    what: `A window of ${app.name} is held, so nothing is rolled back.`,
    why: current.reason ?? 'No reason was noted.',
    next: current.byHand ? `heroku-cd window close --app-name ${app.name}` : releaseHold(current),
  });
}

async function recover(run: Rolling, keeper: JournalKeeper): Promise<void> {
  try {
    const missing = await recoverJournal(run, keeper);
    if (missing.length > 0) run.ports.log.warn(`The app has no process type ${missing.join(', ')} any more.`);
  } catch (error) {
    if (!(error instanceof HerokuCdError) || error.verdict === 'unknown' || error.verdict === 'held')
      throw error;
    // The app is as the earlier run left it, or in between: that is no "failed, and as it was found".
    throw new HerokuCdError('held', partsOf(error));
  }
}

/** The last look before the release. @throws Refusal when somebody else released in between. */
async function requireUnchanged({ ports }: Rolling, { name }: App, current: Release): Promise<void> {
  const now = await ports.heroku.currentRelease(name);
  if (now?.id === current.id) return;
  throw new Refusal({
    what: `Somebody else released v${now?.version ?? '?'} on ${name} while this run was preparing.`,
    next: 'Look at it, and run the job again; nothing was changed by this one.',
  });
}

/**
 * Heroku stops what the code from before has no process type for, and forgets its quantity; of a type that only that
 * code has it starts nothing but `web`. Gives the former.
 * @throws Refusal for code without `web` where web dynos run.
 */
async function warnOfTypes(
  { ports, settings }: Rolling,
  { release, slug }: Target,
): Promise<readonly ProcessFormation[]> {
  const app = settings['app-name'];
  const formation = await ports.heroku.formation(app);
  const lost = formation.filter(
    ({ type, quantity }) => quantity > 0 && slug.processTypes[type] === undefined,
  );
  const code = `The code of v${release.version} has`;
  if (lost.some(({ type }) => type === 'web') && Object.keys(slug.processTypes).length > 0) {
    throw new Refusal({
      what: `target-version: ${code.replace('T', 't')} no process type web, and nobody would be served by ${app}.`,
      why: 'Nothing was changed.',
      next: `Name another release with \`target-version\`; where the app is to serve nobody, run \`heroku ps:scale web=0 -a ${app}\` before.`,
      parameter: 'target-version',
    });
  }
  if (lost.length > 0) {
    const types = lost.map(({ type, quantity }) => `${type}=${quantity}`).join(' ');
    ports.log.warn(`${code} no process type for ${types}: Heroku stops these dynos.`);
  }
  const fresh = Object.keys(slug.processTypes).filter(
    (name) => name !== 'web' && name !== 'release' && !formation.some(({ type }) => type === name),
  );
  if (fresh.length > 0) {
    ports.log.warn(
      `${code} process types that today’s has not, and Heroku starts no dyno of them: heroku ps:scale ${fresh.map((type) => `${type}=1`).join(' ')} -a ${app}`,
    );
  }
  return lost;
}
