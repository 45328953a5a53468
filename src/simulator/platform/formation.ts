import { invalidParams, notFound } from './errors.ts';
import { newId } from './ids.ts';
import type { App, FormationEntry, SlugRecord } from './model.ts';
import { dynoSize, isSmall } from './sizes.ts';

/** One process type's wanted quantity and size, as the API takes them. */
export interface FormationUpdate {
  /** The type's name, or the formation entry's id. */
  readonly type: string;
  /** A number, a number as text, or a change such as `+1` and `-2`: the Heroku CLI sends text. */
  readonly quantity?: number | string;
  readonly size?: string;
}

/** Dynos of one type (Dev Center: limits). */
const maximumQuantity = 100;
/** New process types get this size, and so do release and one-off dynos. */
export const defaultSize = 'Standard-1X';

/** @throws PlatformError 404. */
export function formationEntry(app: App, identity: string): FormationEntry {
  const found = app.formation.find((entry) => entry.type === identity || entry.id === identity);
  if (!found) throw notFound('formation', `Couldn't find that process type (${identity}).`);
  return found;
}

/**
 * Changes quantities and sizes: all updates or, when one of them is refused, none. Starting and stopping
 * dynos accordingly is the caller's part.
 * @throws PlatformError 404 for an unknown type, 422 for an unusable quantity or size.
 */
export function scaleFormation(app: App, updates: readonly FormationUpdate[]): FormationEntry[] {
  const wanted = new Map(
    app.formation.map((entry) => [entry, { quantity: entry.quantity, size: entry.size }]),
  );
  const touched = updates.map((update) => {
    const entry = formationEntry(app, update.type);
    const before = wanted.get(entry) ?? entry;
    wanted.set(entry, {
      quantity:
        update.quantity === undefined ? before.quantity : newQuantity(before.quantity, update.quantity),
      size: update.size === undefined ? before.size : dynoSize(update.size).name,
    });
    return entry;
  });
  refuseMixedSizes(wanted.values());
  const now = new Date();
  for (const [entry, { quantity, size }] of wanted) {
    if (entry.quantity === quantity && entry.size === size) continue;
    Object.assign(entry, { quantity, size, updatedAt: now });
  }
  return [...new Set(touched)];
}

/**
 * Makes the formation follow a slug's process types: quantities and sizes of types that stay survive, a new
 * `web` gets one dyno and every other new type none (Dev Center: the process model).
 */
export function followSlug(app: App, slug: SlugRecord): void {
  const types = Object.entries(slug.processTypes).filter(([type]) => type !== 'release');
  const now = new Date();
  const kept = types.map(([type, command]): FormationEntry => {
    const existing = app.formation.find((entry) => entry.type === type);
    if (!existing) {
      const quantity = type === 'web' ? 1 : 0;
      return { id: newId(), type, command, quantity, size: defaultSize, createdAt: now, updatedAt: now };
    }
    if (existing.command !== command) Object.assign(existing, { command, updatedAt: now });
    return existing;
  });
  app.formation.splice(0, app.formation.length, ...kept);
}

function newQuantity(before: number, wanted: number | string): number {
  const text = String(wanted);
  if (!/^[+-]?\d{1,4}$/.test(text)) throw invalidParams(`Quantity ${text} is not a number of dynos.`);
  const relative = typeof wanted === 'string' && /^[+-]/.test(text);
  const quantity = relative ? before + Number(text) : Number(text);
  if (quantity < 0) throw invalidParams('Quantity must not be less than 0.');
  if (quantity > maximumQuantity) throw invalidParams(`Quantity must not be more than ${maximumQuantity}.`);
  return quantity;
}

function refuseMixedSizes(entries: Iterable<{ readonly quantity: number; readonly size: string }>): void {
  const running = [...entries].filter(({ quantity }) => quantity > 0);
  const sizes = new Set(running.map(({ size }) => (isSmall(size) ? size : 'other')));
  if (sizes.size < 2) return;
  throw invalidParams('Eco and Basic dynos cannot be mixed with dynos of another size in one app.');
}
