import {
  array,
  boolean,
  type InferOutput,
  nullish,
  number,
  object,
  picklist,
  pipe,
  record,
  string,
  transform,
  unknown,
} from 'valibot';
import { Secret } from '../output/secret.ts';
import type {
  Account,
  App,
  AttachedDyno,
  Build,
  Collaborator,
  Dyno,
  ProcessFormation,
  Release,
  Slug,
} from '../ports/heroku.ts';

/*
 * What of Heroku's answers is relied on (Dev Center: Platform API Reference). Only fields that are used are
 * named, so that a field that Heroku adds or drops elsewhere breaks nothing.
 */

const withId = object({ id: string() });
/** Of things whose name is all that is wanted. */
export const withName = object({ name: string() });
const user = nullish(object({ email: string() }));

export const accountShape = pipe(
  object({
    id: string(),
    email: string(),
    two_factor_authentication: nullish(boolean()),
    federated: nullish(boolean()),
  }),
  transform((row): Account => ({
    id: row.id,
    email: row.email,
    twoFactor: row.two_factor_authentication === true,
    ...(row.federated ? { federated: true } : {}),
  })),
);

export const appShape = pipe(
  object({
    id: string(),
    name: string(),
    maintenance: boolean(),
    stack: withName,
    build_stack: nullish(withName),
    region: nullish(withName),
    generation: nullish(withName),
    web_url: nullish(string()),
    git_url: string(),
    space: nullish(withName),
    updated_at: nullish(string()),
  }),
  transform((row): App => ({
    id: row.id,
    name: row.name,
    maintenance: row.maintenance,
    stack: row.stack.name,
    buildStack: row.build_stack?.name,
    region: row.region?.name,
    // Only the `sdk` variant of the API names the generation; the stack `cnb` is Fir's alone.
    generation: row.generation?.name ?? (row.stack.name === 'cnb' ? 'fir' : 'cedar'),
    webUrl: row.web_url ?? undefined,
    gitUrl: row.git_url,
    space: row.space?.name,
    updatedAt: row.updated_at ?? undefined,
  })),
);

export const collaboratorShape = pipe(
  object({
    user: object({ email: string() }),
    role: nullish(string()),
    permissions: nullish(array(withName)),
  }),
  transform((row): Collaborator => ({
    email: row.user.email,
    role: row.role ?? undefined,
    permissions: row.permissions?.map(({ name }) => name),
  })),
);

export const formationShape = pipe(
  object({ type: string(), quantity: number(), size: string(), command: string() }),
  transform((row): ProcessFormation => row),
);

const dynoRow = object({
  id: string(),
  name: string(),
  type: string(),
  state: string(),
  size: string(),
  release: object({ version: number() }),
  command: nullish(string()),
  created_at: string(),
  updated_at: nullish(string()),
});

function dynoOf(row: InferOutput<typeof dynoRow>): Dyno {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    state: row.state,
    size: row.size,
    releaseVersion: row.release.version,
    command: row.command ?? '',
    createdAt: row.created_at,
    updatedAt: row.updated_at ?? undefined,
  };
}

export const dynoShape = pipe(dynoRow, transform(dynoOf));

export const attachedDynoShape = pipe(
  object({ ...dynoRow.entries, attach_url: string() }),
  transform((row): AttachedDyno => ({ ...dynoOf(row), attachUrl: new Secret(row.attach_url) })),
);

export const logSessionShape = object({ logplex_url: string() });

export const featureShape = object({ name: string(), enabled: boolean() });

export const releaseShape = pipe(
  object({
    id: string(),
    version: number(),
    status: picklist(['pending', 'succeeded', 'failed', 'expired']),
    current: boolean(),
    description: nullish(string()),
    slug: nullish(withId),
    eligible_for_rollback: nullish(boolean()),
    user,
    created_at: string(),
    output_stream_url: nullish(string()),
  }),
  transform((row): Release => ({
    id: row.id,
    version: row.version,
    status: row.status,
    current: row.current,
    description: row.description ?? '',
    slugId: row.slug?.id,
    eligible: row.eligible_for_rollback ?? undefined,
    userEmail: row.user?.email ?? '',
    createdAt: row.created_at,
    outputStreamUrl: row.output_stream_url ?? undefined,
  })),
);

export const slugShape = pipe(
  object({
    id: string(),
    commit: nullish(string()),
    process_types: nullish(record(string(), string())),
    stack: nullish(withName),
  }),
  transform((row): Slug => ({
    id: row.id,
    commit: row.commit ?? undefined,
    stack: row.stack?.name,
    processTypes: row.process_types ?? {},
  })),
);

export const buildShape = pipe(
  object({
    id: string(),
    status: picklist(['pending', 'succeeded', 'failed']),
    source_blob: nullish(object({ version: nullish(string()), version_description: nullish(string()) })),
    slug: nullish(withId),
    release: nullish(withId),
    output_stream_url: nullish(string()),
    user,
    created_at: string(),
  }),
  transform((row): Build => ({
    id: row.id,
    status: row.status,
    version: row.source_blob?.version ?? undefined,
    versionDescription: row.source_blob?.version_description ?? undefined,
    slugId: row.slug?.id,
    releaseId: row.release?.id,
    outputStreamUrl: row.output_stream_url ?? undefined,
    userEmail: row.user?.email ?? '',
    createdAt: row.created_at,
  })),
);

export const sourceShape = object({ source_blob: object({ get_url: string(), put_url: string() }) });

/** For answers whose content nobody looks at. */
export const anyShape = unknown();
