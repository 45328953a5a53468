import { DIGEST_VARIABLE, PAYLOAD_VARIABLE } from '../hand-over.ts';
import { unescapeTemplates } from '../sdk/index.ts';
import { fromYaml } from '../tree/index.ts';
import type { Checked, Finding } from './finding.ts';
import { isRecord, texts } from './walk.ts';

/**
 * Linux hands a script and each environment variable over as one string of at most 131 072 bytes; what is
 * left above is for what CircleCI adds.
 */
export const STRING_LIMIT = 120_000;

/** What still fits into {@link STRING_LIMIT} once it is base64. */
export const PAYLOAD_LIMIT = 86_016;

/** What is handed to a process fits into what the operating system takes. */
export function checkLimits({ packed, context }: Checked): Finding[] {
  const findings: Finding[] = [];
  const { compressedBytes, sha256 } = context.payload;
  if (compressedBytes > PAYLOAD_LIMIT) {
    const message = `the packed helper has ${compressedBytes} bytes, more than ${PAYLOAD_LIMIT}`;
    findings.push({ element: 'commands/install', message: `${PAYLOAD_VARIABLE}: ${message}` });
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
  return texts(body).flatMap(({ path, text, isKey }) => {
    const key = path.at(-1) ?? '';
    const inEnvironment = path.at(-2) === 'environment';
    if (isKey || (!inEnvironment && key !== 'command' && key !== 'run')) return [];
    const handed = inEnvironment ? `${key}=${text}` : text;
    const bytes = Buffer.byteLength(unescapeTemplates(handed));
    if (bytes <= STRING_LIMIT) return [];
    const what = inEnvironment ? `the environment variable ${key}` : 'the command of a run step';
    return [{ element, message: `${what} has ${bytes} bytes, more than ${STRING_LIMIT}` }];
  });
}
