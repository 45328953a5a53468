import { createHmac, randomBytes } from 'node:crypto';
import { nullish, object, string } from 'valibot';
import { Secret } from '../output/secret.ts';
import type { ConfigHashes } from '../ports/heroku.ts';
import type { Api } from './api.ts';
import { createOnce } from './create-once.ts';
import { attachmentShape, configVarsShape } from './database-shapes.ts';
import { appPath } from './paths.ts';

/** Of this process alone, so that no table of hashes tells a value. */
let salt: Buffer | undefined;

/** An app's config vars, of today or of a release. The values stay in here. */
export async function hashConfigVars(api: Api, app: string, release?: string): Promise<ConfigHashes> {
  const path = release === undefined ? appPath(app) : appPath(app, 'releases', release);
  const vars = await api.call({ method: 'GET', path: `${path}/config-vars`, answer: configVarsShape });
  return new Map(Object.entries(vars).map(([name, value]) => [name, hash(value ?? '')]));
}

/** Those of an app's config vars of today whose names are wanted, each a secret. */
export async function readConfigVars(
  api: Api,
  app: string,
  wanted: RegExp,
): Promise<ReadonlyMap<string, Secret>> {
  const vars = await api.call({ method: 'GET', path: appPath(app, 'config-vars'), answer: configVarsShape });
  const named = Object.entries(vars).filter(([name]) => wanted.test(name));
  return new Map(named.map(([name, value]) => [name, new Secret(value ?? '')]));
}

/**
 * Sets config vars and, with null, removes them: in one request, because each is a release of its own. A lost
 * answer is settled by reading, and it is sent again only where they differ.
 */
export async function setConfigVars(
  api: Api,
  app: string,
  wanted: Readonly<Record<string, string | null>>,
): Promise<void> {
  const path = `${appPath(app)}/config-vars`;
  const differs = (vars: Record<string, string | null | undefined>): boolean =>
    Object.entries(wanted).some(([name, value]) => (vars[name] ?? null) !== value);
  await createOnce(
    {
      noun: 'change of config vars',
      send: () => api.call({ method: 'PATCH', path, body: wanted, answer: configVarsShape }),
      find: async () => {
        const vars = await api.call({ method: 'GET', path, answer: configVarsShape });
        return differs(vars) ? undefined : vars;
      },
    },
    api.options,
  );
}

function hash(value: string): string {
  const [, scheme] = /^([a-z][\w+.-]*):\/\//i.exec(value) ?? [];
  // With a password before its host, a page is one that databases answer by, too.
  const isPage = /^https?$/i.test(scheme ?? '') && !value.includes('@');
  const kind = scheme === undefined ? 'text' : isPage ? 'web' : 'store';
  return `${kind}~${createHmac('sha256', (salt ??= randomBytes(32)))
    .update(value)
    .digest('hex')}`;
}

const installationShape = object({ buildpack: object({ name: nullish(string()), url: nullish(string()) }) });

export async function listBuildpacks(api: Api, app: string): Promise<readonly string[]> {
  const rows = await api.list(appPath(app, 'buildpack-installations'), installationShape);
  return rows.map(({ buildpack: { url, name } }) => url ?? name ?? '');
}

export async function listAddOnVars(api: Api, app: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const inclusion = 'addon:plan,config_vars';
  const rows = await api.list(appPath(app, 'addon-attachments'), attachmentShape, { inclusion });
  const names = new Map<string, readonly string[]>();
  for (const { addon, config_vars: vars } of rows) {
    names.set(addon.id, [...(names.get(addon.id) ?? []), ...(vars ?? [])]);
  }
  return names;
}
