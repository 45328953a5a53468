import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { excerpt } from './demo/excerpt.ts';
import { play } from './demo/play.ts';
import { ROOT } from './lib/project.ts';

const USAGE = `Usage: npm run demo [-- --verbose]

Shows a breaking migration in a maintenance window, and one that fails, on a local Heroku.
--verbose prints the jobs' whole output.`;

/** The demo on a terminal: exit code 0 when all that it measures is as heroku-cd promises, else 1. */
async function demo(): Promise<number> {
  const { values } = parseArgs({ options: { verbose: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const artifacts = join(ROOT, '.cache', 'demo');
  const print = (line: string): void => console.log(line);
  const complaints = await play({
    print,
    output: () => excerpt(print, values.verbose ?? false),
    artifacts,
    signal: interruption(),
  });
  print(`\nEach job's artifacts, with its result.json, lie in ${artifacts}.`);
  for (const complaint of complaints) console.error(`NOT AS PROMISED: ${complaint}.`);
  return complaints.length > 0 ? 1 : 0;
}

/** Aborted by Ctrl-C and its kind: what the demo has started has to end with it. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort(new Error(`Interrupted by ${signal}.`)));
  }
  return controller.signal;
}

demo().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
