import { invalidParams } from '../platform/errors.ts';
import type { App } from '../platform/model.ts';
import type { Family } from './context.ts';
import { appOf, bodyOf, endpoint } from './context.ts';

/** Buildpack installations: list and set. Builds here do without them; they are what an app says of itself. */
export const buildpacksFamily: Family = (routes, platform) => {
  routes.get(
    '/apps/:app/buildpack-installations',
    endpoint((request, response) => {
      response.json(installations(appOf(platform, request, response, 'view')));
    }),
  );
  routes.put(
    '/apps/:app/buildpack-installations',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'deploy');
      platform.describeApp(app, { buildpacks: parseUpdates(bodyOf(request)['updates']) });
      response.json(installations(app));
    }),
  );
};

function installations({ buildpacks }: App): unknown[] {
  return buildpacks.map((buildpack, ordinal) => ({
    ordinal,
    // Heroku's own have a urn besides their name.
    buildpack: { name: buildpack, url: buildpack.replace(/^heroku\/([\w-]+)$/, 'urn:buildpack:heroku/$1') },
  }));
}

/** @throws PlatformError 422. */
function parseUpdates(updates: unknown): string[] {
  if (!Array.isArray(updates)) throw invalidParams('updates must be a list of buildpacks.');
  return updates.map((update: { buildpack?: unknown } | null) => {
    if (typeof update?.buildpack !== 'string') throw invalidParams('Each update needs a buildpack.');
    return update.buildpack;
  });
}
