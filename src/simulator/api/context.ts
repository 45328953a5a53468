import type { Request, RequestHandler, Response, Router } from 'express';
import type { Caller } from '../platform/accounts.ts';
import { requireScope } from '../platform/accounts.ts';
import { badRequest, invalidParams } from '../platform/errors.ts';
import type { App, Permission, Scope } from '../platform/model.ts';
import type { Platform } from '../platform/platform.ts';

/** Adds one family's endpoints to the API. */
export type Family = (routes: Routes, platform: Platform) => void;

/** What a family sees of express: routes only, not the application. */
export type Routes = Pick<Router, 'get' | 'post' | 'patch' | 'put' | 'delete'>;

export function setCaller(response: Response, caller: Caller): void {
  response.locals['caller'] = caller;
}

/** Who asks; set by the authentication that runs before every endpoint. */
export function callerOf(response: Response): Caller {
  return response.locals['caller'] as Caller;
}

/** The value of a path parameter. */
export function pathParameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

/**
 * The app that the path names.
 * @throws PlatformError 404 where the caller cannot see it, 403 without the permission or the scope.
 */
export function appOf(
  platform: Platform,
  request: Request,
  response: Response,
  permission: Permission,
  scope: Scope = request.method === 'GET' ? 'read' : 'write',
): App {
  const caller = callerOf(response);
  const app = platform.apps.forCaller(caller, pathParameter(request, 'app'), permission);
  requireScope(caller, scope);
  return app;
}

/** The JSON object of the body; an empty body counts as an empty object. @throws PlatformError 400. */
export function bodyOf(request: Request): Record<string, unknown> {
  const body: unknown = request.body ?? {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('The request body must be a JSON object.');
  }
  return body as Record<string, unknown>;
}

/** A text field; undefined where it is missing or null. @throws PlatformError 422. */
export function textField(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidParams(`${name} must be a string.`);
  return value;
}

/** A field that holds an object; an empty one where it is missing or null. @throws PlatformError 422. */
export function objectField(body: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = body[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidParams(`${name} must be an object.`);
  return value as Record<string, unknown>;
}

/** Lets an async endpoint's failure reach the error handler, which express 5 does by itself. */
export function endpoint(
  handle: (request: Request, response: Response) => Promise<void> | void,
): RequestHandler {
  return async (request, response) => {
    await handle(request, response);
  };
}

/** Times in the API have whole seconds. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
