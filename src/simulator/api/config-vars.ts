import { invalidParams } from '../platform/errors.ts';
import type { Family } from './context.ts';
import { appOf, bodyOf, callerOf, endpoint } from './context.ts';

/** Config vars: all of them, and changes; each change that differs is a release. */
export const configVarsFamily: Family = (routes, platform) => {
  routes.get(
    '/apps/:app/config-vars',
    endpoint((request, response) => {
      response.json(appOf(platform, request, response, 'operate', 'read-protected').configVars);
    }),
  );
  routes.patch(
    '/apps/:app/config-vars',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'operate', 'write-protected');
      const wanted = parseConfigVars(bodyOf(request));
      const owned = platform.addOns.attachments.ownedVars(app);
      const refused = Object.keys(wanted).filter(
        (name) => owned.has(name) && wanted[name] !== app.configVars[name],
      );
      if (refused.length > 0)
        throw invalidParams(`Cannot overwrite attachment values ${refused.join(', ')}.`);
      platform.releases.configure(app, callerOf(response).account, wanted);
      response.json(app.configVars);
    }),
  );
};

/** Names and values as the API takes them; null removes. @throws PlatformError 422. */
export function parseConfigVars(body: Record<string, unknown>): Record<string, string | null> {
  for (const [name, value] of Object.entries(body)) {
    if (!/^\w+$/.test(name)) throw invalidParams(`${name} is no name of a config var.`);
    if (value !== null && typeof value !== 'string') throw invalidParams(`${name} must be a string or null.`);
  }
  return body as Record<string, string | null>;
}
