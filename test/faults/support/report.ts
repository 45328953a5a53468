import { MORE } from './fault-kinds.ts';
import type { MatrixRun, Verdict } from './matrix.ts';

/** What the exit codes are called. */
const NAMES: Readonly<Record<string, string>> = {
  0: 'succeeded',
  1: 'failed, undone',
  2: 'refused',
  3: 'held',
  4: 'unknown',
  5: 'serving, incomplete',
  null: 'no exit code',
};

/** The whole run as a table for people. */
export function describeRun(title: string, run: MatrixRun): string {
  const { verdicts } = run;
  const hung = verdicts.filter((one) => one.hung).length;
  const red = verdicts.filter(({ findings }) => findings.length > 0).length;
  const slowest = verdicts.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, 3);
  return [
    `Fault matrix, ${title}: ${verdicts.length} of ${run.total} cases, ${hung} hung, ${red} against the contract.`,
    ...Object.entries(run.requests).map(
      ([name, count]) => `  requests of a deployment that ${name}: ${count}`,
    ),
    ...scenariosOf(run).map((scenario) => `  left out where it ${scenario.name}: ${scenario.thinned}`),
    process.env['FAULTS'] === 'all' ? '' : `  tried with FAULTS=all alone: ${MORE.join(', ')}`,
    `  without a fault at most ${run.faultlessMs} ms; slowest: ${slowest
      .map((one) => `${one.case.name} ${one.milliseconds} ms`)
      .join(', ')}`,
    `  longer than three times that, until the limit of a parameter: ${
      verdicts.filter(({ milliseconds }) => milliseconds > 3 * run.faultlessMs).length
    }`,
    `  not met, because that run made fewer polls: ${verdicts.filter(({ met }) => !met).length}`,
    ...table(
      verdicts,
      () => 'all',
      () => '',
    ),
    ...table(
      verdicts,
      ({ case: { scenario } }) => scenario.name,
      ({ case: { place } }) => place.surface,
    ),
    ...table(
      verdicts,
      ({ case: { fault } }) => fault.kind,
      () => '',
    ),
    ...(process.env['FAULT_CASE'] ? verdicts.map(describeVerdict) : []),
    '',
  ].join('\n');
}

/** One line; of a few cases also what the helper said. */
function describeVerdict(verdict: Verdict, _index: number, all: readonly Verdict[]): string {
  const { case: each, exitCode, met, milliseconds, log } = verdict;
  const line = `  ${exitCode} ${met ? '' : '(not met) '}${each.name}, in ${each.place.phase}, ${milliseconds} ms`;
  return all.length > 3 ? line : `${line}\n${log}`;
}

/** A case that went wrong, so that it can be run again alone. */
export function describeFailure({ case: { name, place }, findings, exitCode, log }: Verdict): string {
  return [
    `FAULT_CASE='${name}' (in ${place.phase}) exit ${exitCode}:`,
    ...findings.map((finding) => `  - ${finding}`),
    ...log
      .trim()
      .split('\n')
      .map((line) => `    | ${line}`),
  ].join('\n');
}

function scenariosOf({ verdicts }: MatrixRun) {
  return [...new Set(verdicts.map(({ case: { scenario } }) => scenario))];
}

/** How many of each verdict, by row. */
function table(
  verdicts: readonly Verdict[],
  first: (verdict: Verdict) => string,
  second: (verdict: Verdict) => string,
): readonly string[] {
  const rows = new Map<string, Map<string, number>>();
  for (const verdict of verdicts) {
    const row = [first(verdict), second(verdict)].filter(Boolean).join(', ');
    const counts = rows.get(row) ?? new Map<string, number>();
    rows.set(row, counts);
    const name = NAMES[String(verdict.exitCode)] ?? String(verdict.exitCode);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...rows].map(
    ([row, counts]) =>
      `  ${row.padEnd(34)} ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}`,
  );
}
