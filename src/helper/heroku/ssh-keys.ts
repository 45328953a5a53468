import { nullish, object, pipe, string, transform } from 'valibot';
import type { SshKey, SshKeys } from '../ports/ssh-keys.ts';
import type { Api } from './api.ts';
import { createOnce } from './create-once.ts';
import { HerokuApiError } from './heroku-api-error.ts';
import { anyShape } from './shapes.ts';

const PATH = '/account/keys';

const keyShape = pipe(
  object({ id: string(), fingerprint: string(), comment: nullish(string()), email: nullish(string()) }),
  transform((row): SshKey => ({ ...row, comment: row.comment ?? '', email: row.email ?? '' })),
);

/**
 * The account's SSH keys. The public schema knows only how to read them; they are added and removed as the
 * official CLI does it (Heroku CLI: keys:add, keys:remove).
 */
export function sshKeysOf(api: Api): SshKeys {
  const list = (): Promise<SshKey[]> => api.list(PATH, keyShape);
  return {
    list,
    async add(publicKey, fingerprint) {
      const find = async (): Promise<SshKey | undefined> =>
        (await list()).find((key) => key.fingerprint === fingerprint);
      const body = { public_key: publicKey };
      const send = (): Promise<SshKey> => api.call({ method: 'POST', path: PATH, body, answer: keyShape });
      try {
        return await createOnce({ noun: 'SSH key', send, find }, api.options);
      } catch (error) {
        // Somebody, or a request of ours whose answer got lost, was faster.
        const refused = error instanceof HerokuApiError && error.status === 422;
        const found = refused ? await find() : undefined;
        if (found === undefined) throw error;
        return found;
      }
    },
    async remove(id) {
      try {
        const path = `${PATH}/${encodeURIComponent(id)}`;
        await api.call({ method: 'DELETE', path, answer: anyShape, repeat: 'always' });
        return true;
      } catch (error) {
        if (error instanceof HerokuApiError && error.status === 404) return false;
        throw error;
      }
    },
  };
}
