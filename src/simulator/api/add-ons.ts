import type { Family } from './context.ts';
import { appOf, endpoint } from './context.ts';
import { sendList } from './lists.ts';

/** Add-ons. Apps here have none; that they have none is asked, by the Heroku CLI's `apps:info` for one. */
export const addOnsFamily: Family = (routes, platform) => {
  routes.get(
    '/apps/:app/addons',
    endpoint((request, response) => {
      appOf(platform, request, response, 'view');
      sendList<{ id: string }>(request, response, [], { id: ({ id }) => id }, (addOn) => addOn);
    }),
  );
};
