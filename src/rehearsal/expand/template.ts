import { isTruthy, Named } from './values.ts';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly path: string }
  | { readonly kind: 'expression'; readonly source: string }
  | {
      readonly kind: 'section';
      readonly path: string;
      readonly inverted: boolean;
      readonly parts: readonly Part[];
    };

/** What a template may refer to. Both may throw a ConfigError of their own. */
export interface TemplateValues {
  variable(path: string): unknown;
  expression(source: string): unknown;
}

/** A template that cannot be read; the caller adds place and element. */
export class TemplateError extends Error {}

const PATH = /^[A-Za-z_][\w-]*(?:\.[\w-]+)*$/;
const SECTION = /^([#^/])\s*([A-Za-z_][\w-]*(?:\.[\w-]+)*)$/;
const CACHE_LIMIT = 2000;
const cache = new Map<string, readonly Part[]>();

function unclosed(text: string): TemplateError {
  const excerpt = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return new TemplateError(
    `Unclosed '<<' tag in string: ${JSON.stringify(excerpt)} ('<<' must be escaped as '\\<<' in config v2.1+)`,
  );
}

interface Open {
  readonly path: string;
  readonly inverted: boolean;
  readonly parts: Part[];
}

/** Splits a scalar into text and tags. `\<<` is a literal `<<`. */
function parse(text: string): readonly Part[] {
  const known = cache.get(text);
  if (known !== undefined) {
    return known;
  }
  const root: Open = { path: '', inverted: false, parts: [] };
  const stack: Open[] = [root];
  let literal = '';
  const top = (): Open => stack.at(-1) ?? root;
  const flush = (): void => {
    if (literal !== '') top().parts.push({ kind: 'text', text: literal });
    literal = '';
  };
  let at = 0;
  for (;;) {
    const start = text.indexOf('<<', at);
    if (start === -1) break;
    if (start > at && text[start - 1] === '\\') {
      literal += `${text.slice(at, start - 1)}<<`;
      at = start + 2;
      continue;
    }
    literal += text.slice(at, start);
    const end = text.indexOf('>>', start + 2);
    if (end === -1) throw unclosed(text);
    flush();
    addTag(text, text.slice(start + 2, end).trim(), stack);
    at = end + 2;
  }
  literal += text.slice(at);
  flush();
  if (stack.length > 1) throw unclosed(text);
  if (cache.size > CACHE_LIMIT) cache.clear();
  cache.set(text, root.parts);
  return root.parts;
}

function addTag(text: string, tag: string, stack: Open[]): void {
  const open = stack.at(-1);
  if (open === undefined) throw unclosed(text);
  const [, mark, path = ''] = SECTION.exec(tag) ?? [];
  if (mark === '#' || mark === '^') {
    stack.push({ path, inverted: mark === '^', parts: [] });
  } else if (mark === '/') {
    const outer = stack.at(-2);
    if (outer === undefined || open.path !== path) throw unclosed(text);
    stack.pop();
    outer.parts.push({ kind: 'section', path, inverted: open.inverted, parts: open.parts });
  } else if (PATH.test(tag)) {
    open.parts.push({ kind: 'variable', path: tag });
  } else if (/\bpipeline\./.test(tag)) {
    open.parts.push({ kind: 'expression', source: tag });
  } else {
    // Shell text such as `cat <<EOF >>file` ends here: it was never meant as a tag.
    throw unclosed(text);
  }
}

/**
 * Fills a scalar's tags. A scalar that is exactly one tag keeps the value's type; text around a tag makes it a string,
 * with booleans as `true`/`false` and integers in decimal. Values that were put in are not read for tags again.
 * @throws TemplateError for an unclosed tag, or a list or map inside text.
 */
export function fillTemplate(text: string, values: TemplateValues): unknown {
  if (!text.includes('<<')) {
    return text;
  }
  const parts = parse(text);
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) {
    if (first.kind === 'variable') return values.variable(first.path);
    if (first.kind === 'expression') return values.expression(first.source);
  }
  return join(parts, values);
}

function join(parts: readonly Part[], values: TemplateValues): string {
  return parts
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return part.text;
        case 'variable':
          return embed(values.variable(part.path), part.path);
        case 'expression':
          return embed(values.expression(part.source), part.source);
        case 'section':
          return isTruthy(values.variable(part.path)) === part.inverted ? '' : join(part.parts, values);
      }
    })
    .join('');
}

function embed(value: unknown, path: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Named) return value.name;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(
    `'<< ${path} >>' is not a string, number or boolean, so it cannot stand inside other text.`,
  );
}
