import type { Finding } from '../deployment/findings.ts';

const MARKS = { ok: 'ok', note: 'note', problem: 'PROBLEM' } as const;
const WIDTH = 80;
const MARK_WIDTH = 9;
const ARROW = '-> ';

/** Findings as a table of 80 columns, plain for a job's log: worst first, each with its remedy below. */
export function table(findings: readonly Finding[]): readonly string[] {
  const column = MARK_WIDTH + Math.max(0, ...findings.map(({ subject }) => subject.length)) + 2;
  const rank = Object.keys(MARKS).reverse();
  const rows = [...findings].sort((a, b) => rank.indexOf(a.level) - rank.indexOf(b.level));
  return rows.flatMap(({ level, subject, what, remedy }) => {
    const head = `${MARKS[level].padEnd(MARK_WIDTH)}${subject}`.padEnd(column);
    const [first = '', ...rest] = wrap(what, WIDTH - column);
    const lines = [head + first, ...rest.map((line) => ' '.repeat(column) + line)];
    if (remedy === undefined) return lines;
    const told = wrap(remedy, WIDTH - MARK_WIDTH - ARROW.length);
    const indented = told.map(
      (line, index) => ' '.repeat(MARK_WIDTH) + (index === 0 ? ARROW : ' '.repeat(ARROW.length)) + line,
    );
    return [...lines, ...indented];
  });
}

/** Breaks a text at its blanks, but for those of a command: that is to be copied whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/(?:`[^`]*`|[^\s`])+/g) ?? []) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
