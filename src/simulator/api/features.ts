import { invalidParams } from '../platform/errors.ts';
import { findFeature } from '../platform/features.ts';
import type { AppFeature } from '../platform/model.ts';
import type { Family } from './context.ts';
import { appOf, bodyOf, endpoint, pathParameter, timestamp } from './context.ts';
import { sendList } from './lists.ts';

/** App features such as preboot: list, info, on and off. */
export const featuresFamily: Family = (routes, platform) => {
  routes.get(
    '/apps/:app/features',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      const fields = { id: ({ id }: AppFeature) => id, name: ({ name }: AppFeature) => name };
      sendList(request, response, app.features, fields, featureBody);
    }),
  );
  routes.get(
    '/apps/:app/features/:feature',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      response.json(featureBody(findFeature(app, pathParameter(request, 'feature'))));
    }),
  );
  routes.patch(
    '/apps/:app/features/:feature',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'operate');
      const feature = findFeature(app, pathParameter(request, 'feature'));
      const { enabled } = bodyOf(request);
      if (typeof enabled !== 'boolean') throw invalidParams('enabled must be true or false.');
      platform.setFeature(app, feature.name, enabled);
      response.json(featureBody(feature));
    }),
  );
};

function featureBody(feature: AppFeature): unknown {
  return {
    id: feature.id,
    name: feature.name,
    created_at: timestamp(feature.createdAt),
    description: feature.description,
    display_name: feature.name,
    doc_url: `https://devcenter.heroku.com/articles/${feature.name}`,
    enabled: feature.enabled,
    feedback_email: 'feedback@heroku.com',
    state: feature.state,
    updated_at: timestamp(feature.updatedAt),
  };
}
