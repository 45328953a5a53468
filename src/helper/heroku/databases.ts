import type { InferOutput } from 'valibot';
import type { Secret } from '../output/secret.ts';
import type { AppDatabase, Attachment, DatabaseAddOn, DatabaseFacts, Transfer } from '../ports/heroku.ts';
import type { Api } from './api.ts';
import { createOnce } from './create-once.ts';
import { attachmentShape, configVarsShape, factsShape, transferShape } from './database-shapes.ts';
import { appPath } from './paths.ts';
import { anyShape } from './shapes.ts';

const URL_VARIABLE = 'DATABASE_URL';
const SERVICE = 'heroku-postgresql:';

type Row = InferOutput<typeof attachmentShape>;

/**
 * The add-on behind the app's `DATABASE_URL`. One that nobody attached by that name, but whose address was
 * copied there, is found by the variable's value, as the official CLI does; the value stays in here.
 */
export async function findDatabase(api: Api, app: string): Promise<AppDatabase> {
  const inclusion = 'addon:plan,config_vars';
  const rows = await api.list(appPath(app, 'addon-attachments'), attachmentShape, { inclusion });
  const ours = rows.filter(({ addon }) => addon.plan?.name.startsWith(SERVICE));
  const named = ours.filter(({ config_vars: names }) => names?.includes(URL_VARIABLE));
  const row = named.find(({ namespace }) => !namespace) ?? named[0];
  if (row !== undefined) return addOnOf(row);
  if (ours.length === 0) return undefined;
  const path = appPath(app, 'config-vars');
  const values = await api.call({ method: 'GET', path, answer: configVarsShape });
  const wanted = values[URL_VARIABLE];
  if (!wanted) return undefined;
  const copied = ours.find(({ config_vars: names }) => names?.some((name) => values[name] === wanted));
  return copied === undefined ? 'external' : addOnOf(copied);
}

function addOnOf({ addon }: Row): DatabaseAddOn {
  return { id: addon.id, name: addon.name, plan: addon.plan?.name ?? '', billingApp: addon.app.name };
}

export async function listAttachments(api: Api, addOn: string): Promise<Attachment[]> {
  const rows = await api.list(`/addons/${encodeURIComponent(addOn)}/addon-attachments`, attachmentShape);
  return rows.map(({ app, name }) => ({ app: app.name, name }));
}

export function getFacts(data: Api, addOn: string): Promise<DatabaseFacts> {
  return data.call({ method: 'GET', path: databasePath(addOn), answer: factsShape });
}

/** Heroku gives them in no order. */
export async function listTransfers(data: Api, app: string): Promise<Transfer[]> {
  const rows = await data.list(transferPath(app), transferShape);
  return rows.sort((a, b) => Number(a.name.slice(1)) - Number(b.name.slice(1)));
}

export function getTransfer(data: Api, app: string, id: string, log: boolean): Promise<Transfer> {
  const path = `${transferPath(app, id)}${log ? '?verbose=true' : ''}`;
  return data.call({ method: 'GET', path, answer: transferShape, repeat: 'never' });
}

export function captureBackup(
  data: Api,
  { id, billingApp }: DatabaseAddOn,
  names: readonly string[],
): Promise<Transfer> {
  // Another database of the app may be backed up in the same moment.
  const isOfDatabase = ({ kind, from, name }: Transfer): boolean =>
    kind === 'backup' && name.startsWith('b') && (names.length === 0 || names.includes(from));
  return startOnce(data, billingApp, databasePath(id, 'backups'), undefined, 'backup', isOfDatabase);
}

export function restoreBackup(data: Api, { id, billingApp }: DatabaseAddOn, url: Secret): Promise<Transfer> {
  const body = { backup_url: url.reveal() };
  const path = databasePath(id, 'restores');
  return startOnce(data, billingApp, path, body, 'restore', ({ kind }) => kind === 'restore');
}

/** A transfer whose answer is lost is found by its kind and its time, which is Heroku's own. */
async function startOnce(
  data: Api,
  app: string,
  path: string,
  body: unknown,
  noun: string,
  isOurs: (transfer: Transfer) => boolean,
): Promise<Transfer> {
  const before = await listTransfers(data, app);
  const since = Math.max(0, ...before.map(({ createdAt }) => Date.parse(createdAt) || 0));
  const known = new Set(before.map(({ id }) => id));
  return createOnce(
    {
      noun,
      send: () => data.call({ method: 'POST', path, body, answer: transferShape }),
      find: async () =>
        (await listTransfers(data, app)).find(
          (one) => isOurs(one) && !known.has(one.id) && !(Date.parse(one.createdAt) < since),
        ),
    },
    data.options,
  );
}

export async function cancelTransfer(data: Api, app: string, id: string): Promise<void> {
  const path = `${transferPath(app, id)}/actions/cancel`;
  await data.call({ method: 'POST', path, answer: anyShape, repeat: 'always' });
}

export async function endSessions(data: Api, addOn: string): Promise<void> {
  const path = databasePath(addOn, 'connection_reset');
  await data.call({ method: 'POST', path, answer: anyShape, repeat: 'always' });
}

export async function resetDatabase(data: Api, addOn: string): Promise<void> {
  const path = databasePath(addOn, 'reset');
  await data.call({ method: 'PUT', path, body: {}, answer: anyShape, repeat: 'always' });
}

function databasePath(addOn: string, ...rest: string[]): string {
  return ['/client/v11/databases', encodeURIComponent(addOn), ...rest].join('/');
}

function transferPath(app: string, ...id: string[]): string {
  return `/client/v11${appPath(app, 'transfers', ...id)}`;
}
