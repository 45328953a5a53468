const PLACEHOLDER = '[masked]';
/** Shorter values would blank out ordinary words; CircleCI's own masking draws the line there too. */
const SHORTEST = 4;

/** Replaces known secrets in text, in every form in which they are likely to turn up. */
export interface Masker {
  add(secret: string): void;
  mask(text: string): string;
}

/** A masker that knows no secret yet; credentials in URLs it masks from the start. */
export function createMasker(): Masker {
  let forms: string[] = [];
  return {
    add(secret) {
      const fresh = secret
        .split(/\r?\n/)
        .filter((line) => line.length >= SHORTEST)
        .flatMap(formsOf);
      // Longest first, so that no part of a longer secret is left beside a shorter one's placeholder.
      forms = [...new Set([...forms, ...fresh])].sort((a, b) => b.length - a.length);
    },
    mask(text) {
      let masked = text;
      for (const form of forms) masked = masked.replaceAll(form, PLACEHOLDER);
      // Looked for first: of migrations that print millions of lines, hardly one has a URL.
      if (!masked.includes('://')) return masked;
      return masked.replace(
        /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/:]{0,256}:[^\s/]{0,1024}@/gi,
        `$1${PLACEHOLDER}@`,
      );
    },
  };
}

/** The secret itself, as JSON and in a URL, and the base64 of anything that contains it. */
function formsOf(secret: string): string[] {
  const plain = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  return [...plain, ...base64Cores(secret)].filter((form) => form.length >= SHORTEST);
}

/**
 * Base64 works on groups of three bytes, so a text that contains the secret encodes it in one of three
 * ways, according to where it begins. Each way without the characters that depend on what stands around.
 */
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = offset === 0 ? 0 : offset + 1;
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    const core = encoded.slice(first, last);
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')].filter((form) => form.length >= 8);
  });
}

/** `d…@example.com`: enough to recognise an account, and no address for a public log. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return at < 1 ? '…' : `${email.slice(0, 1)}…${email.slice(at)}`;
}
