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

  private readonly any: RegExp;
  private readonly longest: number;

  /** @param secrets longest first, as `maskable` gives them. */
  constructor(private readonly secrets: readonly string[]) {
    this.any = new RegExp(
      secrets.map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'),
      'g',
    );
    this.longest = secrets[0]?.length ?? 0;
  }

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
    for (const { index, 0: secret } of text.matchAll(this.any)) {
      const begun = this.beginningIn(text, from, index);
      if (begun !== undefined) return { shown: shown + text.slice(from, begun), rest: text.slice(begun) };
      shown += text.slice(from, index) + MASK;
      from = index + secret.length;
    }
    const begun = this.beginningIn(text, from, text.length) ?? text.length;
    return { shown: shown + text.slice(from, begun), rest: text.slice(begun) };
  }

  /** Where, in this part of the text, a secret may begin that goes on after its end. */
  private beginningIn(text: string, from: number, to: number): number | undefined {
    for (let at = Math.max(from, text.length - this.longest + 1); at < to; at += 1) {
      const rest = text.slice(at);
      if (this.secrets.some((value) => value.startsWith(rest))) return at;
    }
    return undefined;
  }
}
