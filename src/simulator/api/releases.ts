import { permissionsOf } from '../platform/apps.ts';
import { invalidParams, notFound } from '../platform/errors.ts';
import type { App, Release, SlugRecord } from '../platform/model.ts';
import type { Platform } from '../platform/platform.ts';
import { eligibleForRollback } from '../platform/releases.ts';
import { appReference, slugReference } from './apps.ts';
import type { Family } from './context.ts';
import { appOf, bodyOf, callerOf, endpoint, pathParameter, textField, timestamp } from './context.ts';
import { sendList } from './lists.ts';
import { streamUrl } from './streams.ts';

/** Releases: list, info, config vars at that time; rollback and release of a slug. */
export const releasesFamily: Family = (routes, platform) => {
  routes.get(
    '/apps/:app/releases',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      const fields = { version: ({ version }: Release) => version, id: ({ id }: Release) => id };
      sendList(request, response, app.releases, fields, (release) => releaseBody(platform, app, release));
    }),
  );
  routes.get(
    '/apps/:app/releases/:release',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      const release = platform.releases.get(app, pathParameter(request, 'release'));
      response.json(releaseBody(platform, app, release));
    }),
  );
  routes.get(
    '/apps/:app/releases/:release/config-vars',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'operate', 'read-protected');
      response.json(platform.releases.get(app, pathParameter(request, 'release')).configVars);
    }),
  );
  routes.post(
    '/apps/:app/releases',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'deploy');
      const release = createRelease(platform, app, callerOf(response).account, bodyOf(request));
      response.status(201).json(releaseBody(platform, app, release));
    }),
  );
};

function createRelease(
  platform: Platform,
  app: App,
  account: Release['account'],
  body: Record<string, unknown>,
): Release {
  const target = textField(body, 'release');
  if (target !== undefined) return platform.releases.rollback(app, account, target);
  const slugId = textField(body, 'slug');
  if (slugId === undefined) throw invalidParams('A release needs a slug, or a release to roll back to.');
  const slug = findSlug(platform, app, account, slugId);
  return platform.releases.deploy(app, account, slug, textField(body, 'description'));
}

/**
 * A slug of the app, or of another app that the account sees (Dev Center: Platform API, copying slugs between
 * apps). Fir has images instead of slugs.
 */
function findSlug(platform: Platform, app: App, account: Release['account'], id: string): SlugRecord {
  const isSeen = (other: App) => other === app || permissionsOf(other, account).includes('view');
  const found = platform.apps.all
    .filter(isSeen)
    .flatMap(({ slugs }) => slugs)
    .find((slug) => slug.id === id);
  if (!found) throw notFound('slug');
  if ((found.stack === 'cnb') !== (app.generation === 'fir')) {
    throw invalidParams(
      `A slug of the stack ${found.stack} does not run on ${app.name}: it is a ${app.generation} app.`,
    );
  }
  return found;
}

export function releaseBody(platform: Platform, app: App, release: Release): unknown {
  const slug = slugReference(app, release.slug);
  return {
    id: release.id,
    version: release.version,
    status: release.status,
    current: release === app.current,
    description: release.description,
    addon_plan_names: release.addOnPlans,
    app: appReference(app),
    artifacts: slug ? [{ type: 'slug', id: slug.id }] : [],
    created_at: timestamp(release.createdAt),
    eligible_for_rollback: eligibleForRollback(release),
    output_stream_url: release.output ? streamUrl(platform, 'releases', release) : null,
    slug,
    updated_at: timestamp(release.updatedAt),
    user: { id: release.account.id, email: release.account.email },
  };
}
