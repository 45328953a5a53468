import { inspect } from 'node:util';
import { Refusal } from '../../../src/helper/errors.ts';
import { describeKey, readApiKey } from '../../../src/helper/settings/api-key.ts';

const KEY = 'HRKU-01234567-89ab-cdef-0123-456789abcdef';

test('reads the named variable', () => {
  expect(readApiKey('MY_KEY', { MY_KEY: KEY }).reveal()).toBe(KEY);
});

test.each([
  ['unset', {}, 'not set'],
  ['empty', { HEROKU_API_KEY: '' }, 'empty'],
  ['with a newline', { HEROKU_API_KEY: `${KEY}\n` }, 'line break'],
  ['with a carriage return', { HEROKU_API_KEY: `${KEY}\r` }, 'line break'],
  ['with a space', { HEROKU_API_KEY: ` ${KEY}` }, 'space'],
  ['with a control character', { HEROKU_API_KEY: `${KEY}\x01` }, 'character'],
])('a key that is %s is refused without showing it', (_case, environment, word) => {
  let error: unknown;
  try {
    readApiKey('HEROKU_API_KEY', environment);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ parameter: 'api-key', what: expect.stringContaining(word) });
  // A key of narrow scope that ends, for whoever reads it in a job as on a terminal.
  expect((error as Refusal).next).toMatch(
    /-e 31536000 -s identity,write-protected` .*context.* own, export it/,
  );
  expect(inspect(error, { depth: 10 })).not.toContain('HRKU');
});

test('a pasted key that happens to be a valid name is not echoed either', () => {
  expect(() => readApiKey('abcdef0123456789abcdef', {})).toThrow(/the variable that `api-key` names/);
});

test('doctor shows four characters at each end, and of a short key only its length', () => {
  expect(describeKey(readApiKey('K', { K: KEY }))).toBe('HRKU…cdef (41 characters)');
  expect(describeKey(readApiKey('K', { K: 'short-key' }))).toBe('9 characters');
});

test('a secret cannot be printed by accident', () => {
  const secret = readApiKey('K', { K: KEY });
  for (const shown of [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }, { depth: 5, showHidden: true }),
  ]) {
    expect(shown).not.toContain('HRKU');
  }
});
