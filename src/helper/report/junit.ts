import { phaseLabels, phaseOf, PHASES } from '../deployment/phases.ts';
import type { Result } from '../deployment/result.ts';
import { markup, type Part } from './markup.ts';

const BESIDES = 'The log of the job says why.';

/** The run as a test suite whose tests are its phases, for CircleCI's *Tests* tab. */
export function renderJunit({ app, phases, error, verdict, stateNow }: Result, command: string): string {
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const failure =
    error &&
    markup`<failure message="${error.what}" type="${verdict}">${[error.what, error.why, error.next && `Next: ${error.next}`, ...stateNow].filter(Boolean).join('\n')}</failure>`;
  // What goes wrong between two phases, or in none, has a test of its own.
  const failed = phases.filter(({ outcome }) => outcome === 'failed');
  const at = phaseOf(phases, error) ?? failed.at(-1);
  // What failed besides is told by what went wrong first, and by the log.
  const others = failed.filter((one) => one !== at);
  const labels = phaseLabels(phases);
  const skipped =
    command === 'deploy' || command === 'migrate'
      ? PHASES.filter((name) => phases.every((one) => one.name !== name))
      : [];
  const own =
    failure && at === undefined
      ? [markup`<testcase classname="${app}" name="${verdict}" time="0">${failure}</testcase>\n`]
      : [];
  const cases: Part[] = [
    ...phases.map((one, index) => {
      const name = labels[index];
      const besides =
        others.includes(one) &&
        markup`<failure message="${name} failed" type="${verdict}">${BESIDES}</failure>`;
      return markup`<testcase classname="${app}" name="${name}" time="${seconds(one.durationMs)}">${one === at ? failure : besides}</testcase>\n`;
    }),
    ...own,
    ...skipped.map(
      (name) => markup`<testcase classname="${app}" name="${name}" time="0"><skipped/></testcase>\n`,
    ),
  ];
  const counts = markup`tests="${cases.length}" failures="${others.length + (failure ? 1 : 0)}" errors="0" skipped="${skipped.length}"`;
  const total = phases.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const [first] = phases;
  const began = first && markup` timestamp="${first.startedAt.slice(0, 19)}"`;
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${counts} time="${seconds(total)}">
<testsuite name="heroku-cd ${app}" ${counts} time="${seconds(total)}"${began}>
${cases}</testsuite>
</testsuites>
`.text;
}
