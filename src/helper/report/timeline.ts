import { phaseLabels, phaseOf } from '../deployment/phases.ts';
import type { Result } from '../deployment/result.ts';
import { formatDuration } from '../time/format.ts';
import { markup, type Markup } from './markup.ts';

/** When a run began and ended and, within that, when its window was open; milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly window: { readonly from: number; readonly to: number; readonly isOpen: boolean } | undefined;
}

/** Undefined for a run without a phase. */
export function spanOf({ phases, maintenance }: Result): Span | undefined {
  const from = Math.min(...phases.map((one) => Date.parse(one.startedAt)));
  const to = Math.max(...phases.map((one) => Date.parse(one.startedAt) + one.durationMs));
  if (!Number.isFinite(from)) return undefined;
  if (maintenance.windowOpenedAt === null) return { from, to, window: undefined };
  // Undoing closes a window without a word; and one that this run continues was opened long before.
  const opened = Math.max(Date.parse(maintenance.windowOpenedAt), from);
  const closed = maintenance.windowClosedAt === null ? to : Date.parse(maintenance.windowClosedAt);
  const isOpen = maintenance.windowClosedAt === null && maintenance.after !== false;
  return { from, to, window: { from: opened, to: Math.max(opened, closed), isOpen } };
}

/** The phases as bars, each with its time and what it cost of the window. */
export function timeline({ phases, error }: Result, span: Span): Markup {
  const { from, to, window } = span;
  const place = (began: number, ended: number): Markup => {
    const percent = (ms: number): string => ((100 * ms) / Math.max(to - from, 1)).toFixed(2);
    return markup`left:${percent(began - from)}%;width:${percent(ended - began)}%`;
  };
  const band = window && markup`<i class="page" style="${place(window.from, window.to)}"></i>`;
  const labels = phaseLabels(phases);
  const at = phaseOf(phases, error);
  const rows = phases.map((phase, index) => {
    const { startedAt, durationMs, outcome, firstHalf, windowMs = 0 } = phase;
    const began = Date.parse(startedAt);
    const failed = outcome === 'failed' || phase === at;
    const name = labels[index];
    const last = phases[index - 1];
    const waited = last?.firstHalf && !firstHalf && began - Date.parse(last.startedAt) - last.durationMs;
    return markup`${typeof waited === 'number' && between(waited, band)}<tr${failed ? markup` class="bad"` : ''}><th scope="row">${name}${failed && markup` <span class="tone">✗ failed</span>`}</th><td class="track">${band}<i class="bar" style="${place(began, began + durationMs)}"></i></td><td class="n">${formatDuration(durationMs)}</td>${window && markup`<td class="n">${windowMs > 0 ? formatDuration(windowMs) : '–'}</td>`}</tr>
`;
  });
  return markup`<table class="time"><thead><tr><th scope="col">Phase</th><th scope="col" class="track"><span>${clock(from)}</span><span>${clock(to)}</span></th><th scope="col" class="n">Took</th>${window && markup`<th scope="col" class="n">Page up</th>`}</tr></thead>
<tbody>${rows}</tbody></table>
${window && markup`<p><span class="key page" aria-hidden="true"></span>The maintenance page was up from ${clock(window.from)} ${window.isOpen ? 'on, and still is' : markup`to ${clock(window.to)}`} (${formatDuration(window.to - window.from)}). Times are in UTC.</p>`}`;
}

/** Nothing of the run's is at work while CircleCI saves the cache. */
function between(ms: number, band: Markup | undefined): Markup {
  return markup`<tr class="soft"><th scope="row">between the halves</th><td class="track">${band}</td><td class="n">${formatDuration(Math.max(ms, 0))}</td>${band && markup`<td class="n">–</td>`}</tr>
`;
}

/** Such as `12:30:05`, in UTC. */
function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}
