import type { Settings } from '../../parameters/index.ts';
import type { Answer } from '../commands/command.ts';
import { Refusal } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { HerokuApiError } from '../heroku/heroku-api-error.ts';
import { maskEmail } from '../output/masker.ts';
import type { SshKey, SshKeys } from '../ports/ssh-keys.ts';
import { keyPair, type KeyPair } from './key-pair.ts';

/** Sources: Heroku changelog 2215 and 2301; Dev Center: one-off dynos and Heroku Exec in Private Spaces and on Fir. */
const WHAT_FOR =
  'Git over SSH has ended at Heroku: no key of this kind pushes or deploys, that is what the API key is for. SSH keys are for `heroku run` and `heroku ps:exec` in Private Spaces and on Fir.';

/**
 * Registers a key pair's public half at the account, once: where it is there already, nothing is sent.
 * @throws Refusal; HerokuApiError.
 */
export async function addSshKey(
  keys: SshKeys,
  settings: Settings<'ssh-key add'>,
  environment: NodeJS.ProcessEnv,
): Promise<Answer> {
  // Asked first: a wrong API key leaves no new file behind.
  const present = await keys.list();
  const pair = await keyPair(settings['key-file'], settings['key-comment'], environment);
  const { publicKey, file, made } = pair;
  const before = present.find(({ fingerprint }) => fingerprint === publicKey.fingerprint);
  const key = before ?? (await send(keys, pair));
  const what =
    before === undefined
      ? `Added the public key ${file}.pub to the account of ${maskEmail(key.email)}.`
      : `The account of ${maskEmail(key.email)} has this key already: nothing was sent.`;
  const lines = [
    ...(made ? [`Made a key: ${file}, which stays on this machine, and ${file}.pub.`] : []),
    what,
    `Fingerprint: ${key.fingerprint}`,
    ...(pair.isOpen ? [`Others on this machine may read ${file}: \`chmod 600 ${file}\`.`] : []),
    WHAT_FOR,
  ];
  return answer(lines, { key: told(key), added: before === undefined, made, file });
}

/** A pair that was made for a key that Heroku certainly does not have is nobody's. */
async function send(keys: SshKeys, pair: KeyPair): Promise<SshKey> {
  try {
    return await keys.add(pair.publicKey.line, pair.publicKey.fingerprint);
  } catch (error) {
    if (error instanceof HerokuApiError && error.effect === 'none') await pair.discard();
    throw error;
  }
}

/** The account's keys. */
export async function listSshKeys(keys: SshKeys): Promise<Answer> {
  const rows = (await keys.list()).map(told);
  const lines = rows.map((key) => [key.fingerprint, key.comment, key.email].join('  '));
  return answer([...(lines.length > 0 ? lines : ['The account has no SSH keys.']), WHAT_FOR], { keys: rows });
}

/**
 * Takes one key away from the account; its files stay where they are.
 * @throws Refusal where none is meant, or several.
 */
export async function removeSshKey(keys: SshKeys, settings: Settings<'ssh-key remove'>): Promise<Answer> {
  const wanted = settings['ssh-key'];
  const key = pick(await keys.list(), wanted);
  const removed = await keys.remove(key.id);
  const what = removed ? 'Removed the key' : 'Somebody else has just removed the key';
  return answer([`${what} ${describe(key)}.`], { key: told(key), removed });
}

function pick(keys: readonly SshKey[], wanted: string): SshKey {
  const fingerprint = wanted.replace(/^MD5:/i, '').toLowerCase();
  const exact = keys.filter((key) => key.fingerprint === fingerprint || key.id === wanted);
  const part = wanted.toLowerCase();
  const meant =
    exact.length > 0
      ? exact
      : keys.filter(({ comment, email }) =>
          [comment, email].some((text) => text.toLowerCase().includes(part)),
        );
  const [key, ...others] = meant;
  if (key !== undefined && others.length === 0) return key;
  throw new Refusal({
    what: `ssh-key: ${meant.length === 0 ? 'no key of the account is' : `${meant.length} keys of the account are`} meant by ${JSON.stringify(wanted.slice(0, 100))}.`,
    why: `It has ${keys.length === 0 ? 'none' : (meant.length === 0 ? keys : meant).map(describe).join('; ')}.`,
    next: 'Give the fingerprint of one, as `heroku-cd ssh-key list` shows it. Nothing was changed.',
    parameter: 'ssh-key',
  });
}

/** What may be shown of a key: comments are addresses as often as not. */
function told({ fingerprint, comment, email }: SshKey): {
  fingerprint: string;
  comment: string;
  email: string;
} {
  const shown = comment.replace(/[^\s@]+@[^\s@]+/g, maskEmail);
  return { fingerprint, comment: shown, email: maskEmail(email) };
}

function describe(key: SshKey): string {
  return [key.fingerprint, told(key).comment].filter(Boolean).join(' ');
}

function answer(lines: readonly string[], facts: Readonly<Record<string, unknown>>): Answer {
  return { exitCode: EXIT.succeeded, json: { verdict: 'succeeded', exitCode: 0, ...facts }, lines };
}
