/**
 * A refusal in the form in which the Platform API sends it: `{"id": …, "message": …}` with a status
 * (Dev Center: Platform API reference, error responses).
 */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';

  constructor(
    readonly status: number,
    readonly id: string,
    message: string,
    /** Further fields of the body, such as `resource`. */
    readonly fields: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export function badRequest(message: string): PlatformError {
  return new PlatformError(400, 'bad_request', message);
}

export function unauthorized(message = 'Invalid credentials provided.'): PlatformError {
  return new PlatformError(401, 'unauthorized', message);
}

export function forbidden(message: string): PlatformError {
  return new PlatformError(403, 'forbidden', message);
}

/** The API's answer for something that is not there, or that the caller may not see. */
export function notFound(resource: string, message = `Couldn't find that ${resource}.`): PlatformError {
  return new PlatformError(404, 'not_found', message, { resource });
}

export function conflict(message: string): PlatformError {
  return new PlatformError(409, 'conflict', message);
}

export function invalidParams(message: string): PlatformError {
  return new PlatformError(422, 'invalid_params', message);
}

export function rangeNotSatisfiable(message: string): PlatformError {
  return new PlatformError(416, 'requested_range_not_satisfiable', message);
}
