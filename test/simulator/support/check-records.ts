import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import type { RecordedAnswer } from '../../../src/simulator/requests/answer-recorder.ts';
import { linksOf, loadLinks, type SchemaLink } from './hyper-schema.ts';

/** What the official schema says of recorded requests and answers. */
export interface Findings {
  /** Answers that were compared with the schema. */
  readonly answers: number;
  /** Requests of heroku-cd whose body was. */
  readonly requests: number;
  /** Endpoints of these answers, with their statuses, such as `GET /apps/:app 200`. */
  readonly endpoints: readonly string[];
  /** Answers of Heroku's Data API, which has no public schema. */
  readonly withoutSchema: number;
  /** One line for each fault, none twice. */
  readonly complaints: readonly string[];
}

/** Endpoints that the API has and the public schema does not name: the way they are used is the CLI's. */
const unnamed: readonly (readonly [method: string, path: RegExp])[] = [
  ['GET', /^\/users\/~$/],
  ['POST', /^\/account\/keys$/],
  ['DELETE', /^\/account\/keys\/[^/]+$/],
];

export function isUnnamed(method: string, path: string): boolean {
  return unnamed.some(([each, pattern]) => each === method && pattern.test(path));
}

/**
 * Names of fields that a request may have in place of the schema's: the official CLI has sent them for years, and
 * sends no other (Dev Center: changelog, "New optional log session parameters").
 */
const sentByTheCli: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'POST /apps/:app/log-sessions': { dyno: 'dyno_name' },
};

/** The records of a folder that `HEROKU_CD_RECORD_ANSWERS` has named. */
export function readRecords(folder: string): RecordedAnswer[] {
  return readdirSync(folder).map(
    (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordedAnswer,
  );
}

/**
 * Compares what the local Heroku answered, and what heroku-cd sent, with the official schema. Other clients' requests
 * are their own business: tests send nonsense on purpose, and the Heroku CLI sends numbers as text.
 */
export function checkRecords(records: readonly RecordedAnswer[]): Findings {
  const links = loadLinks();
  const complaints = new Set<string>();
  const endpoints = new Set<string>();
  let [answers, requests, withoutSchema] = [0, 0, 0];
  for (const record of records) {
    const { method, path, endpoint, status } = record;
    if (endpoint === null) {
      if (isOurs(record) && status === 404)
        complaints.add(`${method} ${path}: heroku-cd asks for what there is not`);
      continue;
    }
    const call = `${method} ${endpoint}`;
    if (/^\/(client|postgres)\//.test(endpoint)) {
      withoutSchema += 1;
      continue;
    }
    answers += 1;
    endpoints.add(`${call} ${status}`);
    if (status >= 400) {
      for (const fault of faultsOfRefusal(record)) complaints.add(`${call} ${status}: ${fault}`);
    }
    if (isUnnamed(method, path)) continue;
    const candidates = linksOf(links, method, path);
    if (candidates.length === 0) complaints.add(`${call}: the schema has no such endpoint`);
    if (status < 400) {
      const faults = leastOf(candidates.map((link) => faultsOf(link.validator(), asWithoutHeaders(record))));
      for (const fault of faults) complaints.add(`${call} ${status} answers ${fault}`);
    }
    if (!isOurs(record)) continue;
    requests += 1;
    const sent = asNamed(record.request, sentByTheCli[call] ?? {});
    const faults = leastOf(candidates.map((link) => faultsOfRequest(link, sent)));
    for (const fault of faults) complaints.add(`${call} is sent ${fault}`);
  }
  return {
    answers,
    requests,
    withoutSchema,
    endpoints: [...endpoints].sort(),
    complaints: [...complaints].sort(),
  };
}

/**
 * The answer without what headers have asked for besides: `Accept-Inclusion` fields such as
 * `addon:plan,config_vars`, `Accept-Expansion` the whole of `plan` in place of its name and id.
 */
function asWithoutHeaders({ inclusion, expansion, answer }: RecordedAnswer): unknown {
  const copy = structuredClone(answer);
  for (const item of (Array.isArray(copy) ? copy : [copy]) as Record<string, unknown>[]) {
    for (const path of inclusion?.split(',') ?? []) {
      const steps = path.trim().split(':');
      const last = steps.pop() ?? '';
      delete steps.reduce((at, step) => at[step] as Record<string, unknown>, item)[last];
    }
    for (const path of expansion?.split(',') ?? []) {
      const { id, name } = item[path.trim()] as Record<string, unknown>;
      item[path.trim()] = { id, name };
    }
  }
  return copy;
}

function asNamed(body: unknown, names: Readonly<Record<string, string>>): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [names[name] ?? name, value]));
}

/** Whether the helper asked. */
function isOurs({ userAgent }: RecordedAnswer): boolean {
  return userAgent?.startsWith('heroku-cd/') === true;
}

/** Of an endpoint that takes either of two things, that which is meant. */
function leastOf(faults: readonly string[][]): string[] {
  return [...faults].sort((one, other) => one.length - other.length)[0] ?? [];
}

function faultsOf(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    // Which of many it was says nothing.
    ({ instancePath, message = '', params }) =>
      `${instancePath.replace(/\/\d+/g, '/#') || 'what'} ${message} ${JSON.stringify(params)}`,
  );
}

function faultsOfRequest(link: SchemaLink, body: unknown): string[] {
  const validate = link.requestValidator();
  if (validate) return faultsOf(validate, body ?? {});
  return body === null || JSON.stringify(body) === '{}' ? [] : ['a body, and takes none'];
}

/** Every refusal has an id and a message (Dev Center: Platform API reference, errors). */
function faultsOfRefusal({ answer }: RecordedAnswer): string[] {
  const { id, message } = (answer ?? {}) as { id?: unknown; message?: unknown };
  return [
    ...(typeof id === 'string' && /^[a-z_]+$/.test(id) ? [] : ['has no id']),
    ...(typeof message === 'string' && message !== '' ? [] : ['has no message']),
  ];
}
