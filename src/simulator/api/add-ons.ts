import type { Request, Response } from 'express';
import { requireScope } from '../platform/accounts.ts';
import type { AddOn } from '../platform/add-ons/index.ts';
import { resolveAddOns } from '../platform/add-ons/index.ts';
import { invalidParams } from '../platform/errors.ts';
import type { Platform } from '../platform/platform.ts';
import { addOnBody } from './add-on-bodies.ts';
import type { Family } from './context.ts';
import { appOf, bodyOf, callerOf, endpoint, objectField, pathParameter, textField } from './context.ts';
import { sendList } from './lists.ts';

/** Add-ons: list, info, resolution; create, change the plan, destroy. */
export const addOnsFamily: Family = (routes, platform) => {
  const { addOns } = platform;
  const fields = { id: ({ id }: AddOn) => id, name: ({ name }: AddOn) => name };
  const list = (request: Request, response: Response, all: readonly AddOn[]) =>
    sendList(request, response, all, fields, (addOn) => addOnBody(platform, request, addOn));
  routes.get(
    '/addons',
    endpoint((request, response) => {
      const { account } = readerOf(response);
      list(
        request,
        response,
        addOns.all.filter((addOn) => addOns.isVisible(addOn, account)),
      );
    }),
  );
  routes.get(
    '/addons/:addon',
    endpoint((request, response) => {
      const addOn = addOns.get(pathParameter(request, 'addon'), readerOf(response).account);
      response.json(addOnBody(platform, request, addOn));
    }),
  );
  routes.get(
    '/apps/:app/addons',
    endpoint((request, response) => {
      list(request, response, addOns.of(appOf(platform, request, response, 'view')));
    }),
  );
  routes.get(
    '/apps/:app/addons/:addon',
    endpoint((request, response) => {
      appOf(platform, request, response, 'view');
      response.json(addOnBody(platform, request, addOnOfApp(platform, request, response)));
    }),
  );
  routes.post(
    '/apps/:app/addons',
    endpoint(async (request, response) => {
      const app = appOf(platform, request, response, 'operate');
      const body = bodyOf(request);
      const addOn = await addOns.create(app, callerOf(response).account, {
        plan: referenceField(body, 'plan') ?? '',
        name: textField(body, 'name'),
        attachment: textField(objectField(body, 'attachment'), 'name'),
      });
      response.status(201).json(addOnBody(platform, request, addOn));
    }),
  );
  routes.patch(
    '/apps/:app/addons/:addon',
    endpoint((request, response) => {
      appOf(platform, request, response, 'operate');
      const addOn = addOnOfApp(platform, request, response);
      addOns.changePlan(addOn, referenceField(bodyOf(request), 'plan') ?? '');
      response.json(addOnBody(platform, request, addOn));
    }),
  );
  routes.delete(
    '/apps/:app/addons/:addon',
    endpoint(async (request, response) => {
      appOf(platform, request, response, 'operate');
      const addOn = addOnOfApp(platform, request, response);
      await addOns.destroy(addOn, callerOf(response).account, bodyOf(request)['force'] === true);
      response.json(addOnBody(platform, request, addOn));
    }),
  );
  routes.post(
    '/actions/addons/resolve',
    endpoint((request, response) => {
      const { account } = readerOf(response);
      const body = bodyOf(request);
      const found = resolveAddOns(addOns, account, {
        identity: textField(body, 'addon') ?? '',
        app: appField(platform, response, body),
        service: textField(body, 'addon_service'),
      });
      response.json(found.map((addOn) => addOnBody(platform, request, addOn)));
    }),
  );
};

/** Who asks, and may read. @throws PlatformError 403. */
export function readerOf(response: Response) {
  const caller = callerOf(response);
  requireScope(caller, 'read');
  return caller;
}

/** A field that names something by id or name, or as an object with one of them. @throws PlatformError 422. */
export function referenceField(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  if (typeof value !== 'object' || value === null) return textField(body, name);
  const reference = objectField(body, name);
  const found = textField(reference, 'id') ?? textField(reference, 'name');
  if (found === undefined) throw invalidParams(`${name} needs an id or a name.`);
  return found;
}

/** The app that a body names, where it names one. @throws PlatformError 404. */
export function appField(platform: Platform, response: Response, body: Record<string, unknown>) {
  const name = referenceField(body, 'app');
  return name === undefined ? undefined : platform.apps.forCaller(callerOf(response), name, 'view');
}

/** The add-on that the path names, which the app that the path names pays for or is attached to. */
function addOnOfApp(platform: Platform, request: Request, response: Response): AddOn {
  return resolveAddOns(platform.addOns, callerOf(response).account, {
    identity: pathParameter(request, 'addon'),
    app: platform.apps.get(pathParameter(request, 'app')),
    service: undefined,
  })[0] as AddOn;
}
