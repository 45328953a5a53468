import { linksOf } from '../../../src/helper/report/links.ts';
import { renderJunit } from '../../../src/helper/report/junit.ts';
import type { KeptLog } from '../../../src/helper/report/log-keeper.ts';
import { renderPage } from '../../../src/helper/report/page.ts';
import type { Verdict } from '../../../src/helper/exit-codes.ts';
import type { Result } from '../../../src/helper/deployment/result.ts';
import { axe, chromiumOnDemand, type OpenPage, type View } from '../../support/chromium.ts';
import { HELD, HOSTILE, IN_HALVES, REFUSED, SUCCEEDED } from './support/results.ts';

const chromium = chromiumOnDemand();
afterAll(() => chromium.close());

const LOG: KeptLog = {
  lines: ['== preflight', 'WARNING: look', 'ERROR: broken', 'a < b'],
  leftOut: 0,
  at: 0,
};
const render = (result: Result, log: KeptLog = LOG): string =>
  renderPage(result, { command: 'migrate', log, links: {} });
/** The page's text, its tags taken out. */
const textOf = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe('what the page says', () => {
  it('tells all of a migration that succeeded', () => {
    const text = textOf(render(SUCCEEDED));
    for (const told of [
      'acme-shop ✓ Succeeded exit 0',
      'v41 → v42',
      '4b1f3a09 → 9e8d7c6b',
      'Maintenance page 1 min 12 s',
      'close window 9.0 s 9.0 s',
      'preflight 6.2 s –',
      'was up from 10:30:10 to 10:31:22 (1 min 12 s)',
      'process worker 3 × Standard-1X 3 × Standard-1X',
      'Migration bundle exec rake db:migrate , exit status 0',
      'Backups b017',
      'Also used by acme-reports',
      '63 to Heroku’s API, 2 to its git server',
    ]) {
      expect(text).toContain(told);
    }
    expect(text).not.toContain('What went wrong');
    expect(text).not.toContain('State now');
    expect(text).not.toContain('left out');
  });

  it('tells of a held window why, how the app is, line by line, and what to do next', () => {
    const text = textOf(render(HELD));
    for (const told of [
      '! Held exit 3',
      'What went wrong The migration bundle exec rake db:migrate of acme-shop ended with exit status 1.',
      'In the phase migrate',
      'Next: mend the cause and push, or run the job again',
      'State now maintenance on process web: 2 x Standard-2X process worker: 0 x Standard-1X',
      'migrate ✗ failed 12 s',
      'still up, 1 min',
      'up from 10:30:10 on, and still is',
      'heroku-cd recover --app-name acme-shop --release-hold',
    ]) {
      expect(text).toContain(told);
    }
  });

  it('shows both halves of a deployment with the time between them, and what was done again as such', () => {
    const page = render(IN_HALVES);
    const rows = [...page.matchAll(/<tr[^>]*><th scope="row">(.*?)<\/th>.*?<td class="n">(.*?)<\/td>/g)];
    const shown = rows.map(([, name = '', took]) => `${name.replace(/<[^>]*>/g, '')} ${took}`);
    expect(shown).toEqual([
      'preflight 6.0 s',
      'build 30 s',
      'snapshot 1.0 s',
      'between the halves 1 min',
      'preflight again 2.0 s',
      'snapshot again 1.0 s',
      'ship 3.0 s',
      'release 3.0 s',
      'flush caches 4.0 s',
      'health ✗ failed 20 s',
      'rollback 8.0 s',
      'flush caches again ✗ failed 5.0 s',
      'health again 6.0 s',
      'report 1.0 s',
    ]);
    expect(textOf(page)).toContain('Maintenance page not used Took 2 min 30 s');
    // Nothing ran meanwhile, and nothing was down.
    expect(page.match(/class="bar"/g)).toHaveLength(13);
    expect(page).not.toContain('class="page"');
  });

  it.each<[Verdict, string]>([
    ['succeeded', '✓ Succeeded'],
    ['failed', '✗ Failed, undone'],
    ['refused', '✗ Refused'],
    ['held', '! Held'],
    ['unknown', '? Unknown'],
    ['incomplete', '! Serving, incomplete'],
    ['interrupted', '✗ Interrupted, undone'],
  ])('says %s in words', (verdict, words) => {
    expect(textOf(render({ ...HELD, verdict }))).toContain(words);
  });

  it('gets by with what a refused run knows', () => {
    const page = render(REFUSED);
    expect(textOf(page)).toContain('Maintenance page not used');
    expect(page).toContain('<code>no-such-branch</code>');
    expect(page).not.toMatch(/undefined|null|NaN|Infinity|\[object/);
  });

  it('gets by without a single phase', () => {
    expect(render({ ...REFUSED, phases: [] })).not.toMatch(/undefined|null|NaN|Infinity|Timeline/);
  });

  it('takes a window that undoing has closed as closed, and one that was open long before from the beginning', () => {
    const { maintenance } = HELD;
    expect(textOf(render({ ...HELD, maintenance: { ...maintenance, after: false } }))).toContain(
      'to 10:31:12',
    );
    const continued = { ...maintenance, windowOpenedAt: '2026-11-22T08:00:00.000Z' };
    expect(render({ ...HELD, maintenance: continued })).toContain(
      'class="page" style="left:0.00%;width:100.00%"',
    );
  });
});

describe('the log in the page', () => {
  it('says how much is left out, and where', () => {
    const text = textOf(render(SUCCEEDED, { lines: ['one', 'two'], leftOut: 1234, at: 1 }));
    expect(text).toContain('one … 1,234 lines are left out here');
    expect(text).toMatch(/has them … two/);
  });

  it('says that it is left out where nobody wants it', () => {
    expect(textOf(render(SUCCEEDED, { lines: [], leftOut: 5, at: 0 }))).toContain('No log in this report');
  });
});

describe('the looks', () => {
  const look = async (page: string, view: View): Promise<readonly string[]> => {
    const open: OpenPage = await chromium.openPage(page, view);
    const wider = await open.page.evaluate(
      'document.documentElement.scrollWidth > document.documentElement.clientWidth',
    );
    const found = [...open.troubles, ...(wider ? ['it scrolls sideways'] : []), ...(await axe(open))];
    await open.close();
    return found;
  };
  const lines = [...LOG.lines, 'x'.repeat(4_000), HOSTILE];

  it.each([
    ['held', 'on a phone', HELD, { width: 360 }],
    ['held', 'on a desk in the dark', HELD, { width: 1200, dark: true }],
    ['succeeded', 'on a phone in the dark', SUCCEEDED, { width: 360, dark: true }],
    ['succeeded', 'on a desk', SUCCEEDED, { width: 1200 }],
    ['refused', 'on a phone', REFUSED, { width: 360 }],
  ] as const)('a page that says %s is fine %s', async (_verdict, _where, result, view) => {
    expect(await look(render(result, { lines, leftOut: 7, at: 0 }), view)).toEqual([]);
  });

  it('begins with the end of the log', async () => {
    const many = Array.from({ length: 500 }, (_, index) => `line ${index}`);
    const open = await chromium.openPage(render(HELD, { lines: many, leftOut: 0, at: 0 }));
    const below = await open.page.evaluate(
      '(() => { const l = document.querySelector(".log"), c = l.firstChild; return c.getBoundingClientRect().bottom <= l.getBoundingClientRect().bottom; })()',
    );
    expect(below).toBe(true);
    await open.close();
  });
});

describe('hostile texts', () => {
  /** Hostile words everywhere that words of others can be. */
  const hostile: Result = {
    ...HELD,
    revision: HOSTILE,
    backups: [HOSTILE],
    sharedDatabase: [HOSTILE],
    migration: { command: HOSTILE, exitStatus: 1 },
    formation: { before: [{ type: HOSTILE, quantity: 1, size: HOSTILE }], after: [] },
    error: { phase: 'migrate', what: HOSTILE, why: HOSTILE, next: HOSTILE },
    stateNow: ['State now:', `  next ${HOSTILE}`],
  };

  it('run nothing, load nothing, and close no element', async () => {
    const page = render(hostile, { lines: [HOSTILE], leftOut: 0, at: 0 });
    expect(page).not.toMatch(/<script|<img|onerror=alert\(2\)>"'/);
    // eslint-disable-next-line no-control-regex
    expect(page).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\uffff]|\p{Surrogate}/u);
    const open = await chromium.openPage(page);
    expect(open.troubles).toEqual([]);
    expect(await open.page.evaluate('document.querySelectorAll("script,img,body style").length')).toBe(0);
    expect(await open.page.evaluate('document.querySelector(".log").textContent')).toContain(
      '</pre></style></title><script>alert(1)</script>',
    );
    await open.close();
  });

  it('leave junit.xml well-formed', async () => {
    const parsed = await parse(renderJunit(hostile, 'migrate'));
    expect(parsed.error).toBeNull();
    expect(parsed.failures[0]).toContain('</pre></style>');
  });
});

interface Junit {
  readonly error: string | null;
  readonly suite: Readonly<Record<string, string>>;
  readonly tests: readonly (readonly [name: string, time: string, inside: string])[];
  readonly failures: readonly string[];
}

/** What a browser's XML parser makes of it. */
async function parse(xml: string): Promise<Junit> {
  const open = await chromium.openPage('<!doctype html><title>x</title>');
  const parsed = await open.page.evaluate(`(() => {
    const document = new DOMParser().parseFromString(${JSON.stringify(xml)}, 'application/xml');
    const all = (selector) => [...document.querySelectorAll(selector)];
    const attributes = (one) => Object.fromEntries([...(one?.attributes ?? [])].map(({ name, value }) => [name, value]));
    return {
      error: document.querySelector('parsererror')?.textContent ?? null,
      suite: attributes(document.querySelector('testsuites > testsuite')),
      tests: all('testcase').map((one) => [one.getAttribute('name'), one.getAttribute('time'), one.firstElementChild?.tagName ?? '']),
      failures: all('failure').map((one) => one.getAttribute('message') + '\\n' + one.textContent),
    };
  })()`);
  await open.close();
  return parsed as Junit;
}

describe('junit.xml', () => {
  it('has a test for each phase, and skips the others', async () => {
    const { error, suite, tests, failures } = await parse(renderJunit(SUCCEEDED, 'deploy'));
    expect(error).toBeNull();
    expect(suite).toMatchObject({
      name: 'heroku-cd acme-shop',
      tests: '13',
      failures: '0',
      skipped: '2',
      timestamp: '2026-11-23T10:30:00',
    });
    expect(tests).toContainEqual(['backup', '17.000', '']);
    expect(tests).toContainEqual(['build', '0', 'skipped']);
    expect(failures).toEqual([]);
  });

  it('fails the phase that failed, with what to do next and how the app is', async () => {
    const { suite, tests, failures } = await parse(renderJunit(HELD, 'deploy'));
    expect(suite).toMatchObject({ failures: '1' });
    expect(tests.filter(([, , inside]) => inside === 'failure')).toEqual([['migrate', '12.000', 'failure']]);
    expect(failures[0]).toContain('Next: mend the cause');
    expect(failures[0]).toContain('State now:');
  });

  it('has each phase once by its name, of both halves, and fails each that failed', async () => {
    const { suite, tests, failures } = await parse(renderJunit(IN_HALVES, 'deploy'));
    // Of the phases alone: what lay between the halves was no work.
    expect(suite).toMatchObject({ time: '90.000', failures: '2', timestamp: '2026-11-23T10:30:00' });
    expect(new Set(tests.map(([name]) => name)).size).toBe(tests.length);
    expect(tests.filter(([, , inside]) => inside !== 'skipped').slice(0, 5)).toEqual([
      ['preflight', '6.000', ''],
      ['build', '30.000', ''],
      ['snapshot', '1.000', ''],
      ['preflight again', '2.000', ''],
      ['snapshot again', '1.000', ''],
    ]);
    const failed = tests.filter(([, , inside]) => inside === 'failure').map(([name]) => name);
    expect(failed).toEqual(['health', 'flush caches again']);
    expect(failures[0]).toContain('did not become healthy');
    expect(failures[1]).toContain('flush caches');
    expect(tests.find(([name]) => name === 'rollback')).toEqual(['rollback', '8.000', '']);
  });

  it('fails by itself what failed in no phase', async () => {
    const { tests } = await parse(renderJunit({ ...REFUSED, phases: [] }, 'window close'));
    expect(tests).toEqual([['refused', '0', 'failure']]);
  });
});

describe('links', () => {
  const [before, after] = ['1'.repeat(40), '2'.repeat(40)];
  const compare = (CIRCLE_REPOSITORY_URL: string): string | undefined =>
    linksOf({ CIRCLE_REPOSITORY_URL }, before, after).compare;

  it('lead to the changes, where the host is known, and carry no credentials', () => {
    const github = `https://github.com/acme/shop/compare/${before}...${after}`;
    expect(compare('git@github.com:acme/shop.git')).toBe(github);
    expect(compare('https://x-access-token:secret@github.com/acme/shop')).toBe(github);
    expect(compare('ssh://git@gitlab.com/acme/team/shop.git')).toBe(
      `https://gitlab.com/acme/team/shop/-/compare/${before}...${after}`,
    );
    expect(compare('git@bitbucket.org:acme/shop.git')).toBe(
      `https://bitbucket.org/acme/shop/branches/compare/${after}..${before}`,
    );
  });

  it.each([
    '',
    'git@git.example.com:acme/shop.git',
    'https://github.com.evil.example/acme/shop',
    'javascript:1',
  ])('are left out for %j', (url) => expect(compare(url)).toBeUndefined());

  it('are left out where there is no range', () => {
    const environment = { CIRCLE_REPOSITORY_URL: 'git@github.com:acme/shop.git' };
    for (const one of [null, after]) expect(linksOf(environment, one, after)).toEqual({});
    expect(linksOf(environment, before, 'main')).toEqual({});
  });

  it('lead to the job, by https alone', () => {
    const job = (CIRCLE_BUILD_URL: string): unknown => linksOf({ CIRCLE_BUILD_URL }, null, after);
    expect(job('https://circleci.com/gh/acme/shop/12')).toEqual({
      job: 'https://circleci.com/gh/acme/shop/12',
    });
    for (const bad of ['javascript:alert(1)', 'https://u:p@circleci.com/x', 'http://x/'])
      expect(job(bad)).toEqual({});
  });
});
