import { Failure } from '../errors.ts';
import type { Run } from '../deployment/deploy-state.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import type { Release } from '../ports/heroku.ts';
import { waitFor } from '../time/wait.ts';

/**
 * Releases the slug from before with today's config vars, and judges that release like any other. Heroku's
 * own rollback would bring the old config vars back too (Dev Center: Releases).
 * @throws Failure when there is no earlier slug, or its release does not succeed.
 */
export async function releaseEarlierCode(
  run: Pick<Run, 'ports' | 'budget'>,
  journal: JournalKeeper,
): Promise<Release> {
  const { closingHeroku: heroku, clock, log } = run.ports;
  const { app, found } = journal.current;
  if (found.slugId === null || found.release === null) {
    throw new Failure({ what: `There is no code from before this deployment on ${app.name} to go back to.` });
  }
  const current = await heroku.currentRelease(app.name);
  // A release that failed never became current, so the code from before is there already.
  if (current?.id === found.release.id) return current;
  log.info(`Releasing the code of v${found.release.version} on ${app.name} again.`);
  const created = await heroku.createRelease(app.name, {
    slugId: found.slugId,
    description: `Put back the code of v${found.release.version}`,
  });
  await journal.knowRelease(created.id);
  const settled = await waitFor(
    async () => {
      const now = await heroku.release(app.name, created.id);
      return now.status === 'pending' || (now.status === 'succeeded' && !now.current) ? undefined : now;
    },
    {
      clock,
      limit: run.budget.closing(),
      what: `the code of v${found.release.version} to be released again`,
      slowdown: () => heroku.slowdown ?? 1,
    },
  );
  if (settled.status !== 'succeeded') {
    throw new Failure({
      what: `v${settled.version}, with the code of v${found.release.version}, ended ${settled.status}.`,
    });
  }
  return settled;
}
