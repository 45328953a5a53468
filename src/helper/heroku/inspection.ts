import { array, nullish, number, object, string, unknown } from 'valibot';
import type { AttachedAddOn, Authorization, Inspection } from '../ports/inspection.ts';
import type { Api } from './api.ts';
import { attachmentShape } from './database-shapes.ts';
import { HerokuApiError } from './heroku-api-error.ts';
import { appPath } from './paths.ts';

const authorizationShape = object({
  id: string(),
  description: nullish(string()),
  scope: nullish(array(string())),
  access_token: nullish(object({ token: nullish(string()), expires_in: nullish(number()) })),
  session: nullish(unknown()),
});

const rateShape = object({ remaining: number() });

/** What `doctor` asks besides. */
export function inspectionOf(api: Api): Inspection {
  return {
    authorization: () => findAuthorization(api),
    addOns: (app) => listAddOns(api, app),
    async requestsLeft() {
      const path = '/account/rate-limits';
      return (await api.call({ method: 'GET', path, answer: rateShape })).remaining;
    },
  };
}

/**
 * The key's own row among the account's, found by the key itself, as the official CLI does (Heroku CLI:
 * auth:token). The others' keys stay in here.
 */
async function findAuthorization(api: Api): Promise<Authorization | undefined> {
  try {
    const rows = await api.list('/oauth/authorizations', authorizationShape);
    const own = rows.find(({ access_token: access }) => access?.token === api.options.apiKey.reveal());
    return (
      own && {
        id: own.id,
        description: own.description ?? '',
        scopes: own.scope ?? [],
        expiresIn: own.access_token?.expires_in ?? undefined,
        session: own.session !== null && own.session !== undefined,
      }
    );
  } catch (error) {
    // A key of narrow scope may not list them. And what an answer that is not understood says may not be
    // repeated: it holds every key of the account.
    if (error instanceof HerokuApiError) return undefined;
    throw error;
  }
}

async function listAddOns(api: Api, app: string): Promise<AttachedAddOn[]> {
  const inclusion = 'addon:plan,config_vars';
  const rows = await api.list(appPath(app, 'addon-attachments'), attachmentShape, { inclusion });
  return rows.map(({ name, addon, config_vars: configVars }) => ({
    name: addon.name,
    service: addon.plan?.name.split(':')[0] ?? '',
    attachment: name,
    configVars: configVars ?? [],
  }));
}
