import { requireScope, type Caller } from '../platform/accounts.ts';
import { notFound } from '../platform/errors.ts';
import type { ApiKey } from '../platform/model.ts';
import type { Family } from './context.ts';
import { callerOf, endpoint, pathParameter, timestamp } from './context.ts';
import { sendList } from './lists.ts';

/** The OAuth authorizations behind an account's API keys: list and info (Dev Center: OAuth). */
export const authorizationsFamily: Family = (routes) => {
  routes.get(
    '/oauth/authorizations',
    endpoint((request, response) => {
      const caller = callerOf(response);
      requireScope(caller, 'global');
      const fields = { id: ({ id }: ApiKey) => id };
      sendList(request, response, working(caller), fields, (key) => authorizationBody(caller, key));
    }),
  );
  routes.get(
    '/oauth/authorizations/:authorization',
    endpoint((request, response) => {
      const caller = callerOf(response);
      requireScope(caller, 'global');
      const found = working(caller).find(({ id }) => id === pathParameter(request, 'authorization'));
      if (!found) throw notFound('authorization');
      response.json(authorizationBody(caller, found));
    }),
  );
};

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
