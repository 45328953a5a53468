import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../../..');

/** A page of the documentation. */
export interface Page {
  /** From the project's top, such as `docs/caches.md`. */
  readonly path: string;
  readonly text: string;
}

/** A code block, fenced or indented. */
export interface Block {
  readonly path: string;
  /** Line of its first line of code, from 1. */
  readonly line: number;
  /** What stands behind the fence, such as `yaml`; empty for an indented block. */
  readonly info: string;
  readonly text: string;
}

/** README, the changelog and everything in docs, generated pages too. */
export function pages(): readonly Page[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return ['README.md', 'CHANGELOG.md', ...docs.map((path) => `docs/${path}`).sort()]
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

const FENCE = /^ *(`{3,}|~{3,}) *([^`]*)$/;
const LIST_ITEM = /^ *(?:[-*+]|\d+[.)]) /;

/** The code blocks of a page, in order. Four blanks make one only where no list goes on. */
export function blocksOf({ path, text }: Page): readonly Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let listed = false;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, fence, info = ''] = FENCE.exec(line) ?? [];
    const from = fence === undefined ? at : at + 1;
    let end = from;
    if (fence !== undefined) {
      while (end < lines.length && lines[end]?.trim() !== fence) end += 1;
      at = end;
    } else if (/^ {4}/.test(line) && !listed && (lines[at - 1] ?? '') === '') {
      while (/^ {4}|^$/.test(lines[end] ?? '-')) end += 1;
      at = end - 1;
    } else {
      if (LIST_ITEM.test(line)) listed = true;
      else if (/^\S/.test(line)) listed = false;
      continue;
    }
    const code = lines.slice(from, end);
    const margin = Math.min(...code.filter((one) => one !== '').map((one) => one.search(/\S/)));
    blocks.push({
      path,
      line: from + 1,
      info: info.trim(),
      text: code
        .map((one) => one.slice(Number.isFinite(margin) ? margin : 0))
        .join('\n')
        .trimEnd(),
    });
  }
  return blocks;
}

/** The page's prose: blocks of code are blank, lines keep their numbers. */
export function proseOf(page: Page): string {
  const lines = page.text.split('\n');
  for (const { line, text } of blocksOf(page)) {
    text.split('\n').forEach((_, index) => (lines[line - 1 + index] = ''));
  }
  return lines.join('\n');
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(page: Page): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, title = ''] of proseOf(page).matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let name = slug;
    for (let next = 1; anchors.has(name); next += 1) name = `${slug}-${next}`;
    anchors.add(name);
  }
  return anchors;
}

/** Spans of code in the prose, each on one line. */
export function spansOf(page: Page): readonly string[] {
  return [...proseOf(page).matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map(([, code = '']) =>
    code.replace(/\s+/g, ' '),
  );
}
