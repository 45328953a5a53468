import { DIGEST_VARIABLE, payloadVariable } from '../hand-over.ts';
import { PART_LIMIT } from '../payload.ts';
import { unescapeTemplates } from '../sdk/index.ts';
import { fromYaml } from '../tree/index.ts';
import type { Checked, Finding } from './finding.ts';
import { isRecord, texts } from './walk.ts';

/**
 * Linux hands a script and each environment variable over as one string of at most 131 072 bytes; what is
 * left above is for what CircleCI adds.
 */
export const STRING_LIMIT = 120_000;

/**
 * Linux takes arguments and environment together up to a quarter of the stack's limit, 2 MiB where nobody has changed
 * it (man 2 execve, "Limits on size of arguments and environment"). A step of ours leaves three quarters of that to
 * the job's own variables.
 */
export const STEP_LIMIT = 524_288;

/** What is handed to a process fits into what the operating system takes. */
export function checkLimits({ packed, context }: Checked): Finding[] {
  const findings: Finding[] = [];
  const { parts, sha256 } = context.payload;
  for (const [index, text] of parts.entries()) {
    const bytes = Buffer.from(text, 'base64').byteLength;
    if (bytes <= PART_LIMIT) continue;
    const message = `${payloadVariable(index)}: this part of the packed helper has ${bytes} bytes, more than ${PART_LIMIT}`;
    findings.push({ element: 'commands/install', message });
  }
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    findings.push({ element: 'commands/install', message: `${DIGEST_VARIABLE}: it is not a SHA-256` });
  }
  const compiled = fromYaml(packed);
  for (const section of ['executors', 'commands', 'jobs'] as const) {
    const bodies = isRecord(compiled) && isRecord(compiled[section]) ? compiled[section] : {};
    for (const [name, body] of Object.entries(bodies)) {
      findings.push(...oversize(`${section}/${name}`, body));
    }
  }
  return findings;
}

function oversize(element: string, body: unknown): Finding[] {
  const handed = handedTexts(body);
  const strings = handed
    .filter(({ bytes }) => bytes > STRING_LIMIT)
    .map(({ what, bytes }) => ({ what, bytes, limit: STRING_LIMIT }));
  const steps = [...new Set(handed.map(({ step }) => step))]
    .map((step) => handed.filter((one) => one.step === step).reduce((sum, { bytes }) => sum + bytes, 0))
    .filter((bytes) => bytes > STEP_LIMIT)
    .map((bytes) => ({ what: 'the command and the environment of a run step', bytes, limit: STEP_LIMIT }));
  return [...strings, ...steps].map(({ what, bytes, limit }) => ({
    element,
    message: `${what} has ${bytes} bytes, more than ${limit}`,
  }));
}

/** What is handed to a process as one string: a step's command, and each variable of an environment. */
function handedTexts(body: unknown): { step: string; what: string; bytes: number }[] {
  return texts(body).flatMap(({ path, text, isKey }) => {
    const key = path.at(-1) ?? '';
    const inEnvironment = path.at(-2) === 'environment';
    if (isKey || (!inEnvironment && key !== 'command' && key !== 'run')) return [];
    const bytes = Buffer.byteLength(unescapeTemplates(inEnvironment ? `${key}=${text}` : text));
    const what = inEnvironment ? `the environment variable ${key}` : 'the command of a run step';
    return [{ step: path.slice(0, inEnvironment ? -2 : -1).join('/'), what, bytes }];
  });
}
