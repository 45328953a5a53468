import { addCollaborator, findCollaborator, removeCollaborator } from '../platform/collaborators.ts';
import { invalidParams } from '../platform/errors.ts';
import type { App, Collaborator } from '../platform/model.ts';
import { appReference } from './apps.ts';
import type { Family } from './context.ts';
import { appOf, bodyOf, endpoint, pathParameter, textField, timestamp } from './context.ts';
import { sendList } from './lists.ts';

/** Collaborators of an app and their permissions. */
export const collaboratorsFamily: Family = (routes, platform) => {
  routes.get(
    '/apps/:app/collaborators',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      const fields = {
        email: ({ account }: Collaborator) => account.email,
        id: ({ id }: Collaborator) => id,
      };
      sendList(request, response, app.collaborators, fields, (each) => collaboratorBody(app, each));
    }),
  );
  routes.post(
    '/apps/:app/collaborators',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'manage');
      const identity = textField(bodyOf(request), 'user');
      const account = identity === undefined ? undefined : platform.accounts.byEmail(identity);
      if (!account) throw invalidParams(`Couldn't find that user (${identity ?? 'user is missing'}).`);
      response.status(201).json(collaboratorBody(app, addCollaborator(app, account)));
    }),
  );
  routes.get(
    '/apps/:app/collaborators/:collaborator',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      response.json(collaboratorBody(app, findCollaborator(app, pathParameter(request, 'collaborator'))));
    }),
  );
  routes.delete(
    '/apps/:app/collaborators/:collaborator',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'manage');
      response.json(collaboratorBody(app, removeCollaborator(app, pathParameter(request, 'collaborator'))));
    }),
  );
};

function collaboratorBody(
  app: App,
  { id, account, permissions, createdAt, updatedAt }: Collaborator,
): unknown {
  return {
    id,
    app: appReference(app),
    created_at: timestamp(createdAt),
    permissions: permissions.map((name) => ({ name, description: `Can ${name} the app.` })),
    role: account === app.owner ? 'owner' : 'collaborator',
    updated_at: timestamp(updatedAt),
    user: { id: account.id, email: account.email, federated: false },
  };
}
