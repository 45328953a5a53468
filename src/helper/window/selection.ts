import { Refusal } from '../errors.ts';
import type { ProcessFormation } from '../ports/heroku.ts';

/** Which process types a window stops. */
export interface StopRule {
  /** `workers`, `none`, or process types with commas or spaces between them. */
  readonly scaleDown: string;
  readonly stopWeb: boolean;
}

/**
 * The running process types that a window sets to zero. `workers` means every type but `web`; `release` is
 * no process that runs.
 */
export function typesToStop(formation: readonly ProcessFormation[], rule: StopRule): readonly string[] {
  const named = new Set(namesIn(rule.scaleDown));
  return formation
    .filter(({ type, quantity }) => {
      if (quantity === 0 || type === 'release') return false;
      if (type === 'web') return rule.stopWeb;
      if (rule.scaleDown === 'none') return false;
      return rule.scaleDown === 'workers' || named.has(type);
    })
    .map(({ type }) => type);
}

/**
 * A misspelt name would leave the very processes running that the window is to stop. A type may also be one
 * that only comes with the commit.
 * @throws Refusal that names the process types there are.
 */
export function requireKnownTypes(
  scaleDown: string,
  formation: readonly ProcessFormation[],
  procfile: string | undefined,
): void {
  if (!namesTypes(scaleDown) || formation.length === 0) return;
  const coming = [...(procfile ?? '').matchAll(/^([-\w]+)\s*:/gm)].map(([, type = '']) => type);
  const known = [...new Set([...formation.map(({ type }) => type), ...coming])];
  const unknown = namesIn(scaleDown).filter((type) => !known.includes(type));
  if (unknown.length === 0) return;
  throw new Refusal({
    what: `scale-down: the app has no process type ${unknown.join(', ')}.`,
    why: `It has ${known.join(', ')}.`,
    next: 'Correct the names, or set `scale-down` to `workers` for every type but `web`.',
    parameter: 'scale-down',
  });
}

/** Whether it is a list, and none of the words that stand for one. */
export function namesTypes(scaleDown: string): boolean {
  return scaleDown !== 'workers' && scaleDown !== 'none';
}

function namesIn(scaleDown: string): readonly string[] {
  return scaleDown.split(/[\s,]+/).filter(Boolean);
}
