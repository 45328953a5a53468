import { Findings, type Finding } from '../deployment/findings.ts';
import { HerokuCdError, Interrupted } from '../errors.ts';
import { messageOf } from '../output/message.ts';

/** What one check found, and what it learned for others. */
export interface Looked<T> {
  readonly rows: readonly Finding[];
  /** Undefined where the check found that it cannot be known. */
  readonly value: T | undefined;
}

/**
 * Lets one check look, whatever it meets: a refusal is a finding of that level and keeps no other check from
 * looking. `note` is for what no deployment needs.
 * @throws Interrupted
 */
export async function look<T>(
  subject: string,
  check: (findings: Findings) => Promise<T> | T,
  level: 'problem' | 'note' = 'problem',
): Promise<Looked<T>> {
  const findings = new Findings();
  try {
    const value = await check(findings);
    return { rows: findings.rows, value };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const told = error instanceof HerokuCdError ? error : undefined;
    const what = [told?.what ?? messageOf(error), told?.why].filter(Boolean).join(' ');
    findings[level](subject, what, told?.next);
    return { rows: findings.rows, value: undefined };
  }
}
