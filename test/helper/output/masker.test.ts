import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMasker, maskEmail } from '../../../src/helper/output/masker.ts';

const KEY = 'HRKU-01234567-89ab-cdef-0123-456789abcdef';

function masked(text: string, ...secrets: string[]): string {
  const masker = createMasker();
  secrets.forEach((secret) => masker.add(secret));
  return masker.mask(text);
}

test('the security model shows what stands in its place', () => {
  const page = readFileSync(join(__dirname, '../../../docs/security.md'), 'utf8');
  expect(page).toContain(`become \`${masked(KEY, KEY)}\``);
});

test('the plain value goes', () => {
  expect(masked(`key ${KEY}.`, KEY)).toBe('key [masked].');
});

test.each(['', ':', 'heroku:', 'user@example.com:', 'x:', 'Authorization: Bearer '])(
  'base64 of the value behind %j goes',
  (prefix) => {
    for (const suffix of ['', '\n', '@git.heroku.com', ' and more']) {
      const encoded = Buffer.from(`${prefix}${KEY}${suffix}`).toString('base64');
      const shown = masked(`Basic ${encoded}`, KEY);
      // What is left on either side must be too little to give anything of the key away.
      const rest = shown.replace('[masked]', ' ').replace('Basic ', '').trim();
      for (const part of rest.split(' ').filter(Boolean)) {
        const decoded = Buffer.from(part, 'base64').toString('latin1');
        for (let at = 0; at + 3 <= decoded.length; at += 1)
          expect(KEY).not.toContain(decoded.slice(at, at + 3));
      }
      expect(shown).toContain('[masked]');
    }
  },
);

test('credentials in a URL go, whoever they belong to', () => {
  expect(masked('postgres://u:p4ss@host:5432/db and https://heroku:abc@git.heroku.com/x.git')).toBe(
    'postgres://[masked]@host:5432/db and https://[masked]@git.heroku.com/x.git',
  );
});

test.each([
  ['https://me@example.com:hunter22@packages.example.com/x', 'https://[masked]@packages.example.com/x'],
  ['postgres://u:hunter@22@host:5432/db', 'postgres://[masked]@host:5432/db'],
  ['amqp://a:b@h1,amqp://c:d@h2', 'amqp://[masked]@h1,amqp://[masked]@h2'],
])('up to the last @ of its host, as programs read it, in %s', (text, shown) => {
  expect(masked(text)).toBe(shown);
});

test('a URL without credentials stays', () => {
  expect(masked('see https://status.heroku.com/a:b@c')).toBe('see https://status.heroku.com/a:b@c');
});

test('a secret that contains another leaves nothing of itself', () => {
  expect(masked('abcdefgh12345', 'abcdefgh', 'abcdefgh12345')).toBe('[masked]');
});

test('every line of a secret with several lines goes', () => {
  expect(masked('x MIIEpAIBAAK y secondline1 z', 'MIIEpAIBAAK\nsecondline1')).toBe('x [masked] y [masked] z');
});

test('the forms in JSON and in a URL go', () => {
  const secret = 'pa"ss/wo+rd';
  expect(masked(JSON.stringify({ secret }), secret)).toBe('{"secret":"[masked]"}');
  expect(masked(`?p=${encodeURIComponent(secret)}`, secret)).toBe('?p=[masked]');
});

test('an e-mail address keeps its first letter and its domain', () => {
  expect(maskEmail('deploy@example.com')).toBe('d…@example.com');
  expect(maskEmail('nonsense')).toBe('…');
});
