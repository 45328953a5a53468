import * as v from 'valibot';
import { invalidParams } from '../platform/errors.ts';
import { permissions } from '../platform/model.ts';
import { databaseActions } from './database-schemas.ts';
import type { AccountChange, Action, NewAccount, NewApp } from './types.ts';
import type { AppSettings } from '../platform/model.ts';

/** What the control port takes, checked field by field: a misspelt setting must not look as if it had worked. */
const milliseconds = v.pipe(v.number(), v.minValue(0));
const texts = v.record(v.string(), v.string());
const scopes = v.array(
  v.picklist(['global', 'identity', 'read', 'write', 'read-protected', 'write-protected']),
);
const keys = v.array(
  v.strictObject({
    key: v.pipe(v.string(), v.nonEmpty()),
    scopes: v.optional(scopes),
    description: v.optional(v.string()),
    expiresIn: v.optional(v.number()),
    session: v.optional(v.boolean()),
  }),
);
const as = v.optional(v.string());

const transferResult = v.picklist(['succeed', 'fail', 'stay-pending', 'stay-running']);

const settings = v.partial(
  v.strictObject({
    buildMs: milliseconds,
    buildResult: v.picklist(['succeed', 'fail']),
    buildCommand: v.string(),
    buildOutput: v.array(v.string()),
    startDelayMs: milliseconds,
    stopDelayMs: milliseconds,
    stopGraceMs: milliseconds,
    prebootOverlapMs: milliseconds,
    bootTimeoutMs: milliseconds,
    crashRestartMs: v.nullable(milliseconds),
    attachTimeoutMs: milliseconds,
    attachIdleMs: milliseconds,
    logDelayMs: milliseconds,
    releaseStartDelayMs: milliseconds,
    releaseResult: v.picklist(['as-command', 'fail']),
    transferDelayMs: milliseconds,
    backupMs: milliseconds,
    restoreMs: milliseconds,
    backupResult: transferResult,
    restoreResult: transferResult,
    whileTransferring: v.picklist(['refuse', 'queue']),
    publicUrlMs: milliseconds,
  }),
);

const newAccount = v.strictObject({
  email: v.pipe(v.string(), v.email()),
  name: v.optional(v.string()),
  twoFactor: v.optional(v.boolean()),
  keys: v.optional(keys),
});

const accountChange = v.strictObject({
  requestsLeft: v.optional(v.pipe(v.number(), v.minValue(0))),
  refillPerMinute: v.optional(v.pipe(v.number(), v.minValue(0))),
  retryAfter: v.optional(v.nullable(v.pipe(v.number(), v.minValue(0)))),
  revokeKeys: v.optional(v.array(v.string())),
  addKeys: v.optional(keys),
  twoFactor: v.optional(v.boolean()),
});

const newApp = v.strictObject({
  name: v.optional(v.string()),
  owner: v.optional(v.string()),
  stack: v.optional(v.string()),
  region: v.optional(v.picklist(['us', 'eu'])),
  configVars: v.optional(texts),
  settings: v.optional(settings),
  postgres: v.optional(v.boolean()),
});

const query = v.strictObject({ sql: v.string(), values: v.optional(v.array(v.unknown())) });

const action = v.variant('action', [
  v.strictObject({
    action: v.literal('scale'),
    formation: v.record(v.string(), v.union([v.number(), v.string()])),
    as,
  }),
  v.strictObject({ action: v.literal('resize'), sizes: texts, as }),
  v.strictObject({
    action: v.literal('config'),
    vars: v.record(v.pipe(v.string(), v.regex(/^\w+$/)), v.nullable(v.string())),
    as,
  }),
  v.strictObject({
    action: v.literal('release'),
    slug: v.optional(v.string()),
    description: v.optional(v.string()),
    as,
  }),
  v.strictObject({ action: v.literal('rollback'), release: v.string(), as }),
  v.strictObject({ action: v.literal('maintenance'), enabled: v.boolean() }),
  v.strictObject({ action: v.literal('feature'), name: v.string(), enabled: v.boolean() }),
  v.strictObject({ action: v.literal('restart'), dyno: v.optional(v.string()) }),
  v.strictObject({ action: v.literal('stop'), dyno: v.string() }),
  v.strictObject({ action: v.literal('crash'), dyno: v.string() }),
  v.strictObject({
    action: v.literal('one-off'),
    command: v.string(),
    type: v.optional(v.string()),
    timeToLive: v.optional(v.number()),
    as,
  }),
  ...databaseActions,
  v.strictObject({ action: v.literal('cancel-build') }),
  v.strictObject({ action: v.literal('expire-release') }),
]);

export const checkSettings = (body: unknown) => parse(settings, body) as Partial<AppSettings>;
export const checkNewAccount = (body: unknown) => parse(newAccount, body) as NewAccount;
export const checkAccountChange = (body: unknown) => parse(accountChange, body) as AccountChange;
export const checkNewApp = (body: unknown) => parse(newApp, body) as NewApp;
export const checkAction = (body: unknown) => parse(action, body) as Action;
export const checkQuery = (body: unknown) => parse(query, body);
export const checkPermissions = (body: unknown) =>
  parse(v.strictObject({ permissions: v.array(v.picklist(permissions)) }), body).permissions;

/** @throws PlatformError 422 that names each field at fault. */
function parse<T extends v.GenericSchema>(schema: T, body: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  throw invalidParams(
    result.issues.map((issue) => `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`).join('; '),
  );
}
