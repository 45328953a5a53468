import type { Request, Response } from 'express';
import { requireScope } from '../platform/accounts.ts';
import type { Attachment } from '../platform/add-ons/index.ts';
import { resolveAttachments } from '../platform/add-ons/index.ts';
import { permissionsOf } from '../platform/apps.ts';
import { invalidParams, notFound } from '../platform/errors.ts';
import type { Account } from '../platform/model.ts';
import type { Platform } from '../platform/platform.ts';
import { appField, readerOf, referenceField } from './add-ons.ts';
import { attachmentBody } from './add-on-bodies.ts';
import type { Family } from './context.ts';
import { appOf, bodyOf, callerOf, endpoint, pathParameter, textField } from './context.ts';
import { sendList } from './lists.ts';

/** Add-on attachments: lists, info, resolution; attach and detach. */
export const addOnAttachmentsFamily: Family = (routes, platform) => {
  const { addOns } = platform;
  const { attachments } = addOns;
  const fields = { id: ({ id }: Attachment) => id, name: ({ name }: Attachment) => name };
  const list = (request: Request, response: Response, all: readonly Attachment[]) =>
    sendList(request, response, all, fields, (attachment) => attachmentBody(request, attachment));
  routes.get(
    '/addon-attachments',
    endpoint((request, response) => {
      const { account } = readerOf(response);
      list(
        request,
        response,
        attachments.all.filter((each) => isVisible(each, account)),
      );
    }),
  );
  routes.get(
    '/addon-attachments/:attachment',
    endpoint((request, response) => {
      readerOf(response);
      response.json(attachmentBody(request, attachmentOf(platform, request, response)));
    }),
  );
  routes.get(
    '/addons/:addon/addon-attachments',
    endpoint((request, response) => {
      const { account } = readerOf(response);
      const addOn = addOns.get(pathParameter(request, 'addon'), account);
      list(
        request,
        response,
        attachments.ofAddOn(addOn).filter((each) => isVisible(each, account)),
      );
    }),
  );
  routes.get(
    '/apps/:app/addon-attachments',
    endpoint((request, response) => {
      list(request, response, attachments.of(appOf(platform, request, response, 'view')));
    }),
  );
  routes.get(
    '/apps/:app/addon-attachments/:attachment',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      response.json(attachmentBody(request, attachments.get(app, pathParameter(request, 'attachment'))));
    }),
  );
  routes.post(
    '/addon-attachments',
    endpoint((request, response) => {
      const caller = callerOf(response);
      requireScope(caller, 'write');
      const body = bodyOf(request);
      const app = platform.apps.forCaller(caller, referenceField(body, 'app') ?? '', 'operate');
      const addOn = addOns.get(referenceField(body, 'addon') ?? '', caller.account);
      platform.apps.forCaller(caller, addOn.app.id, 'operate');
      if (textField(body, 'namespace') !== undefined) {
        throw invalidParams('The local Heroku has the default credential only: leave out namespace.');
      }
      const attachment = attachments.attach(app, caller.account, addOn, {
        name: textField(body, 'name'),
        confirm: textField(body, 'confirm'),
      });
      response.status(201).json(attachmentBody(request, attachment));
    }),
  );
  routes.delete(
    '/addon-attachments/:attachment',
    endpoint((request, response) => {
      const caller = callerOf(response);
      requireScope(caller, 'write');
      const attachment = attachmentOf(platform, request, response);
      platform.apps.forCaller(caller, attachment.app.id, 'operate');
      attachments.detach(attachment, caller.account);
      response.json(attachmentBody(request, attachment));
    }),
  );
  routes.post(
    '/actions/addon-attachments/resolve',
    endpoint((request, response) => {
      const { account } = readerOf(response);
      const body = bodyOf(request);
      const found = resolveAttachments(addOns, account, {
        identity: textField(body, 'addon_attachment') ?? '',
        app: appField(platform, response, body),
        service: textField(body, 'addon_service'),
      });
      response.json(found.map((attachment) => attachmentBody(request, attachment)));
    }),
  );
};

/** Whoever sees the billing app sees where else its add-ons are attached. */
function isVisible({ app, addOn }: Attachment, account: Account): boolean {
  return [app, addOn.app].some((each) => permissionsOf(each, account).includes('view'));
}

function attachmentOf(platform: Platform, request: Request, response: Response): Attachment {
  const id = pathParameter(request, 'attachment');
  const found = platform.addOns.attachments.all.find((each) => each.id === id);
  if (!found || !isVisible(found, callerOf(response).account)) {
    throw notFound('add_on attachment', "Couldn't find that add-on attachment.");
  }
  return found;
}
