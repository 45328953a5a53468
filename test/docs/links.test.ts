import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorsOf, pages, proseOf, ROOT, type Page } from './support/markdown.ts';

const all = pages();
const byPath = new Map(all.map((page) => [page.path, page]));

interface Link {
  /** From the project's top; of a link within the page, the page. */
  readonly path: string;
  readonly anchor: string;
}

/** Links of a page that lead to files of the project. */
function linksOf(page: Page): readonly Link[] {
  const prose = proseOf(page).replace(/(?<!`)`[^`]+`(?!`)/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor = ''] = target.split('#');
      return { path: file === '' ? page.path : normalize(join(dirname(page.path), file)), anchor };
    });
}

it('finds pages and links at all', () => {
  expect(all.length).toBeGreaterThan(20);
  expect(all.flatMap(linksOf).length).toBeGreaterThan(50);
});

it.each(all.map((page) => [page.path, page] as const))('every link of %s leads somewhere', (_path, page) => {
  const broken = linksOf(page).filter(({ path, anchor }) => {
    if (!existsSync(join(ROOT, path))) return true;
    const target = byPath.get(path);
    return anchor !== '' && (target === undefined || !anchorsOf(target).has(anchor));
  });
  expect(broken).toEqual([]);
});

it('the README leads to every page', () => {
  const readme = byPath.get('README.md');
  const linked = new Set((readme ? linksOf(readme) : []).map(({ path }) => path));
  expect(all.map(({ path }) => path).filter((path) => path !== 'README.md' && !linked.has(path))).toEqual([]);
});

it('what the package takes along is all that the pages lead to', () => {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
  const packed = ['README.md', 'LICENSE', 'package.json', ...files];
  const outside = all
    .flatMap(linksOf)
    .map(({ path }) => path)
    .filter((path) => !packed.some((one) => path === one || path.startsWith(`${one}/`)));
  expect(outside).toEqual([]);
});

it.each([
  ['## A window, `--until` it ends', 'a-window---until-it-ends'],
  ['## [Caches](caches.md) & co', 'caches--co'],
  ['# Twice\n\n# Twice', 'twice-1'],
])('makes the anchor of %j', (text, anchor) => {
  expect(anchorsOf({ path: 'x.md', text })).toContain(anchor);
});
