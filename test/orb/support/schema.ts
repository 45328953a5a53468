import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { ROOT } from './orb.ts';

const SCHEMA = join(ROOT, '..', 'shared', 'schemas', 'circleci-config.schema.json');

/** Keys whose values the official schema knows as literals only, although the compiler takes templates. */
const TEMPLATED = new Set([
  'no_output_timeout',
  'when',
  'background',
  'max_auto_reruns',
  'auto_rerun_delay',
  'circleci_ip_ranges',
  'parallelism',
  'resource_class',
  'docker_layer_caching',
  'depth',
  'method',
]);

/** Whether the official schema is here; it is not part of the project, and a clone may lack it. */
export const hasSchema = existsSync(SCHEMA);

/** `describe`, or a loud skip where the official schema is absent. */
export function describeWithSchema(name: string, body: () => void): void {
  if (hasSchema) return describe(name, body);
  process.stderr.write(`SKIPPED, the official CircleCI schema is absent: ${name}\n`);
  describe(name, () => it.skip('is skipped: the official CircleCI schema is absent', () => undefined));
}

/** CircleCI's own schema, with templates allowed where its compiler allows them. */
export function officialSchema(): ValidateFunction {
  const schema = relax(JSON.parse(readFileSync(SCHEMA, 'utf8'))) as object;
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats(ajv);
  return ajv.compile(schema);
}

function relax(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(relax);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, value]): [string, unknown] => [key, relax(value)]);
  const result = Object.fromEntries(entries);
  const properties = result['properties'];
  if (typeof properties !== 'object' || properties === null) return result;
  const relaxed = Object.entries(properties as Record<string, unknown>).map(([name, value]) => [
    name,
    // `when` is an attribute of run steps; as a step or a workflow's condition it is an object.
    TEMPLATED.has(name) && (name !== 'when' || isEnumeration(value))
      ? { anyOf: [value, { type: 'string', pattern: '<<.+>>' }] }
      : value,
  ]);
  return { ...result, properties: Object.fromEntries(relaxed) };
}

function isEnumeration(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'enum' in value;
}

/** What the schema has against a document, one line each; none when it is valid. */
export function schemaErrors(validate: ValidateFunction, document: unknown): string[] {
  // Keys without a value are no keys once the document is text.
  const valid = validate(JSON.parse(JSON.stringify(document)));
  return valid ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
