import type { Journal } from '../journal/journal.ts';
import { waitFor } from '../time/wait.ts';
import { isOurCommand } from '../window/one-offs.ts';
import type { Recovery } from './recover.ts';

/** A pending build of that commit is cancelled and its end awaited; a pending release can only be awaited. */
export async function settleBuilds(run: Recovery, journal: Journal, onlyAwait: boolean): Promise<void> {
  const { closingHeroku: heroku, clock, log } = run.ports;
  const app = journal.app.name;
  const build = (await heroku.builds(app)).find(
    (one) => one.version === journal.commit && one.status === 'pending',
  );
  if (build !== undefined && onlyAwait) {
    log.info(`On ${app}, a build of ${journal.commit.slice(0, 8)} is pending; waiting for its end.`);
  } else if (build !== undefined) {
    log.info(`Cancelling the pending build of ${journal.commit.slice(0, 8)}.`);
    await heroku.cancelBuild(app, build.id);
  }
  await waitFor(
    async () => {
      const [builds, releases] = await Promise.all([heroku.builds(app), heroku.releases(app, { max: 5 })]);
      const pending = builds.some((one) => one.id === build?.id && one.status === 'pending');
      return pending || releases.some((one) => one.status === 'pending') ? undefined : true;
    },
    {
      clock,
      limit: run.budget.closing(),
      what: 'the builds and releases of the earlier run to end',
      slowdown: () => heroku.slowdown ?? 1,
    },
  );
}

/** A one-off dyno of the migration is awaited for as long as a migration may take. */
export async function settleDynos(run: Recovery, journal: Journal): Promise<void> {
  const { closingHeroku: heroku, clock, log } = run.ports;
  const app = journal.app.name;
  if (!journal.migrates) return;
  const ours = async (): Promise<readonly string[]> =>
    (await heroku.dynos(app))
      .filter((dyno) => dyno.type === 'run' && isOurCommand(dyno.command))
      .map((dyno) => dyno.name);
  const names = await ours();
  if (names.length === 0) return;
  log.info(`Waiting for ${names.join(', ')}, the migration of the earlier run, to end.`);
  await waitFor(async () => ((await ours()).length === 0 ? true : undefined), {
    clock,
    limit: run.budget.limit({ ms: run.settings['migrate-timeout'], parameter: 'migrate-timeout' }),
    what: 'the earlier run’s migration to end',
    slowdown: () => heroku.slowdown ?? 1,
  });
}
