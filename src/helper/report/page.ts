import type { Result, ResultProcess, ResultRelease } from '../deployment/result.ts';
import type { Verdict } from '../exit-codes.ts';
import { formatDuration } from '../time/format.ts';
import { VERSION } from '../version.ts';
import type { Links } from './links.ts';
import type { KeptLog } from './log-keeper.ts';
import { markup, Markup, type Part } from './markup.ts';
import { STYLE } from './style.ts';
import { spanOf, timeline, type Span } from './timeline.ts';

/** What the page tells of a run, besides its result. Texts are masked already. */
export interface PageFacts {
  /** The helper's command, such as `deploy`. */
  readonly command: string;
  /** In one sentence, what a command without phases did. */
  readonly what?: string | undefined;
  readonly log: KeptLog;
  /** The run had an earlier half, whose log is not there. */
  readonly lacksFirstHalf?: boolean;
  readonly links: Links;
}

const VERDICTS: Readonly<
  Record<Verdict, readonly [tone: string, sign: string, word: string, means: string]>
> = {
  succeeded: ['ok', '✓', 'Succeeded', 'The asked-for state was read back from Heroku.'],
  failed: ['bad', '✗', 'Failed, undone', 'The app is as it was found.'],
  refused: ['bad', '✗', 'Refused', 'Nothing was changed.'],
  held: [
    'warn',
    '!',
    'Held',
    'The app is left behind the maintenance page or scaled down: somebody has to look.',
  ],
  unknown: [
    'warn',
    '?',
    'Unknown',
    'The end of a migration or a build could not be learned: somebody has to look.',
  ],
  incomplete: [
    'warn',
    '!',
    'Serving, incomplete',
    'The app serves, but something is neither as asked nor as found.',
  ],
  interrupted: [
    'bad',
    '✗',
    'Interrupted, undone',
    'A signal stopped the run; what it had begun was put back.',
  ],
};

/** The report: one page with everything in it, for a browser without script and for paper. */
export function renderPage(result: Result, facts: PageFacts): string {
  const { app, verdict, exitCode, error, stateNow } = result;
  const [tone, sign, word, means] = VERDICTS[verdict];
  const span = spanOf(result);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${app}: ${word} – heroku-cd ${facts.command}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<p class="soft">heroku-cd ${facts.command}${span && markup` · <time datetime="${iso(span.from)}">${iso(span.from).slice(0, 16).replace('T', ' ')} UTC</time>`}${facts.links.job && markup` · <a href="${facts.links.job}">CircleCI job</a>`}</p>
<h1>${app}</h1>
<div class="verdict ${tone}"><b><span aria-hidden="true">${sign}</span> ${word}</b> <span class="soft">exit ${exitCode}</span>
<p>${facts.what ?? means}</p></div>
${tiles(result, facts.links, span)}
</header>
<main>
${
  error &&
  section(
    'wrong',
    'What went wrong',
    markup`<div class="wrong ${tone}"><p>${words(error.what)}</p>
${error.phase && markup`<p class="soft">In the phase <b>${error.phase}</b></p>`}${error.why && markup`<p>${words(error.why)}</p>`}${error.next && markup`<p><b>Next:</b> ${words(error.next)}</p>`}</div>`,
  )
}
${stateNow.length > 0 && section('state', 'State now', state(stateNow))}
${span && section('time', 'Timeline', timeline(result, span))}
${section('changed', 'What changed', changes(result))}
${section('log', 'Log', log(facts), 'long')}
</main>
<footer>Written by heroku-cd ${VERSION}; the figures are in result.json.</footer>
</body>
</html>
`.text;
}

function section(id: string, title: string, content: Part, kind = ''): Markup {
  return markup`<section aria-labelledby="${id}" class="${kind}"><h2 id="${id}">${title}</h2>
${content}</section>`;
}

function tiles(result: Result, links: Links, span: Span | undefined): Markup {
  const { releaseBefore: before, releaseAfter: after } = result;
  const commits = commitsOf(result);
  const down = span?.window && formatDuration(span.window.to - span.window.from);
  const all: (readonly [string, Part])[] = [
    ['Release', before?.version === after?.version ? version(after) : arrow(version(before), version(after))],
    [
      commits.length > 1 ? 'Commits' : 'Commit',
      links.compare ? markup`<a href="${links.compare}">${commits}</a>` : commits,
    ],
    ['Maintenance page', down ? `${span?.window?.isOpen ? 'still up, ' : ''}${down}` : 'not used'],
    ['Took', span && formatDuration(span.to - span.from)],
  ];
  return markup`<dl class="tiles">${all.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value || '–'}</dd></div>`)}</dl>`;
}

/** One commit, or where it went from and to. */
function commitsOf({ releaseBefore, revision }: Result): readonly Markup[] {
  const before = releaseBefore?.commit ?? null;
  const short = (commit: string): Markup => markup`<code>${commit.slice(0, 8)}</code>`;
  return before === null || before === revision || revision === ''
    ? [short(revision || (before ?? '–'))]
    : [short(before), markup` → `, short(revision)];
}

function changes(result: Result): Markup {
  const { releaseBefore, releaseAfter, maintenance, formation, migration, requests } = result;
  const page = (on: boolean | null): string => (on === null ? '–' : on ? 'on' : 'off');
  const rows: (readonly [string, Part, Part])[] = [
    ['release', version(releaseBefore), version(releaseAfter)],
    ['commit', commit(releaseBefore), commit(releaseAfter)],
    ['maintenance page', page(maintenance.before), page(maintenance.after)],
    ...typesOf(formation).map(
      (type) => [`process ${type}`, process(formation.before, type), process(formation.after, type)] as const,
    ),
  ];
  const facts: (readonly [string, Part])[] = [
    ['Database', result.database],
    [
      'Migration',
      migration &&
        markup`<code>${migration.command}</code>, ${migration.exitStatus === null ? 'exit status not known' : `exit status ${migration.exitStatus}`}`,
    ],
    ['Backups', result.backups.join(', ')],
    ['Recovery point', result.recoveryPoint],
    ['Also used by', result.sharedDatabase.join(', ')],
    ['Caches', result.caches.join(', ')],
    ['Requests', `${requests.total} to Heroku’s API, ${requests.git} to its git server`],
  ];
  return markup`<table><thead><tr><th scope="col">What</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
<tbody>${rows.map(([name, before, after]) => markup`<tr><th scope="row">${name}</th><td>${before}</td><td>${after}</td></tr>`)}</tbody></table>
<dl class="facts">${facts.map(([name, value]) => value && markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** The block of the log, line by line: what is meant stands before its value. */
function state(block: readonly string[]): Markup {
  const rows = block.slice(1).map((line) => /^ *(\S+) *(.*)$/.exec(line) ?? ['', '', line]);
  return markup`<dl class="facts state">${rows.map(([, name = '', value = '']) => markup`<dt>${name}</dt><dd>${words(value)}</dd>`)}</dl>`;
}

function log({ log: { lines, leftOut, at }, lacksFirstHalf }: PageFacts): Part {
  if (lines.length === 0)
    return markup`<p class="soft">No log in this report, as <code>report-log</code> says.</p>`;
  const left = `… ${leftOut.toLocaleString('en')} lines are left out here; the job’s own log has them …`;
  const shown: Part[] = lines.map((line) => {
    const tone = line.startsWith('ERROR: ')
      ? 'bad tone'
      : line.startsWith('WARNING: ')
        ? 'warn tone'
        : undefined;
    if (tone !== undefined) return markup`<span class="${tone}">${line}</span>\n`;
    return line.startsWith('== ') ? markup`<b>${line}</b>\n` : `${line}\n`;
  });
  if (leftOut > 0) shown.splice(at, 0, markup`<span class="soft">${left}</span>\n`);
  return markup`${lacksFirstHalf && markup`<p class="soft">The log begins with the second half: that of the first (<code>--until window</code>) is not here.</p>\n`}<pre class="log" tabindex="0" role="region" aria-label="Log of the run"><code>${shown}</code></pre>`;
}

/** A sentence in which commands stand between backticks. */
function words(text: string): Part {
  return text.split('`').map((part, index) => (index % 2 === 1 ? markup`<code>${part}</code>` : part));
}

function arrow(before: Part, after: Part): Part {
  return [before, ' → ', after];
}

function version(release: ResultRelease | null): string {
  return release === null ? '–' : `v${release.version}`;
}

function commit(release: ResultRelease | null): Part {
  return release?.commit ? markup`<code>${release.commit.slice(0, 8)}</code>` : '–';
}

function typesOf({ before, after }: Result['formation']): readonly string[] {
  return [...new Set([...(before ?? []), ...(after ?? [])].map(({ type }) => type))];
}

function process(formation: readonly ResultProcess[] | null, type: string): string {
  const one = formation?.find((candidate) => candidate.type === type);
  return one === undefined ? '–' : `${one.quantity} × ${one.size}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
