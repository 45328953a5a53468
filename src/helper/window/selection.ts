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
  const named = new Set(rule.scaleDown.split(/[\s,]+/).filter(Boolean));
  return formation
    .filter(({ type, quantity }) => {
      if (quantity === 0 || type === 'release') return false;
      if (type === 'web') return rule.stopWeb;
      if (rule.scaleDown === 'none') return false;
      return rule.scaleDown === 'workers' || named.has(type);
    })
    .map(({ type }) => type);
}
