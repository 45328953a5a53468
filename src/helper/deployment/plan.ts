import type { Settings } from '../../parameters/index.ts';
import { describeBuild, folderElsewhere, planBuild } from '../build-app/build.ts';
import { planBackup } from '../database/backup-plan.ts';
import { describeHealth, planHealth } from '../health/target.ts';
import { readJournal } from '../journal/keeper.ts';
import { checkAccount, checkApp } from './check-app.ts';
import {
  checkClone,
  readDescent,
  requireDescent,
  requireKnownDescent,
  requireNotOlder,
} from './check-clone.ts';
import { checkJob } from './check-job.ts';
import { short } from './facts.ts';
import { Findings } from './findings.ts';
import { planFlush } from './flush.ts';
import type { Ports } from './ports.ts';
import { aroundShipping } from './describe-window.ts';
import { decideWindow } from './decide-window.ts';
import { chooseShipping, describeShipping, type Act } from './shipping.ts';
import { checkTarball, transportOf } from './transport.ts';

/** What a deployment would do now. */
export interface Plan {
  readonly app: string;
  readonly commit: string;
  readonly deployed: string | null;
  /**
   * The mutating calls, in order, each with what takes it back, and the health check. Empty: the commit is
   * deployed already.
   */
  readonly acts: readonly Act[];
  /** What stands in between and changes nothing at Heroku. */
  readonly notes: readonly string[];
}

/** A plan knows no journal: what an earlier run left is put back by the deployment itself. */
const NOTHING_EARLIER = { held: undefined, prepared: undefined };

/**
 * Does all of preflight that reads, and tells the rest: neither the app nor the clone is changed.
 * @throws Refusal for all that a deployment would refuse.
 */
export async function plan(ports: Ports, settings: Settings<'plan'>): Promise<Plan> {
  const { heroku, git } = ports;
  const notes: string[] = [];
  const skipped = checkJob(ports.environment);
  if (skipped !== undefined) notes.push(skipped);
  const findings = new Findings();
  const clone = await checkClone(git, settings, findings);
  const account = await checkAccount(heroku, settings, findings);
  const app = await checkApp(heroku, settings, account, findings);
  notes.push(
    ...findings.rows.filter((row) => row.level !== 'ok').map((row) => `${row.subject}: ${row.what}`),
  );
  const descent = await readDescent(git, clone, app.deployedCommit, { mayFetch: false });
  if (descent === 'untold') {
    notes.push(
      `Whether ${short(clone.commit)} descends from ${short(app.deployedCommit ?? '')} is known only once the deployment has fetched the history.`,
    );
  } else {
    requireDescent(descent, settings['app-name'], clone.commit, app.deployedCommit, settings.force);
  }
  await requireNotOlder(git, clone, app, { force: settings.force, mayFetch: false });
  const flush = await planFlush({ ports, settings });
  const health = await planHealth({ ports, settings }, app, clone.commit);
  const pending = app.builds.find((build) => build.status === 'pending');
  if (pending !== undefined) notes.push('A build is pending; the deployment would wait for its end first.');
  const chosen = await chooseShipping(heroku, app, clone.commit, {
    ...transportOf(settings),
    force: settings.force,
  });
  if (chosen.kind === 'slug') requireKnownDescent(app, clone.commit, settings.force);
  const { shipping, buildThere } = await planBuild({ ports, settings }, clone.commit, chosen, {
    current: app.current,
  });
  if (buildThere !== undefined) await checkTarball(git, clone.commit, transportOf(settings), new Findings());
  const note = (text: string): void => void notes.push(text);
  const log = { ...ports.log, info: note, warn: note };
  const has = (commit: string): Promise<boolean> => git.hasCommit(commit);
  const elsewhere = (slugId: string): Promise<string | undefined> =>
    folderElsewhere({ ports, settings }, slugId);
  const question = { ports: { heroku, git, log }, settings, has, folderElsewhere: elsewhere };
  const kept = await readJournal(ports, app.app, { evenOld: true });
  const last = 'journal' in kept ? kept.journal : undefined;
  const window = await decideWindow(question, app, clone.commit, { ...NOTHING_EARLIER, last });
  const needs = { ...window, backup: await planBackup(question, app, window, undefined), flush };
  const there = buildThere && describeBuild(buildThere, app.app.name, clone.commit);
  const ship = there
    ? [there.release]
    : describeShipping(shipping, app, clone.commit, settings['heroku-branch']);
  return {
    app: app.app.name,
    commit: clone.commit,
    deployed: app.deployedCommit ?? null,
    acts: [
      ...(there?.build ?? []),
      ...aroundShipping(ship, app, settings, needs),
      ...(health ? [describeHealth(health, settings, app)] : []),
    ],
    notes,
  };
}
