import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { keyOfHeader, requestsLeft, spendRequest } from '../platform/accounts.ts';
import { PlatformError, badRequest, notFound } from '../platform/errors.ts';
import type { Platform } from '../platform/platform.ts';
import { callerOf, setCaller } from './context.ts';

/** `application/vnd.heroku+json; version=3`, with a variant such as `3.sdk` that this API does not tell apart. */
const acceptedType = /^application\/vnd\.heroku\+json\s*;\s*version=3(\.[\w.-]+)?$/i;

export const requestId: RequestHandler = (_request, response, next) => {
  response.setHeader('Request-Id', randomUUID());
  next();
};

/** Without the version in the Accept header the API answers 406 (Dev Center: Platform API reference). */
export const acceptHeader: RequestHandler = (request, _response, next) => {
  const types = (request.headers.accept ?? '').split(',').map((type) => type.trim());
  if (types.some((type) => acceptedType.test(type))) return next();
  throw new PlatformError(
    406,
    'not_acceptable',
    "Please specify a version along with Heroku's API MIME type. For example, `Accept: application/vnd.heroku+json; version=3`.",
  );
};

export function authentication(platform: Platform): RequestHandler {
  return (request, response, next) => {
    setCaller(response, platform.accounts.authenticate(keyOfHeader(request.headers.authorization)));
    next();
  };
}

/** Every request costs one of the account's, but asking how many are left is free. */
export const rateLimit: RequestHandler = (request, response, next) => {
  const { rate } = callerOf(response).account;
  try {
    if (request.path !== '/account/rate-limits') spendRequest(rate);
  } finally {
    response.setHeader('RateLimit-Remaining', String(requestsLeft(rate)));
  }
  next();
};

export const unknownEndpoint: RequestHandler = () => {
  throw notFound(
    'endpoint',
    'The requested API endpoint was not found. Are you using the right HTTP verb (i.e. `GET` vs. `POST`), and did you specify your intended version with the `Accept` header?',
  );
};

/** Sends refusals in the API's form; anything else is this program's fault and says so. */
export const errorBody: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const refusal = asRefusal(error);
  response
    .status(refusal.status)
    .set(refusal.headers)
    .json({ ...refusal.fields, id: refusal.id, message: refusal.message });
};

function asRefusal(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const { type, message } = error as { type?: string; message?: string };
  if (type === 'entity.parse.failed') return badRequest('Unable to parse the JSON request body.');
  if (type?.startsWith('entity.') || type?.startsWith('encoding.')) return badRequest(message ?? type);
  return new PlatformError(
    500,
    'internal_server_error',
    `The local Heroku failed: ${message ?? String(error)}`,
  );
}
