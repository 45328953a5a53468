import type { ErrorParts } from '../errors.ts';
import type { Verdict } from '../exit-codes.ts';

/** Heroku's error body as far as it can be relied on: everything in it is optional. */
export interface ErrorBody {
  readonly id?: string;
  readonly message?: string;
  readonly resource?: string;
}

/** What an answer with an error status means to the person who reads it. */
export interface Meaning {
  readonly verdict: Verdict;
  readonly parts: Pick<ErrorParts, 'what' | 'next' | 'parameter'>;
}

const NEW_KEY =
  'Make a key with `heroku authorizations:create -d "CircleCI deploys" -e 31536000 -s identity,write-protected` and put it into the variable that `api-key` names, in a CircleCI context that this job uses.';

/**
 * Tells Heroku's refusals apart by status and error id (Dev Center: Platform API Reference, error
 * responses). `call` is the request for people, such as `GET /apps/example`.
 */
export function meaningOf(status: number, body: ErrorBody, call: string, path: string): Meaning {
  if (status === 401) {
    return refused({
      what: 'Heroku does not accept the API key: it is wrong, expired or revoked.',
      next: NEW_KEY,
      parameter: 'api-key',
    });
  }
  if (status === 402) {
    return refused({
      what: `Heroku refused ${call} because of an unpaid bill.`,
      next: 'Settle the account or team in the Heroku dashboard, under Billing.',
    });
  }
  if (status === 403) return forbidden(body, call);
  if (status === 404) return notFound(body, call, path);
  if (status === 422) {
    return refused({
      what: `Heroku refused ${call}.`,
      next: 'Change what Heroku objects to, then run again.',
    });
  }
  if (status === 429) {
    return {
      verdict: 'failed',
      parts: {
        what: "Heroku's rate limit for this account is used up.",
        next: 'Run again in some minutes; all jobs and people that use this account share the limit.',
      },
    };
  }
  if (status >= 500) {
    return {
      verdict: 'failed',
      parts: { what: `Heroku answered ${status}.`, next: 'See https://status.heroku.com, then run again.' },
    };
  }
  return { verdict: 'failed', parts: { what: `Heroku answered ${status} to ${call}.` } };
}

function refused(parts: Meaning['parts']): Meaning {
  return { verdict: 'refused', parts };
}

/** 403 stands for three things that call for three remedies. */
function forbidden(body: ErrorBody, call: string): Meaning {
  if (body.id === 'suspended') {
    return refused({
      what: `Heroku refused ${call}: the account or app is suspended.`,
      next: 'Ask Heroku support why, or see the e-mail that Heroku sent to the owner.',
    });
  }
  if (body.id === 'two_factor') {
    return refused({
      what: `Heroku asks for a second factor at ${call}, which a job cannot give.`,
      next: NEW_KEY,
      parameter: 'api-key',
    });
  }
  return refused({
    what: `Heroku accepts the API key, but its account may not do this: ${call}.`,
    next: "Give the key's account the right with `heroku access:add` (a team's app needs `deploy` and `operate`), or use a key that has it.",
    parameter: 'api-key',
  });
}

/** Heroku hides what a key may not see behind the same 404 as what does not exist. */
function notFound(body: ErrorBody, call: string, path: string): Meaning {
  const app = /^\/apps\/([^/]+)/.exec(path)?.[1];
  const isApp = path === `/apps/${app}` || body.resource === 'app' || /that app\b/i.test(body.message ?? '');
  if (app === undefined || !isApp) {
    return refused({ what: `Heroku found nothing at ${call}.`, next: 'Check whether it still exists.' });
  }
  return refused({
    what: `There is no app ${decodeURIComponent(app)} that this API key can see.`,
    next: "Check `app-name`, and that the key's account is a collaborator or team member (`heroku access`).",
    parameter: 'app-name',
  });
}
