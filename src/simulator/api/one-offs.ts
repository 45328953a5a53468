import type { Request } from 'express';
import { forbidden, invalidParams } from '../platform/errors.ts';
import { permissionsOf } from '../platform/apps.ts';
import type { OneOffRequest } from '../platform/one-offs/index.ts';
import type { Family } from './context.ts';
import { appOf, bodyOf, callerOf, endpoint, objectField, textField } from './context.ts';
import { dynoBody } from './dynos.ts';

/** One-off dynos: a command to run, attached to or not. Everything else about them is as for other dynos. */
export const oneOffsFamily: Family = (routes, platform) => {
  routes.post(
    '/apps/:app/dynos',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      const { account } = callerOf(response);
      // Either permission will do (Dev Center: app permissions and allowed actions).
      if (!permissionsOf(app, account).some((held) => held === 'deploy' || held === 'operate')) {
        throw forbidden(`You need the permission deploy or operate on the app ${app.name} to do this.`);
      }
      const dyno = platform.oneOffs.create(app, account, parse(request));
      response.status(201).json(dynoBody(app, dyno, dyno.attachUrl));
    }),
  );
};

/** `force_no_tty` changes nothing: there are no terminals here. @throws PlatformError 422. */
function parse(request: Request): OneOffRequest {
  const body = bodyOf(request);
  const command = textField(body, 'command');
  if (command === undefined) throw invalidParams('command is missing.');
  const size = textField(body, 'size');
  const type = textField(body, 'type');
  const attach = booleanField(body, 'attach');
  booleanField(body, 'force_no_tty');
  const timeToLive = body['time_to_live'];
  if (timeToLive !== undefined && timeToLive !== null && typeof timeToLive !== 'number') {
    throw invalidParams('time_to_live must be a number of seconds.');
  }
  return {
    command,
    env: parseEnv(objectField(body, 'env')),
    ...(attach === undefined ? {} : { attach }),
    ...(size === undefined ? {} : { size }),
    ...(type === undefined ? {} : { type }),
    ...(typeof timeToLive === 'number' ? { timeToLive } : {}),
  };
}

/** The CLI sends `COLUMNS` and `LINES` as numbers, where it has a terminal. */
function parseEnv(env: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => {
      if (typeof value !== 'string' && typeof value !== 'number') {
        throw invalidParams(`env.${name} must be a string.`);
      }
      return [name, String(value)];
    }),
  );
}

function booleanField(body: Record<string, unknown>, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw invalidParams(`${name} must be true or false.`);
  return value;
}
