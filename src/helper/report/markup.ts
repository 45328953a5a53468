/** Text that is markup already, and goes into a page as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What a page is made of: plain texts are escaped, markup is not, and nothing stands for nothing. */
export type Part = Markup | string | number | false | null | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A text as HTML and XML can show it, in an attribute too. An app may print anything: what XML forbids is taken
 * out, and so is what would turn the direction of the text around it.
 */
export function escaped(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g, '')
      .replace(/\p{Surrogate}/gu, '\ufffd')
      .replace(/[&<>"']/g, (one) => ENTITIES[one] ?? '')
  );
}

/** Markup in which every value is escaped, unless it is markup itself. */
export function markup(texts: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(texts.reduce((before, text, index) => before + render(values[index - 1]) + text));
}

function render(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return part ? part.map(render).join('') : '';
}
