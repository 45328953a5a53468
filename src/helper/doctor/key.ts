import type { Findings } from '../deployment/findings.ts';
import type { Account } from '../ports/heroku.ts';
import type { Authorization, Inspection } from '../ports/inspection.ts';

const NEW_KEY = '`heroku authorizations:create -d "CircleCI deploys"`';
const DAY_S = 86_400;
/** Long enough to be seen by somebody before it is too late. */
const SOON_DAYS = 14;
/** Of 4500 an hour (Dev Center: Limits); a deployment with its polling takes 50 to 200. */
const FEW_REQUESTS = 500;

/** What the key may do, and for how long. */
export async function checkAuthorization(inspection: Inspection, findings: Findings): Promise<void> {
  const key = await inspection.authorization();
  if (key === undefined) {
    findings.ok('Key’s end', 'not told: Heroku lists keys to keys of the scope `global` alone');
    return;
  }
  checkScopes(key, findings);
  if (key.session || /^Heroku CLI login/.test(key.description)) {
    findings.note(
      'Key’s kind',
      'made by a login, and gone when that person logs out: no key for a job',
      `${NEW_KEY}, and put that key into the context`,
    );
  }
  if (key.expiresIn === undefined) {
    findings.ok('Key’s end', 'none: it works until it is revoked');
    return;
  }
  const days = Math.floor(key.expiresIn / DAY_S);
  if (days >= SOON_DAYS) findings.ok('Key’s end', `in ${days} days`);
  else {
    const when = days < 1 ? 'in less than a day' : days === 1 ? 'in a day' : `in ${days} days`;
    findings.note(
      'Key’s end',
      `the key expires ${when}`,
      `${NEW_KEY}, put that key into the context, and \`heroku authorizations:revoke ${key.id}\``,
    );
  }
}

/** Scopes of keys: Dev Center, OAuth. */
function checkScopes({ scopes }: Authorization, findings: Findings): void {
  if (scopes.includes('global')) return;
  if (scopes.some((scope) => scope.startsWith('write'))) {
    if (scopes.includes('write-protected')) return;
    findings.note(
      'Key’s scope',
      `${scopes.join(', ')}: config vars are closed to it, and with them a database’s address that was copied`,
      `\`heroku authorizations:create -d "CircleCI deploys" -s identity,write-protected\``,
    );
    return;
  }
  findings.problem(
    'Key’s scope',
    `${scopes.join(', ') || 'none'}: such a key may not deploy`,
    `\`heroku authorizations:create -d "CircleCI deploys" -s global\``,
  );
}

/** Whether a stolen password would be enough to take the account over. */
export function checkSecondFactor({ twoFactor, federated }: Account, findings: Findings): void {
  if (twoFactor || federated) findings.ok('Second factor', federated ? 'by single sign-on' : 'on');
  else {
    findings.note(
      'Second factor',
      'off: whoever has the account’s password can deploy',
      'Turn it on in the dashboard (Account settings, Multi-Factor Authentication); `heroku auth:2fa` shows it',
    );
  }
}

/** How many requests are left; all jobs and people who use the account share them (Dev Center: Limits). */
export async function checkRequestsLeft(inspection: Inspection, findings: Findings): Promise<void> {
  const left = await inspection.requestsLeft();
  if (left >= FEW_REQUESTS) findings.ok('API limit', `${left} of 4500 requests an hour are left`);
  else {
    findings.note(
      'API limit',
      `${left} of 4500 requests an hour are left: a deployment would be slowed down`,
      'Wait some minutes, or give the jobs an account of their own: `heroku access:add ADDRESS -a APP`',
    );
  }
}
