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
  const { closingHeroku: heroku } = run.ports;
  const { app, found } = journal.current;
  if (found.slugId === null || found.release === null) {
    throw new Failure({ what: `There is no code from before this deployment on ${app.name} to go back to.` });
  }
  const current = await heroku.currentRelease(app.name);
  // A release that failed never became current, so the code from before is there already.
  if (current?.id === found.release.id) return current;
  const { version } = found.release;
  return releaseAgain(run, app.name, { slugId: found.slugId, version }, (id) => journal.knowRelease(id));
}

/**
 * Releases code that the app had before, and judges that release like any other: its slug with today's config
 * vars or, with `rollbackTo`, that very release as Heroku itself would bring it back.
 * @throws Failure when its release does not succeed.
 */
export async function releaseAgain(
  run: Pick<Run, 'ports' | 'budget'>,
  app: string,
  code: { readonly slugId: string; readonly version: number; readonly rollbackTo?: string },
  know?: (releaseId: string) => Promise<void>,
): Promise<Release> {
  const { closingHeroku: heroku, clock, log } = run.ports;
  const { version, ...slug } = code;
  log.info(`Releasing the code of v${version} on ${app} again.`);
  const description = `${slug.rollbackTo === undefined ? 'Put back the code of' : 'Rollback to'} v${version}`;
  const created = await heroku.createRelease(app, { ...slug, description });
  await know?.(created.id);
  const settled = await waitFor(
    async () => {
      const now = await heroku.release(app, created.id);
      return now.status === 'pending' || (now.status === 'succeeded' && !now.current) ? undefined : now;
    },
    {
      clock,
      limit: run.budget.closing(),
      what: `the code of v${version} to be released again`,
      slowdown: () => heroku.slowdown ?? 1,
    },
  );
  if (settled.status !== 'succeeded') {
    throw new Failure({
      what: `v${settled.version}, with the code of v${version}, ended ${settled.status}.`,
    });
  }
  return settled;
}
