import { faultsOf } from '../../../src/helper/page/judge.ts';

const PAGE = new URL('https://pages.example.com/down.html');

/** What is wrong with a page of this HTML and these headers. */
function faults(html: string, headers: Record<string, string> = {}, url = PAGE, status = 200): string {
  const all: Record<string, string> = { 'content-type': 'text/html; charset=utf-8', ...headers };
  return faultsOf({ url, status, header: (name) => all[name], html }).join('\n');
}

test.each([
  ['plain text', '<p>Back soon</p>'],
  [
    'whole addresses',
    '<img src="https://cdn.example.com/a.png"><link rel=stylesheet href=https://x.example/a.css>',
  ],
  ['addresses without a scheme', '<img src="//cdn.example.com/a.png">'],
  [
    'data',
    `<link rel="icon" href="data:,"><img srcset="data:image/png;base64,iVBO,Rw 1x, https://x.example/b.png 2x">`,
  ],
  [
    'links',
    '<a href="#top">up</a> <a href="mailto:a@example.com">mail</a> <a href="http://status.example.com/">status</a>',
  ],
  ['a base', '<base href="https://cdn.example.com/"><img src="a.png">'],
  ['comments', '<!-- <img src="a.png"> --><style>/* url(a.png) */ p { color: red }</style>'],
  ['scripts, whose text is none of ours', '<script>document.write("<img src=a.png>")</script>'],
  ['text that looks like an element', '<textarea><img src="a.png"></textarea> 1 < 2 <>'],
  ['a canonical address', '<link rel="canonical" href="/down">'],
  ['references inside of it', '<svg><use href="#a"/><rect style="fill: url(#b)"/></svg>'],
])('a page with %s can be shown', (_what, html) => {
  expect(faults(html)).toBe('');
});

test.each([
  ['<img src="logo.png">', '<img src> "logo.png" is relative'],
  ["<IMG SRC='/logo.png'>", '<img src> "/logo.png" is relative'],
  ['<img src=logo.png>', '"logo.png" is relative'],
  ['<img alt="a > b" src="logo.png">', '"logo.png" is relative'],
  ['<img srcset="https://x.example/a.png 1x, b.png 2x">', '<img srcset> "b.png" is relative'],
  ['<link rel="stylesheet" href="style.css">', '<link href> "style.css" is relative'],
  ['<script src="./app.js"></script>', '<script src> "./app.js" is relative'],
  ['<a href="/status">', '<a href> "/status" is relative'],
  ['<style>body { background: url( "bg.png" ) }</style>', '<style> "bg.png" is relative'],
  ['<style>@import "more.css";</style>', '<style> "more.css" is relative'],
  ['<p style="background:url(bg.png)">', '<p style> "bg.png" is relative'],
  ['<video poster="a.jpg">', '"a.jpg" is relative'],
  ['<object data="a.swf">', '"a.swf" is relative'],
  ['<svg><image xlink:href="a.png"/></svg>', '"a.png" is relative'],
  ['<form action="/search">', '"/search" is relative'],
  ['<base href="/pages/"><img src="a.png">', '"a.png" is relative'],
  ['<script>1</script><img src="a.png">', '"a.png" is relative'],
  ['<!-- never closed -- > --><img src="a.png"', '"a.png" is relative'],
  ['<img src="http://cdn.example.com/a.png">', 'is http, which browsers do not load in an https page'],
  ['<img src="file:///home/me/a.png">', 'is no address that browsers load'],
])('%s is found', (html, why) => {
  expect(faults(html)).toContain(why);
});

test('many faults are told in a few lines', () => {
  const told = faults('<img src="a.png">'.repeat(9));
  expect(told.split('\n')).toHaveLength(6);
  expect(told).toContain('and 4 more of these');
});

test.each([
  [{ 'x-frame-options': 'DENY' }, '`X-Frame-Options: DENY` forbids frames'],
  [{ 'x-frame-options': 'SAMEORIGIN' }, 'forbids frames'],
  [{ 'x-frame-options': 'ALLOW-FROM https://www.example.com' }, 'forbids frames'],
  [{ 'content-security-policy': "default-src 'self'; frame-ancestors 'none'" }, "(frame-ancestors 'none')"],
  [
    { 'content-security-policy': "Frame-Ancestors 'self' https://www.example.com" },
    'forbids frames of others',
  ],
  [{ 'content-security-policy': 'frame-ancestors' }, 'forbids frames of others'],
  [{ 'content-security-policy': "frame-ancestors *, frame-ancestors 'self'" }, 'forbids frames of others'],
  [{ 'content-type': 'text/plain' }, 'its content type is text/plain, and text/html is wanted'],
  [{ 'content-type': 'binary/octet-stream' }, 'text/html is wanted'],
  [{ 'content-disposition': 'attachment; filename="down.html"' }, 'has browsers save it'],
])('%j keeps it from being shown', (headers, why) => {
  expect(faults('<p>Back soon</p>', headers)).toContain(why);
});

test.each([
  { 'content-security-policy': "default-src 'self'; frame-ancestors *" },
  { 'content-security-policy': 'frame-ancestors https:' },
  { 'content-security-policy': "default-src 'none', script-src 'none'" },
  { 'content-security-policy-report-only': "frame-ancestors 'none'" },
  { 'content-type': 'application/xhtml+xml' },
])('%j does not', (headers) => {
  expect(faults('<p>Back soon</p>', headers)).toBe('');
});

test('another status, and a page that nobody has the time to load', () => {
  expect(faults('<p>Not here</p>', {}, PAGE, 404)).toBe('it answers 404, and 200 is wanted');
  expect(faults('x'.repeat(1024 * 1024 + 1))).toContain('more than 1048576');
});

test('on this machine, for trying out, http is no matter', () => {
  const url = new URL('http://127.0.0.1:8080/down.html');
  expect(faults('<img src="http://127.0.0.1:8080/a.png">', {}, url)).toBe('');
});

test('a page made to be hard to read is read all the same', () => {
  expect(faults(`${'<a '.repeat(100_000)}"`)).toBe('');
  expect(faults(`<style>${'url("'.repeat(100_000)}`)).toContain('is relative');
  expect(faults('<!--'.repeat(100_000))).toBe('');
});

// Longer than any test may take, were each blank tried as the first one of those behind it.
test.each(['<a', '<a b', '<a b='])('%s and a great many blanks are read in one go', (begin) => {
  expect(faults(`${begin}${' '.repeat(900_000)}><img src="a.png">`)).toContain('"a.png" is relative');
});
