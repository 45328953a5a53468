import type { Release } from '../ports/heroku.ts';
import type { Api } from './api.ts';
import { createOnce } from './create-once.ts';
import { isDescending, releasesNewestFirst } from './newest-first.ts';
import { appPath } from './paths.ts';
import { releaseShape } from './shapes.ts';

/** The largest page that Heroku gives (Dev Center: Platform API Reference, ranges). */
const LARGEST_PAGE = 1000;
/** Failed releases in a row are few: the one that runs is nearly always on the first page. */
const CURRENT_PAGE = 20;

function newestFirst(max: number): { range: string } {
  return { range: `version ..; order=desc, max=${max}` };
}

/**
 * The app's releases, newest first, though Heroku's own order is the oldest first.
 * `max`: how many at the most; all of them when it is absent.
 */
export async function listReleases(api: Api, app: string, max?: number): Promise<Release[]> {
  const rows: Release[] = [];
  const range = newestFirst(Math.min(max ?? LARGEST_PAGE, LARGEST_PAGE));
  for await (const page of api.pages(appPath(app, 'releases'), releaseShape, range)) {
    rows.push(...page);
    // A server that ignores the order has the newest on its last page.
    if (max !== undefined && rows.length >= max && isDescending(rows)) break;
  }
  return releasesNewestFirst(rows).slice(0, max);
}

/** The release that runs. A failed one is newer and not current, so the newest is not the answer. */
export async function findCurrentRelease(api: Api, app: string): Promise<Release | undefined> {
  for await (const page of api.pages(appPath(app, 'releases'), releaseShape, newestFirst(CURRENT_PAGE))) {
    const current = page.find((release) => release.current);
    if (current) return current;
  }
  return undefined;
}

/**
 * Puts a slug on the app as a new release, once; with `rollbackTo`, the id of the release that has it, by
 * Heroku's own rollback.
 * `email`: whom the key belongs to, where that can be known.
 */
export async function createRelease(
  api: Api,
  app: string,
  release: { slugId: string; description: string; rollbackTo?: string },
  email: () => Promise<string | undefined>,
): Promise<Release> {
  const [newest] = await listReleases(api, app, 1);
  const path = appPath(app, 'releases');
  const { slugId: slug, description, rollbackTo } = release;
  const body = rollbackTo === undefined ? { slug, description } : { release: rollbackTo };
  return createOnce(
    {
      noun: 'release',
      send: () => api.call({ method: 'POST', path, body, answer: releaseShape }),
      find: async () => {
        const owner = await email();
        const rows = await listReleases(api, app, CURRENT_PAGE);
        const ours = rows.filter(
          (row) =>
            row.version > (newest?.version ?? 0) &&
            row.slugId === release.slugId &&
            (owner === undefined || row.userEmail === owner),
        );
        return ours.find((row) => row.description === release.description) ?? ours[0];
      },
    },
    api.options,
  );
}
