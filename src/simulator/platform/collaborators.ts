import { touch } from './apps.ts';
import { invalidParams, notFound } from './errors.ts';
import { newId } from './ids.ts';
import type { Account, App, Collaborator, Permission } from './model.ts';
import { permissions } from './model.ts';

/**
 * Lets an account work on an app. Without a list of permissions it may do all but manage, like a
 * collaborator of a personal app.
 */
export function addCollaborator(app: App, account: Account, granted?: readonly Permission[]): Collaborator {
  const held = granted ?? permissions.filter((permission) => permission !== 'manage');
  const existing = app.collaborators.find((collaborator) => collaborator.account === account);
  const now = new Date();
  if (existing) {
    existing.permissions = held;
    existing.updatedAt = now;
    return existing;
  }
  const collaborator: Collaborator = {
    id: newId(),
    account,
    permissions: held,
    createdAt: now,
    updatedAt: now,
  };
  app.collaborators.push(collaborator);
  touch(app);
  return collaborator;
}

/** @throws PlatformError 404. */
export function findCollaborator(app: App, identity: string): Collaborator {
  const found = app.collaborators.find(
    ({ id, account }) => id === identity || account.email === identity || account.id === identity,
  );
  if (!found) throw notFound('collaborator');
  return found;
}

/** @throws PlatformError 422 for the owner, who cannot be removed. */
export function removeCollaborator(app: App, identity: string): Collaborator {
  const collaborator = findCollaborator(app, identity);
  if (collaborator.account === app.owner) throw invalidParams('The owner of an app cannot be removed.');
  app.collaborators.splice(app.collaborators.indexOf(collaborator), 1);
  touch(app);
  return collaborator;
}
