import { createHash } from 'node:crypto';
import type { Accounts } from './accounts.ts';
import { invalidParams, notFound } from './errors.ts';
import { newId } from './ids.ts';
import type { Account, SshKey } from './model.ts';

const TYPES = /^(?:ssh-(?:rsa|ed25519)|ecdsa-sha2-nistp(?:256|384|521))$/;

/**
 * Adds a public key to an account.
 * @throws PlatformError 422 for what is no public key, and for one that this or another account has.
 */
export function addSshKey(accounts: Accounts, account: Account, text: string): SshKey {
  const [type = '', data = '', ...words] = text.trim().split(/\s+/);
  const blob = Buffer.from(data, 'base64');
  // A key begins with the length of its type's name, and that name (RFC 4253, section 6.6).
  const named = blob.length > 4 ? blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1') : '';
  if (!TYPES.test(type) || named !== type || /[\r\n]/.test(text.trim())) {
    throw invalidParams('Invalid SSH key: it must be a public key in OpenSSH format.');
  }
  const fingerprint = createHash('md5')
    .update(blob)
    .digest('hex')
    .replace(/..(?=.)/g, '$&:');
  const holder = accounts.all.find((each) => each.sshKeys.some((key) => key.fingerprint === fingerprint));
  if (holder === account) throw invalidParams('Fingerprint already exists');
  if (holder) throw invalidParams('This key is already in use by another account.');
  const key: SshKey = {
    id: newId(),
    comment: words.join(' '),
    fingerprint,
    publicKey: text.trim(),
    createdAt: new Date(),
  };
  account.sshKeys.push(key);
  return key;
}

/** By id or fingerprint. @throws PlatformError 404. */
export function findSshKey(account: Account, identity: string): SshKey {
  const found = account.sshKeys.find(({ id, fingerprint }) => id === identity || fingerprint === identity);
  if (!found) throw notFound('key');
  return found;
}
