import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

// The schema's own shape is nobody's concern here but ajv's.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = Record<string, any>;

const file = join(
  __dirname,
  '..',
  '..',
  '..',
  '..',
  'shared',
  'schemas',
  'heroku-platform-api.hyper-schema.json',
);

/** The official schema is not part of this project; where it is not at hand, its test has nothing to say. */
export const hasHyperSchema = existsSync(file);

/** One endpoint of the schema: `GET /apps/:/releases` and what it answers. */
export interface SchemaLink {
  readonly method: string;
  /** With `:` for each parameter. */
  readonly path: string;
  validator(): ValidateFunction;
}

/**
 * Loads Heroku's hyper-schema for ajv. Its own keywords need help: `strictProperties` means that every property
 * is there and no other; and the addresses of an app are this machine's here, not Heroku's.
 */
export function loadLinks(): SchemaLink[] {
  const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as { definitions: Json };
  for (const name of ['git_url', 'web_url']) {
    definitions['app'].definitions[name].pattern = '^https?://127\\.0\\.0\\.1:\\d+/';
  }
  tighten(definitions);
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  ajv.addSchema({ $id: 'heroku', definitions });
  return Object.values(definitions).flatMap((definition: Json) =>
    ((definition['links'] ?? []) as Json[])
      .filter((link) => link['targetSchema'] !== undefined)
      .map((link) => ({
        method: String(link['method']),
        path: String(link['href']).replace(/\{[^}]*\}/g, ':'),
        validator: () => ajv.compile(absolute(link['targetSchema'])),
      })),
  );
}

function tighten(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const schema = node as Json;
  if (schema['strictProperties'] === true && typeof schema['properties'] === 'object') {
    schema['required'] = Object.keys(schema['properties']);
    schema['additionalProperties'] = false;
  }
  Object.values(schema).forEach(tighten);
}

/** References inside a link's schema are meant from the root of the whole document. */
function absolute(schema: unknown): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions', '"heroku#/definitions')) as Json;
}
