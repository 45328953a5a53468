import { requestsLeft, requireScope } from '../platform/accounts.ts';
import type { Account } from '../platform/model.ts';
import type { Family } from './context.ts';
import { callerOf, endpoint, timestamp } from './context.ts';

/** The account itself and its rate limit. */
export const accountFamily: Family = (routes) => {
  const self = endpoint((_request, response) => {
    const caller = callerOf(response);
    requireScope(caller, 'identity');
    response.json(accountBody(caller.account));
  });
  routes.get('/account', self);
  routes.get('/users/~', self);
  routes.get(
    '/account/rate-limits',
    endpoint((_request, response) => {
      response.json({ remaining: requestsLeft(callerOf(response).account.rate) });
    }),
  );
};

function accountBody(account: Account): unknown {
  return {
    id: account.id,
    email: account.email,
    name: account.name,
    allow_tracking: false,
    beta: false,
    country_of_residence: null,
    created_at: timestamp(account.createdAt),
    default_organization: null,
    default_team: null,
    delinquent_at: null,
    federated: false,
    identity_provider: null,
    last_login: timestamp(account.createdAt),
    sms_number: null,
    suspended_at: null,
    two_factor_authentication: account.twoFactor,
    updated_at: timestamp(account.createdAt),
    verified: true,
  };
}
