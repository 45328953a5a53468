/** Something that a page refers to. */
export interface Reference {
  /** Such as `<img src>`. */
  readonly where: string;
  readonly url: string;
  /** Followed by a click, and not loaded with the page. */
  readonly link: boolean;
}

const NAME = /[a-z][^\s/>]*/iy;
const BETWEEN = /[\s/]*/y;
const ATTRIBUTE = /([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>][^\s>]*)))?/y;
const CSS_URL = /url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]*))|@import\s+(?:"([^"]*)"|'([^']*)')/gi;
/** Their content is text, whatever it looks like. */
const RAW = new Set(['script', 'style', 'textarea', 'title']);
/** They tell of other pages, and nothing is loaded. */
const ONLY_TOLD = /\b(?:canonical|author|help|license|next|prev|search)\b/i;

/**
 * What a page refers to, and the address in its `<base>`. A scanner, and not a browser's parser: it knows elements,
 * attributes, comments and style sheets, and what a script loads later it does not see.
 */
export function referencesOf(html: string): { readonly found: readonly Reference[]; readonly base?: string } {
  const found: Reference[] = [];
  let base: string | undefined;
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at)) {
    if (html.startsWith('<!--', at)) {
      at = endOf(html, '-->', at + 4);
      continue;
    }
    NAME.lastIndex = at + 1;
    const [name] = NAME.exec(html) ?? [];
    if (name === undefined) {
      at += 1;
      continue;
    }
    const element = name.toLowerCase();
    const { attributes, end } = readAttributes(html, NAME.lastIndex);
    at = end;
    if (element === 'base') base ??= attributes.get('href');
    else found.push(...inAttributes(element, attributes));
    if (!RAW.has(element)) continue;
    const close = html.slice(at).search(new RegExp(`</${element}`, 'i'));
    const text = close === -1 ? html.slice(at) : html.slice(at, at + close);
    if (element === 'style') found.push(...inCss('<style>', text));
    at += text.length;
  }
  return { found, ...(base === undefined ? {} : { base }) };
}

function endOf(html: string, text: string, from: number): number {
  const index = html.indexOf(text, from);
  return index === -1 ? html.length : index + text.length;
}

function readAttributes(html: string, from: number): { attributes: Map<string, string>; end: number } {
  const attributes = new Map<string, string>();
  // In a step of its own: together they would try each blank of many again as the first one.
  const skip = (index: number): number => {
    BETWEEN.lastIndex = index;
    BETWEEN.exec(html);
    return BETWEEN.lastIndex;
  };
  let at = skip(from);
  while (at < html.length && html[at] !== '>') {
    ATTRIBUTE.lastIndex = at;
    const [, name, ...values] = ATTRIBUTE.exec(html) ?? [];
    if (name === undefined) {
      at = skip(at + 1);
      continue;
    }
    const value = values.find((one) => one !== undefined);
    if (value !== undefined && !attributes.has(name.toLowerCase())) attributes.set(name.toLowerCase(), value);
    at = skip(ATTRIBUTE.lastIndex);
  }
  return { attributes, end: at + 1 };
}

function inAttributes(element: string, attributes: ReadonlyMap<string, string>): readonly Reference[] {
  return [...attributes].flatMap(([name, value]) => {
    const where = `<${element} ${name}>`;
    const one = (link: boolean): Reference[] => [{ where, url: value.trim(), link }];
    switch (name) {
      case 'href':
      case 'xlink:href':
        if (element === 'link' && ONLY_TOLD.test(attributes.get('rel') ?? '')) return [];
        return one(element === 'a' || element === 'area');
      case 'action':
      case 'formaction':
        return one(true);
      case 'data':
        return element === 'object' ? one(false) : [];
      case 'src':
      case 'poster':
      case 'background':
        return one(false);
      case 'srcset':
      case 'imagesrcset':
        return value
          .split(/,\s+/)
          .map((part) => ({ where, url: part.trim().split(/\s/)[0] ?? '', link: false }));
      case 'style':
        return inCss(where, value);
      default:
        return [];
    }
  });
}

function inCss(where: string, css: string): readonly Reference[] {
  const urls = [...css.replace(/\/\*[^]*?(?:\*\/|$)/g, '').matchAll(CSS_URL)];
  return urls.map(([, ...parts]) => ({ where, url: parts.find(Boolean) ?? '', link: false }));
}
