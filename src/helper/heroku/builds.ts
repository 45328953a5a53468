import type { Build, NewBuild } from '../ports/heroku.ts';
import type { Api } from './api.ts';
import { createOnce } from './create-once.ts';
import { HerokuApiError } from './heroku-api-error.ts';
import { buildsNewestFirst } from './newest-first.ts';
import { appPath } from './paths.ts';
import { buildShape } from './shapes.ts';

const LARGEST_PAGE = 1000;
/** More builds than start while one answer is lost. */
const RECENT = 50;

function newestFirst(max: number): { range: string } {
  return { range: `started_at ..; order=desc, max=${max}` };
}

/** All of the app's builds, newest first. */
export async function listBuilds(api: Api, app: string): Promise<Build[]> {
  const rows: Build[] = [];
  const pages = api.pages(appPath(app, 'builds'), buildShape, newestFirst(LARGEST_PAGE));
  for await (const page of pages) rows.push(...page);
  return buildsNewestFirst(rows);
}

export async function getBuild(api: Api, app: string, id: string): Promise<Build> {
  return api.call({ method: 'GET', path: appPath(app, 'builds', id), answer: buildShape });
}

/**
 * Cancels a pending build; a build that has ended is left alone.
 * @returns whether it was cancelled; true also where it came to a failure while the request was under way.
 */
export async function cancelBuild(api: Api, app: string, id: string): Promise<boolean> {
  if ((await getBuild(api, app, id)).status !== 'pending') return false;
  const path = appPath(app, 'builds', id);
  try {
    const build = await api.call({ method: 'DELETE', path, answer: buildShape, repeat: 'always' });
    return build.status !== 'succeeded';
  } catch (error) {
    if (!(error instanceof HerokuApiError) || error.status === 401) throw error;
    // It ended meanwhile, or an earlier try whose answer was lost has cancelled it, which fails a build.
    const { status } = await getBuild(api, app, id);
    if (status === 'pending') throw error;
    return status === 'failed';
  }
}

/**
 * Starts a build of an uploaded source, once.
 * `email`: whom the key belongs to, where that can be known.
 */
export async function createBuild(
  api: Api,
  app: string,
  build: NewBuild,
  email: () => Promise<string | undefined>,
): Promise<Build> {
  const path = appPath(app, 'builds');
  const recent = async (): Promise<Build[]> => {
    for await (const page of api.pages(path, buildShape, newestFirst(RECENT))) return buildsNewestFirst(page);
    return [];
  };
  const before = await recent();
  const known = new Set(before.map(({ id }) => id));
  const since = Date.parse(before[0]?.createdAt ?? '');
  const checksum = build.checksum.startsWith('SHA256:') ? build.checksum : `SHA256:${build.checksum}`;
  const { sourceUrl: url, version, versionDescription: version_description } = build;
  const body = { source_blob: { url, version, version_description, checksum } };
  return createOnce(
    {
      noun: 'build',
      send: () => api.call({ method: 'POST', path, body, answer: buildShape }),
      find: async () => {
        const owner = await email();
        return (await recent()).find(
          (row) =>
            !known.has(row.id) &&
            // Both times are Heroku's, so a clock that is off does not matter.
            !(Date.parse(row.createdAt) < since) &&
            row.version === build.version &&
            (owner === undefined || row.userEmail === owner),
        );
      },
    },
    api.options,
  );
}
