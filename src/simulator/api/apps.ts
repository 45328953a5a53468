import { requireScope } from '../platform/accounts.ts';
import { invalidParams, notFound } from '../platform/errors.ts';
import { idFor } from '../platform/ids.ts';
import type { App } from '../platform/model.ts';
import type { Platform } from '../platform/platform.ts';
import type { Family } from './context.ts';
import {
  appOf,
  bodyOf,
  callerOf,
  endpoint,
  objectField,
  pathParameter,
  textField,
  timestamp,
} from './context.ts';
import { sendList } from './lists.ts';

/** Apps: list, create, info, maintenance and rename, delete; and the filter that turns ids into apps. */
export const appsFamily: Family = (routes, platform) => {
  const fields = { id: (app: App) => app.id, name: (app: App) => app.name };
  routes.get(
    '/apps',
    endpoint((request, response) => {
      const caller = callerOf(response);
      requireScope(caller, 'read');
      const visible = platform.apps.visibleTo(caller.account);
      sendList(request, response, visible, fields, (app) => appBody(platform, app));
    }),
  );
  // Where the Heroku CLI lists the apps that an account owns or works on.
  routes.get(
    '/users/:user/apps',
    endpoint((request, response) => {
      const caller = callerOf(response);
      requireScope(caller, 'read');
      const { id, email } = caller.account;
      if (!['~', id, email].includes(pathParameter(request, 'user'))) throw notFound('user');
      const visible = platform.apps.visibleTo(caller.account);
      sendList(request, response, visible, fields, (app) => appBody(platform, app));
    }),
  );
  routes.post(
    '/apps',
    endpoint((request, response) => {
      const caller = callerOf(response);
      requireScope(caller, 'write');
      const body = bodyOf(request);
      const name = textField(body, 'name');
      const stack = textField(body, 'stack');
      const app = platform.apps.create(caller.account, {
        ...(name === undefined ? {} : { name }),
        ...(stack === undefined ? {} : { stack }),
        region: regionOf(textField(body, 'region')),
      });
      response.status(201).json(appBody(platform, app));
    }),
  );
  routes.get(
    '/apps/:app',
    endpoint((request, response) => {
      response.json(appBody(platform, appOf(platform, request, response, 'view')));
    }),
  );
  routes.patch(
    '/apps/:app',
    endpoint(async (request, response) => {
      const body = bodyOf(request);
      const name = textField(body, 'name');
      const app = appOf(platform, request, response, name === undefined ? 'operate' : 'manage');
      const { maintenance } = body;
      if (maintenance !== undefined && typeof maintenance !== 'boolean') {
        throw invalidParams('maintenance must be true or false.');
      }
      const buildStack = textField(body, 'build_stack');
      if (name !== undefined) await platform.rename(app, name);
      if (buildStack !== undefined) platform.describeApp(app, { buildStack: stackOf(buildStack) });
      if (maintenance !== undefined) platform.setMaintenance(app, maintenance);
      response.json(appBody(platform, app));
    }),
  );
  routes.delete(
    '/apps/:app',
    endpoint(async (request, response) => {
      const app = appOf(platform, request, response, 'manage');
      const body = appBody(platform, app);
      await platform.remove(app);
      response.json(body);
    }),
  );
  routes.post(
    '/filters/apps',
    endpoint((request, response) => {
      const caller = callerOf(response);
      requireScope(caller, 'read');
      const { id } = objectField(bodyOf(request), 'in');
      if (!Array.isArray(id)) throw invalidParams('in.id must be a list of app ids.');
      const found = platform.apps.visibleTo(caller.account).filter((app) => id.includes(app.id));
      sendList(request, response, found, fields, (app) => appBody(platform, app));
    }),
  );
};

function regionOf(identity: string | undefined): 'us' | 'eu' {
  if (identity === undefined || identity === 'us' || identity === idFor('region', 'us')) return 'us';
  if (identity === 'eu' || identity === idFor('region', 'eu')) return 'eu';
  throw invalidParams(`Region ${identity} is not available: the local Heroku has us and eu.`);
}

/** The stacks there are (Dev Center: stacks). */
const stacks = ['heroku-22', 'heroku-24', 'container', 'cnb'];

function stackOf(identity: string): string {
  const found = stacks.find((stack) => identity === stack || identity === idFor('stack', stack));
  if (!found) throw invalidParams(`Couldn't find that stack (${identity}): there are ${stacks.join(', ')}.`);
  return found;
}

/** The fields by which other objects refer to an app. */
export function appReference(app: App): { id: string; name: string } {
  return { id: app.id, name: app.name };
}

export function stackReference(stack: string): { id: string; name: string } {
  return { id: idFor('stack', stack), name: stack };
}

/** An app of Fir, or of the stack `container`, is made of images: its builds and releases name no slug. */
export function slugReference(app: App, slug: { readonly id: string } | null): { id: string } | null {
  const image = app.generation === 'fir' || app.stack === 'container';
  return slug === null || image ? null : { id: slug.id };
}

export function appBody(platform: Platform, app: App): unknown {
  const { slug } = app.current;
  return {
    id: app.id,
    name: app.name,
    acm: false,
    archived_at: null,
    build_stack: stackReference(app.buildStack),
    buildpack_provided_description: slug ? 'Procfile' : null,
    created_at: timestamp(app.createdAt),
    generation: { id: idFor('generation', app.generation), name: app.generation },
    git_url: platform.gitUrl(app),
    internal_routing: app.space ? false : null,
    maintenance: app.maintenance,
    organization: null,
    owner: { id: app.owner.id, email: app.owner.email },
    region: { id: idFor('region', app.region), name: app.region },
    released_at: app.releasedAt ? timestamp(app.releasedAt) : null,
    repo_size: null,
    slug_size: slug?.size ?? null,
    space: app.space ? { id: idFor('space', app.space.name), ...app.space } : null,
    stack: stackReference(app.stack),
    team: null,
    updated_at: timestamp(app.updatedAt),
    web_url: platform.webUrl(app),
  };
}
