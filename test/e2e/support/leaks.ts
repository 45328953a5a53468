/** What a run may have written, by where a leak in it would be found. */
export type PlaceName =
  | 'log'
  | 'argv'
  | 'environment'
  | 'work tree'
  | 'git objects'
  | 'git config'
  | 'home'
  | 'state directory'
  | 'temp'
  | 'hand-over'
  | 'BASH_ENV'
  | 'cache'
  | 'artifacts'
  | 'workspace';

/** Bytes that a run wrote or handed on, and where. */
export interface Place {
  readonly place: PlaceName;
  /** A file, a process, a step: for the message of a failing test. */
  readonly where: string;
  readonly bytes: Buffer;
}

export interface Leak {
  readonly place: PlaceName;
  readonly where: string;
  /** How the key was written. */
  readonly form: string;
}

/**
 * Every place that holds the key: as it is, half of it, or in one of the forms in which tools pass a key on.
 * Empty where there is none.
 */
export function findLeaks(places: readonly Place[], key: string): Leak[] {
  const forms = formsOf(key);
  return places.flatMap(({ place, where, bytes }) => {
    const found = forms.find(([, text]) => bytes.includes(text, 0, 'latin1'));
    return found === undefined ? [] : [{ place, where, form: found[0] }];
  });
}

/** The forms of a key that are looked for, each with what it is. */
function formsOf(key: string): (readonly [form: string, text: string])[] {
  const hex = Buffer.from(key).toString('hex');
  return [
    ['as it is', key],
    ['in a URL', encodeURIComponent(key)],
    ...['', ':', 'heroku:'].map(
      (before) => [`base64 of ${before}KEY`, unpadded(Buffer.from(before + key))] as const,
    ),
    // Inside of a longer text the key begins at one of three places of a group of three bytes.
    ...[0, 1, 2].flatMap((offset) => {
      const core = base64Core(key, offset);
      const url = core.replaceAll('+', '-').replaceAll('/', '_');
      return [
        [`inside of base64, shifted by ${offset}`, core] as const,
        [`inside of base64url, shifted by ${offset}`, url] as const,
      ];
    }),
    ['hexadecimal', hex],
    ['as Node.js prints bytes', (hex.match(/../g) ?? []).join(' ')],
    // A text that was cut can hold enough of a key to guess the rest.
    ...halves(key).map((half) => ['half of it', half] as const),
  ];
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** The characters of base64 that the key alone decides, whatever stands before and after it. */
function base64Core(key: string, offset: number): string {
  const encoded = unpadded(Buffer.concat([Buffer.alloc(offset), Buffer.from(key)]));
  const bits = (offset + Buffer.byteLength(key)) * 8;
  return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(bits / 6));
}

/** Every part of the key that is half as long, rounded up; of a short key none, because words would match. */
function halves(key: string): string[] {
  const length = Math.ceil(key.length / 2);
  if (length < 16) return [];
  return Array.from({ length: key.length - length + 1 }, (_, start) => key.slice(start, start + length));
}
