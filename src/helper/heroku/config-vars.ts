import { createHmac, randomBytes } from 'node:crypto';
import type { Api } from './api.ts';
import { configVarsShape } from './database-shapes.ts';
import { appPath } from './paths.ts';

/** Of this process alone, so that no table of hashes tells a value. */
const SALT = randomBytes(32);

/**
 * The names of an app's config vars, of today or of a release, each with a hash of its value: values are
 * equal where their hashes are. The values themselves stay in here.
 */
export async function hashConfigVars(
  api: Api,
  app: string,
  release?: string,
): Promise<ReadonlyMap<string, string>> {
  const path = release === undefined ? appPath(app) : appPath(app, 'releases', release);
  const vars = await api.call({ method: 'GET', path: `${path}/config-vars`, answer: configVarsShape });
  return new Map(
    Object.entries(vars).map(([name, value]) => [
      name,
      createHmac('sha256', SALT)
        .update(value ?? '')
        .digest('hex'),
    ]),
  );
}
