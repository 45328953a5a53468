import type { Request, Response } from 'express';
import { requireScope, type Caller } from '../platform/accounts.ts';
import { invalidParams, notFound } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { ApiKey, Scope } from '../platform/model.ts';
import type { Family } from './context.ts';
import { bodyOf, callerOf, endpoint, pathParameter, textField, timestamp } from './context.ts';
import { sendList } from './lists.ts';

const scopes: readonly Scope[] = ['global', 'identity', 'read', 'write', 'read-protected', 'write-protected'];

/** The OAuth authorizations behind an account's API keys: list, create, info and revoke (Dev Center: OAuth). */
export const authorizationsFamily: Family = (routes, platform) => {
  routes.get(
    '/oauth/authorizations',
    endpoint((request, response) => {
      const caller = callerOf(response);
      requireScope(caller, 'global');
      const fields = { id: ({ id }: ApiKey) => id };
      sendList(request, response, working(caller), fields, (key) => authorizationBody(caller, key));
    }),
  );
  routes.post(
    '/oauth/authorizations',
    endpoint((request, response) => {
      const caller = callerOf(response);
      requireScope(caller, 'global');
      const body = bodyOf(request);
      const description = textField(body, 'description');
      const { expires_in: expiresIn } = body;
      const made = platform.accounts.addKey(caller.account, {
        key: `HRKU-${newId()}`,
        scopes: scopesOf(body['scope']),
        ...(description === undefined ? {} : { description }),
        ...(typeof expiresIn === 'number' ? { expiresIn } : {}),
      });
      platform.changes.notify();
      response.status(201).json(authorizationBody(caller, made));
    }),
  );
  routes.get(
    '/oauth/authorizations/:authorization',
    endpoint((request, response) => {
      response.json(authorizationBody(callerOf(response), authorizationOf(request, response)));
    }),
  );
  routes.delete(
    '/oauth/authorizations/:authorization',
    endpoint((request, response) => {
      const found = authorizationOf(request, response);
      found.revoked = true;
      platform.changes.notify();
      response.json(authorizationBody(callerOf(response), found));
    }),
  );
};

function authorizationOf(request: Request, response: Response): ApiKey {
  const caller = callerOf(response);
  requireScope(caller, 'global');
  const found = working(caller).find(({ id }) => id === pathParameter(request, 'authorization'));
  if (!found) throw notFound('authorization');
  return found;
}

function scopesOf(value: unknown = ['global']): readonly Scope[] {
  if (!Array.isArray(value) || !value.every((each) => scopes.includes(each as Scope))) {
    throw invalidParams(`scope must be a list of ${scopes.join(', ')}.`);
  }
  return value as Scope[];
}

function working({ account }: Caller): ApiKey[] {
  return account.keys.filter(({ revoked }) => !revoked);
}

function authorizationBody({ account }: Caller, key: ApiKey): unknown {
  const left = key.expiresAt && Math.max(0, Math.round((key.expiresAt.getTime() - Date.now()) / 1000));
  return {
    id: key.id,
    access_token: { id: key.id, expires_in: left, token: key.key },
    client: null,
    created_at: timestamp(key.createdAt),
    description: key.description,
    grant: null,
    refresh_token: null,
    scope: key.scopes,
    session: key.session ? { id: key.id } : null,
    updated_at: timestamp(key.createdAt),
    user: { id: account.id, email: account.email, full_name: account.name },
  };
}
