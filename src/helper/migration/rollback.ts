import { Failure } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Run } from '../deployment/deploy-state.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import type { Heroku, Release } from '../ports/heroku.ts';
import { waitFor } from '../time/wait.ts';

const PUT_BACK = 'Put back the code of';

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
  // Released again already, by this run before a fault or by the one that it recovers.
  if (current !== undefined && isPutBack(current, journal.current)) {
    await journal.knowRelease(current.id);
    return current;
  }
  const { version } = found.release;
  return releaseAgain(run, app.name, { slugId: found.slugId, version }, (id) => journal.knowRelease(id));
}

/** Whether a release is {@link releaseEarlierCode}'s, though its run may have been killed before it knew. */
export function isPutBack({ slugId, description }: Release, { found }: Journal): boolean {
  return slugId === found.slugId && description === `${PUT_BACK} v${found.release?.version ?? ''}`;
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
  const description = `${slug.rollbackTo === undefined ? PUT_BACK : 'Rollback to'} v${version}`;
  const created = await heroku.createRelease(app, { ...slug, description });
  await know?.(created.id);
  const settled = await waitFor(
    async () => {
      const now = await heroku.release(app, created.id);
      if (now.status === 'succeeded' && !now.current) await requireNotOvertaken(heroku, app, now);
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

/** @throws Failure where somebody released after us: ours never becomes current again by itself. */
async function requireNotOvertaken(heroku: Heroku, app: string, ours: Release): Promise<void> {
  const current = await heroku.currentRelease(app);
  if (current === undefined || current.version <= ours.version) return;
  throw new Failure({
    what: `Somebody else released v${current.version} on ${app} right after v${ours.version}: "${current.description}".`,
  });
}
