import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { faultsOf } from '../../src/helper/page/judge.ts';
import { startLocalHeroku, type LocalHeroku } from '../../src/simulator/index.ts';
import { axe, chromiumOnDemand } from '../support/chromium.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

const HTML = readFileSync(resolve(__dirname, '../../docs/examples/maintenance.html'), 'utf8');
const VIEWS = [
  { width: 360, dark: false },
  { width: 360, dark: true },
  { width: 1280, dark: false },
];

const chromium = chromiumOnDemand();
let host: ScriptedServer;
let heroku: LocalHeroku;

beforeAll(async () => {
  host = await new ScriptedServer().listen();
  host.on('GET /maintenance.html', (response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(HTML);
  });
  heroku = await startLocalHeroku({ apps: ['corner-shop'] });
  const vars = { MAINTENANCE_PAGE_URL: `${host.url}/maintenance.html` };
  await heroku.control.act('corner-shop', { action: 'config', vars });
  await heroku.control.act('corner-shop', { action: 'maintenance', enabled: true });
});

afterAll(async () => {
  await chromium.close();
  await heroku.close();
  await host.close();
});

/** What is hard to read: runs in the page. */
const TOO_SMALL = `[...document.querySelectorAll('body *')]
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16)
  .map((one) => one.tagName)`;
const WIDTHS = '[document.documentElement.scrollWidth, innerWidth]';
const LUMINANCE = `getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)`;

test('the example page follows the rules that maintenance-page check has', () => {
  const url = new URL('https://pages.example.com/maintenance.html');
  const header = (name: string) => ({ 'content-type': 'text/html' })[name];
  expect(faultsOf({ url, status: 200, header, html: HTML })).toEqual([]);
});

test.each(VIEWS)('it can be read by everybody, %j', async (view) => {
  const opened = await chromium.openPage(`${host.url}/maintenance.html`, view);
  const [wide = 0, inner] = (await opened.page.evaluate(WIDTHS)) as number[];
  expect(wide).toBeLessThanOrEqual(inner ?? 0);
  expect(await opened.page.evaluate(TOO_SMALL)).toEqual([]);
  const brightness = (await opened.page.evaluate(LUMINANCE)) as number;
  expect(brightness < 382).toBe(view.dark);
  expect(await axe(opened)).toEqual([]);
  expect(opened.troubles).toEqual([]);
  await opened.close();
});

test.each(VIEWS)('so can it in the frame that Heroku puts around it, %j', async (view) => {
  const opened = await chromium.openPage(`${heroku.urls.router}/_app/corner-shop/`, view);
  const frame = opened.page.frames().find((one) => one.url().endsWith('/maintenance.html'));
  expect(await frame?.evaluate('document.querySelector("h1").textContent')).toBe('We will be right back');
  const [wide = 0, inner] = (await frame?.evaluate(WIDTHS)) as number[];
  expect(wide).toBeLessThanOrEqual(inner ?? 0);
  expect(inner).toBe(view.width);
  // What stands around the frame is Heroku's.
  const inFrame = (await axe(opened)).filter((one) => one.includes('(iframe '));
  expect(inFrame).toEqual([]);
  // Chromium tells of the router's own status, which is 503.
  expect(opened.troubles.filter((one) => !one.includes('503'))).toEqual([]);
  await opened.close();
});
