const MASK = '****';

/**
 * The values that CircleCI hides: those of project variables and contexts with at least four characters that are not
 * `true` or `false`. Nothing derived from them is hidden. Source: CircleCI docs, "Secrets masking".
 */
export function maskable(values: Iterable<string>): string[] {
  return [...new Set(values)]
    .filter((value) => value.length >= 4 && value !== 'true' && value !== 'false')
    .sort((left, right) => right.length - left.length);
}

/** Masks secrets in a stream of text, also where one is split over two chunks. */
export class Masker {
  private held = '';

  /** @param secrets longest first, as `maskable` gives them. */
  constructor(private readonly secrets: readonly string[]) {}

  /** Takes the next chunk; gives what is safe to show now. */
  push(chunk: string): string {
    if (this.secrets.length === 0) return chunk;
    const { shown, rest } = this.scan(this.held + chunk);
    this.held = rest;
    return shown;
  }

  /** Gives what was held back in case a secret went on. */
  end(): string {
    const rest = this.held;
    this.held = '';
    return rest;
  }

  private scan(text: string): { shown: string; rest: string } {
    let shown = '';
    let from = 0;
    const longest = this.secrets[0]?.length ?? 0;
    for (let at = 0; at < text.length; at += 1) {
      const secret = this.secrets.find((value) => text.startsWith(value, at));
      if (secret !== undefined) {
        shown += text.slice(from, at) + MASK;
        at += secret.length - 1;
        from = at + 1;
      } else if (
        text.length - at < longest &&
        this.secrets.some((value) => value.startsWith(text.slice(at)))
      ) {
        return { shown: shown + text.slice(from, at), rest: text.slice(at) };
      }
    }
    return { shown: shown + text.slice(from), rest: '' };
  }
}
