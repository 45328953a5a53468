import { randomInt } from 'node:crypto';
import { invalidParams } from '../errors.ts';
import { postgresService } from './plans.ts';

const words = [
  'amber',
  'briny',
  'clear',
  'cubic',
  'curved',
  'fitted',
  'graceful',
  'round',
  'shaped',
  'solid',
];
const colors = [
  ...[
    'AMBER',
    'AQUA',
    'BLACK',
    'BLUE',
    'BRONZE',
    'BROWN',
    'COBALT',
    'COPPER',
    'CRIMSON',
    'CYAN',
    'GOLD',
    'GRAY',
  ],
  ...['GREEN', 'IVORY', 'JADE', 'MAROON', 'NAVY', 'OLIVE', 'ONYX', 'ORANGE', 'PINK', 'PUCE', 'PURPLE', 'RED'],
];

/** A name for an add-on such as `postgresql-cubic-12345`. */
export function newAddOnName(service: string, isTaken: (name: string) => boolean): string {
  const stem = service === postgresService ? 'postgresql' : service;
  for (;;) {
    const word = words[randomInt(words.length)] ?? 'round';
    const name = `${stem}-${word}-${String(randomInt(100_000)).padStart(5, '0')}`;
    if (!isTaken(name)) return name;
  }
}

/**
 * The name that an attachment gets when nobody gives it one: `DATABASE` for an app's first Heroku Postgres, the
 * service's for another one's first, and a colour for each further one (Dev Center: managing add-ons).
 */
export function newAttachmentName(service: string, isTaken: (name: string) => boolean): string {
  const stem = service.replaceAll('-', '_').toUpperCase();
  const first = service === postgresService ? 'DATABASE' : stem;
  if (!isTaken(first)) return first;
  const color = colors.find((each) => !isTaken(`${stem}_${each}`));
  if (!color) throw invalidParams(`No more attachments of ${service} fit on this app.`);
  return `${stem}_${color}`;
}

/** @throws PlatformError 422 for a name that add-ons and attachments cannot have. */
export function checkName(name: string): void {
  if (!/^[a-zA-Z][A-Za-z0-9_-]+$/.test(name)) {
    throw invalidParams(`Name ${name} must start with a letter and hold letters, digits, _ and - only.`);
  }
}
