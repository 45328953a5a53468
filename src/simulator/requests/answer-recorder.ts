import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, RequestHandler } from 'express';

/**
 * A request and what the API answered to it, with their bodies. The answer is the API's own: a fault that spoils
 * it, or that answers in the API's stead, comes after it and is not recorded.
 */
export interface RecordedAnswer {
  readonly method: string;
  /** As it was asked for, without the query. */
  readonly path: string;
  /** The endpoint's pattern, such as `/apps/:app`; null where there is no such endpoint. */
  readonly endpoint: string | null;
  readonly userAgent: string | null;
  readonly accept: string | null;
  /** `Accept-Inclusion`, which brings fields that there are not otherwise. */
  readonly inclusion: string | null;
  /** `Accept-Expansion`, with which things that are only referred to come whole. */
  readonly expansion: string | null;
  /** Null where there was none. */
  readonly request: unknown;
  readonly status: number;
  readonly answer: unknown;
}

/**
 * Writes each kind of answer once to a folder, which local Herokus of several processes may share: what has the
 * same endpoint, status and form is of one kind.
 */
export class AnswerRecorder {
  readonly #seen = new Set<string>();

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Goes before every endpoint of the API; the bodies of requests may be read after it. */
  readonly middleware: RequestHandler = (request, response, next) => {
    const json = response.json.bind(response);
    response.json = (body: unknown) => {
      // As a client gets it: without what is undefined, and with dates as text.
      const answer = body === undefined ? null : (JSON.parse(JSON.stringify(body)) as unknown);
      this.#record(recordOf(request, response.statusCode, answer));
      return json(body);
    };
    next();
  };

  #record(record: RecordedAnswer): void {
    const { method, endpoint, path, status, inclusion, expansion, userAgent } = record;
    const client = (userAgent ?? '').split('/')[0];
    const kind = [method, endpoint ?? path, status, inclusion, expansion, client, ...formsOf(record)];
    const name = createHash('sha256').update(JSON.stringify(kind)).digest('hex').slice(0, 24);
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    try {
      const content = `${JSON.stringify(record, null, 1)}\n`;
      // It holds the passwords of the local databases.
      writeFileSync(join(this.folder, `${name}.json`), content, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      // Another process has had one of this kind.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function recordOf(request: Request, status: number, answer: unknown): RecordedAnswer {
  // Of express, which has it untyped.
  const route = request.route as { path?: unknown } | undefined;
  return {
    method: request.method,
    path: request.path,
    endpoint: typeof route?.path === 'string' ? route.path : null,
    userAgent: request.headers['user-agent'] ?? null,
    accept: request.headers.accept ?? null,
    inclusion: request.get('accept-inclusion') ?? null,
    expansion: request.get('accept-expansion') ?? null,
    request: (request.body as unknown) ?? null,
    status,
    answer,
  };
}

function formsOf({ request, answer }: RecordedAnswer): string[] {
  return [formOf(request), formOf(answer)];
}

/** Two values of one form differ in texts and numbers alone; a single word, such as a status, is part of it. */
function formOf(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(formOf))].sort().join()}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, field]) => `${name}:${formOf(field)}`);
    return `{${fields.sort().join()}}`;
  }
  if (typeof value === 'string') return /^[a-z]{1,12}$/.test(value) ? `"${value}"` : 'text';
  return value === null ? 'null' : typeof value;
}
