import { Matrix } from './matrix.ts';
import { describeFailure, describeRun } from './report.ts';
import { type Scenario, SLOWER } from './scenarios.ts';

/** Far beyond what a part takes on a machine that does nothing else. */
const LIMIT_MS = 15 * 60_000 * SLOWER;

/** The test of one part of the matrix, which prints what it came to. */
export function matrixTest(
  title: string,
  scenarios: readonly Scenario[],
  { part, parts, atLeast }: { part: number; parts: number; atLeast: number },
): void {
  test(
    `every fault at every request leaves the app in a state that the verdict tells: ${title}`,
    async () => {
      const matrix = await Matrix.create();
      try {
        const run = await matrix.run(scenarios, part, parts);
        process.stdout.write(describeRun(title, run));
        const red = run.verdicts.filter(({ findings }) => findings.length > 0);
        expect(red.map(describeFailure).join('\n\n')).toBe('');
        expect(run.total).toBeGreaterThanOrEqual(atLeast);
      } finally {
        await matrix.close();
      }
    },
    LIMIT_MS,
  );
}
