import { FORMATION_ENTRY, formationEntries } from '../../parameters/formation.ts';
import type { ScaleUpdate } from '../ports/heroku.ts';

/**
 * Process types as a person names them: `worker=3:standard-2x clock=1`. Gets a text that `checkFormation` has
 * let through; none, where it is empty.
 */
export function parseFormation(text: string): readonly ScaleUpdate[] {
  return formationEntries(text).flatMap((entry) => {
    const [, type, quantity, size] = FORMATION_ENTRY.exec(entry) ?? [];
    if (type === undefined) return [];
    return [{ type, quantity: Number(quantity), ...(size === undefined ? {} : { size }) }];
  });
}
