import { requireScope } from '../platform/accounts.ts';
import { invalidParams } from '../platform/errors.ts';
import type { Account, SshKey } from '../platform/model.ts';
import { addSshKey, findSshKey } from '../platform/ssh-keys.ts';
import type { Family } from './context.ts';
import { bodyOf, callerOf, endpoint, pathParameter, textField, timestamp } from './context.ts';
import { sendList } from './lists.ts';

/**
 * Public SSH keys of the account: list, info, add and delete. The public schema has the reading ones alone; the
 * others are as the official CLI uses them (keys:add, keys:remove).
 */
export const sshKeysFamily: Family = (routes, platform) => {
  routes.get(
    '/account/keys',
    endpoint((request, response) => {
      const { account } = callerWith(response, 'read');
      const fields = {
        id: ({ id }: SshKey) => id,
        fingerprint: ({ fingerprint }: SshKey) => fingerprint,
      };
      sendList(request, response, account.sshKeys, fields, (key) => keyBody(account, key));
    }),
  );
  routes.post(
    '/account/keys',
    endpoint((request, response) => {
      const { account } = callerWith(response, 'write');
      const publicKey = textField(bodyOf(request), 'public_key');
      if (publicKey === undefined) throw invalidParams('public_key is missing.');
      response.status(201).json(keyBody(account, addSshKey(platform.accounts, account, publicKey)));
    }),
  );
  routes.get(
    '/account/keys/:key',
    endpoint((request, response) => {
      const { account } = callerWith(response, 'read');
      response.json(keyBody(account, findSshKey(account, pathParameter(request, 'key'))));
    }),
  );
  routes.delete(
    '/account/keys/:key',
    endpoint((request, response) => {
      const { account } = callerWith(response, 'write');
      const key = findSshKey(account, pathParameter(request, 'key'));
      account.sshKeys.splice(account.sshKeys.indexOf(key), 1);
      response.json(keyBody(account, key));
    }),
  );
};

function callerWith(response: Parameters<typeof callerOf>[0], scope: 'read' | 'write') {
  const caller = callerOf(response);
  requireScope(caller, scope);
  return caller;
}

function keyBody(account: Account, key: SshKey): unknown {
  return {
    id: key.id,
    comment: key.comment,
    created_at: timestamp(key.createdAt),
    email: account.email,
    fingerprint: key.fingerprint,
    public_key: key.publicKey,
    updated_at: timestamp(key.createdAt),
  };
}
