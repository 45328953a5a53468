import type { Row } from './ledger.ts';

/** A table of text: a column of labels, and one of values for each list of rows. All have the same labels. */
export function table(heads: readonly string[], columns: readonly (readonly Row[])[]): readonly string[] {
  const [first = []] = columns;
  const lines = first.map(({ label }, index) => [label, ...columns.map((rows) => rows[index]?.value ?? '')]);
  const cells = [['', ...heads], ...lines];
  const widths = ['', ...heads].map((_, column) =>
    Math.max(...cells.map((line) => (line[column] ?? '').length)),
  );
  return cells.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   '),
  );
}
