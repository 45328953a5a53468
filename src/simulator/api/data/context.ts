import type { Request, Response } from 'express';
import { requireScope } from '../../platform/accounts.ts';
import { permissionsOf } from '../../platform/apps.ts';
import { PlatformError, forbidden, notFound } from '../../platform/errors.ts';
import type { Permission } from '../../platform/model.ts';
import type { Platform } from '../../platform/platform.ts';
import type { DatabaseAddOn } from '../../platform/transfers/index.ts';
import { callerOf, pathParameter } from '../context.ts';

/**
 * The database that the path names by its add-on's id or name.
 * @throws PlatformError 404 where the caller cannot see it or it is not there yet, 403 without the permission on
 * the app that pays for it.
 */
export function databaseOf(
  platform: Platform,
  request: Request,
  response: Response,
  permission: Permission,
): DatabaseAddOn {
  const addOn = addOnOf(platform, request, response, permission);
  if (addOn.state !== 'provisioned') {
    throw notFound('database', `${addOn.name} is not yet provisioned.`);
  }
  return addOn;
}

/** As {@link databaseOf}, but one that is not there yet counts too. */
export function addOnOf(
  platform: Platform,
  request: Request,
  response: Response,
  permission: Permission,
): DatabaseAddOn {
  const { account } = checkScope(request, response);
  const addOn = platform.addOns.get(pathParameter(request, 'database'), account);
  if (!addOn.database) throw notFound('database', "Couldn't find that database.");
  if (permission !== 'view' && !permissionsOf(addOn.app, account).includes(permission)) {
    throw forbidden(`You need the permission ${permission} on the app ${addOn.app.name} to do this.`);
  }
  return addOn as DatabaseAddOn;
}

export function checkScope(request: Request, response: Response) {
  const caller = callerOf(response);
  requireScope(caller, request.method === 'GET' ? 'read' : 'write');
  return caller;
}

/** Refuses what the data API cannot do with what it is given. */
export function unprocessable(message: string): PlatformError {
  return new PlatformError(422, 'unprocessable_entity', message);
}

/** Times in the data API, such as `2026-01-02 03:04:05 +0000`. */
export function dataTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} +0000`;
}
