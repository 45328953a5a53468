import { notFound } from '../platform/errors.ts';
import { stackReference } from './apps.ts';
import type { Family } from './context.ts';
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
        blob: { method: 'GET', url: `${platform.addresses.api}/slugs/${slug.id}.tgz` },
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
