import { pipeline } from 'node:stream/promises';
import { create } from 'tar';
import { notFound } from '../platform/errors.ts';
import { stackReference } from './apps.ts';
import type { Platform } from '../platform/platform.ts';
import type { Family, Routes } from './context.ts';
import { appOf, endpoint, pathParameter, timestamp } from './context.ts';

/** Slugs: what a build made. */
export const slugsFamily: Family = (routes, platform) => {
  routes.get(
    '/apps/:app/slugs/:slug',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      const slug = app.slugs.find(({ id }) => id === pathParameter(request, 'slug'));
      if (!slug) throw notFound('slug');
      response.json({
        id: slug.id,
        blob: { method: 'GET', url: `${platform.addresses.api}/_slugs/${slug.id}.tgz` },
        buildpack_provided_description: 'Procfile',
        checksum: null,
        commit: slug.commit,
        commit_description: null,
        created_at: timestamp(slug.createdAt),
        deleted_at: null,
        process_types: slug.processTypes,
        size: slug.size,
        stack: stackReference(slug.stack),
        updated_at: timestamp(slug.createdAt),
      });
    }),
  );
};

/** Serves a slug as an archive with the app in `./app`, as Heroku packs slugs; the id in the address is its key. */
export function addSlugStorage(routes: Routes, platform: Platform): void {
  routes.get(
    '/_slugs/:slug.tgz',
    endpoint(async (request, response) => {
      const id = pathParameter(request, 'slug');
      const slug = platform.apps.all.flatMap(({ slugs }) => slugs).find((each) => each.id === id);
      if (!slug) throw notFound('slug');
      response.type('application/gzip');
      await pipeline(create({ gzip: true, cwd: slug.directory, prefix: './app' }, ['.']), response);
    }),
  );
}
