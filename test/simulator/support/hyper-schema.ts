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

/** One endpoint of the schema: `GET /apps/:/releases`, what it takes and what it answers. */
export interface SchemaLink {
  readonly method: string;
  /** With `:` for each parameter. */
  readonly path: string;
  validator(): ValidateFunction;
  /** Of the request's body; undefined where the endpoint takes none. */
  requestValidator(): ValidateFunction | undefined;
}

/**
 * Loads Heroku's hyper-schema for ajv. Its own keywords need help: `strictProperties` means that every property
 * is there and no other; the addresses of an app are this machine's here, not Heroku's; and what a request must not
 * have is not said at all: here, whatever is not named.
 */
export function loadLinks(): SchemaLink[] {
  const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as { definitions: Json };
  for (const name of ['git_url', 'web_url']) {
    definitions['app'].definitions[name].pattern = '^https?://127\\.0\\.0\\.1:\\d+/';
  }
  const original = structuredClone(definitions);
  tighten(definitions);
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  ajv.addSchema({ $id: 'heroku', definitions });
  const compiled = new Map<Json, ValidateFunction>();
  const once = (schema: Json, make: () => Json): ValidateFunction => {
    const validate = compiled.get(schema) ?? ajv.compile(make());
    compiled.set(schema, validate);
    return validate;
  };
  return Object.values(definitions).flatMap((definition: Json) =>
    ((definition['links'] ?? []) as Json[])
      .filter((link) => link['targetSchema'] !== undefined)
      .map((link) => ({
        method: String(link['method']),
        path: String(link['href']).replace(/\{[^}]*\}/g, ':'),
        validator: () => once(link['targetSchema'] as Json, () => absolute(link['targetSchema'])),
        requestValidator: () => {
          const schema = link['schema'] as Json | undefined;
          return schema && once(schema, () => sealed(schema, original));
        },
      })),
  );
}

/** The endpoints of a request, of which there are two where one takes either of two things. */
export function linksOf(links: readonly SchemaLink[], method: string, path: string): SchemaLink[] {
  const all = links.filter((each) => each.method === method && matches(each.path, path));
  const parameters = ({ path: template }: SchemaLink): number => template.split(':').length;
  const fewest = Math.min(...all.map(parameters));
  return all.filter((each) => parameters(each) === fewest);
}

/** Whether a path is one of a pattern with `:` for each parameter. */
export function matches(template: string, path: string): boolean {
  const pattern = template.split(':').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('[^/]+')}$`).test(path);
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

/** A copy with all references resolved, in which objects have no other properties than those that are named. */
function sealed(node: unknown, definitions: Json): Json {
  if (typeof node !== 'object' || node === null) return node as Json;
  if (Array.isArray(node)) return node.map((each) => sealed(each, definitions));
  const schema = node as Json;
  if (typeof schema['$ref'] === 'string') {
    const [, , ...steps] = schema['$ref'].split('/');
    return sealed(
      steps.reduce<Json>((at, step) => at[step], definitions),
      definitions,
    );
  }
  const copy = Object.fromEntries(
    Object.entries(schema)
      // Says nothing to ajv, and Heroku's refer to what there is not.
      .filter(([name]) => name !== 'identity')
      .map(([name, value]) => [name, sealed(value, definitions)]),
  );
  return copy['properties'] === undefined ? copy : { additionalProperties: false, ...copy };
}

/** References inside a link's schema are meant from the root of the whole document. */
function absolute(schema: unknown): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions', '"heroku#/definitions')) as Json;
}
