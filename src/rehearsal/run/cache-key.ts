import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { messageOf, RehearsalError } from '../errors.ts';
import { expandPath } from './paths.ts';

export interface CacheKeyFacts {
  /** What CircleCI exports and contexts add; the job's own `environment` is not visible to cache keys. */
  readonly environment: Readonly<Record<string, string>>;
  readonly home: string;
  readonly workingDirectory: string;
}

/**
 * Fills a cache key's `{{ … }}`: `checksum "file"` (base64 of SHA-256), `.Environment.NAME`, `.Branch`, `.Revision`,
 * `.BuildNum`, `epoch` (seconds), `arch`. A variable that is not set reads `<no value>`.
 * Source: CircleCI docs, "Caching", keys and templates.
 * @throws RehearsalError for a file that is not there or an unknown template.
 */
export async function cacheKey(template: string, facts: CacheKeyFacts): Promise<string> {
  const parts = template.split(/(\{\{.*?\}\})/s);
  let key = '';
  for (const part of parts) {
    key += part.startsWith('{{') && part.endsWith('}}') ? await fill(part, template, facts) : part;
  }
  return key;
}

async function fill(tag: string, template: string, facts: CacheKeyFacts): Promise<string> {
  const body = tag.slice(2, -2).trim();
  const variable = (name: string): string => facts.environment[name] ?? '<no value>';
  const [, file] = /^checksum\s+"((?:[^"\\]|\\.)*)"$/.exec(body) ?? [];
  if (file !== undefined) return checksum(file, template, facts);
  const [, name] = /^\.Environment\.([A-Za-z_][A-Za-z0-9_]*)$/.exec(body) ?? [];
  if (name !== undefined) return variable(name);
  switch (body) {
    case '.Branch':
      return variable('CIRCLE_BRANCH');
    case '.Revision':
      return variable('CIRCLE_SHA1');
    case '.BuildNum':
      return variable('CIRCLE_BUILD_NUM');
    case 'epoch':
      return String(Math.floor(Date.now() / 1000));
    case 'arch':
      return `${platform()}-${arch() === 'x64' ? 'amd64' : arch()}`;
    default:
      throw new RehearsalError(
        `error computing cache key: template ${JSON.stringify(template)}: unknown ${tag}`,
        'key',
      );
  }
}

async function checksum(file: string, template: string, facts: CacheKeyFacts): Promise<string> {
  try {
    const bytes = await readFile(expandPath(file, facts.home, facts.workingDirectory));
    return createHash('sha256').update(bytes).digest('base64');
  } catch (error) {
    throw new RehearsalError(
      `error computing cache key: template ${JSON.stringify(template)}: checksum of ${file}: ` +
        messageOf(error),
      'key',
    );
  }
}
