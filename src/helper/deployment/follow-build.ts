import { Failure } from '../errors.ts';
import type { Build } from '../ports/heroku.ts';
import type { Log } from '../ports/log.ts';
import { waitFor } from '../time/wait.ts';
import type { Run } from './deploy-state.ts';
import { reasonOf } from './reason.ts';

/** The reason of a failure stands near the end of the output. */
const LINES_KEPT = 100;

/**
 * Waits for a build's end and judges it by its status. `justRead`: Heroku was asked for the build a moment ago,
 * so one that has ended is not asked for again.
 * @throws Failure when it failed, was cancelled, or took longer than `build-timeout`.
 */
export async function followBuild(
  run: Run,
  app: string,
  build: Build,
  options: { stream: boolean; justRead?: boolean },
): Promise<Build> {
  const { heroku, log, clock, signal } = run.ports;
  const limit = run.budget.limit({ ms: run.settings['build-timeout'], parameter: 'build-timeout' });
  if (options.justRead && build.status !== 'pending') return requireSuccess(run, app, build);
  const output: string[] = [];
  const onLine = (line: string): void => {
    log.output('build', line);
    output.push(line);
    if (output.length > LINES_KEPT) output.shift();
  };
  const streaming = new AbortController();
  const stream =
    options.stream && build.outputStreamUrl !== undefined
      ? heroku.streamOutput(build.outputStreamUrl, onLine, {
          signal: AbortSignal.any([signal, streaming.signal]),
        })
      : Promise.resolve(false);
  // The output is for people; a stream that breaks is no reason to stop waiting for the build.
  const streamed = stream.catch(() => false);
  try {
    const ended = await waitFor(
      async () => {
        const now = await heroku.build(app, build.id);
        return now.status === 'pending' ? undefined : now;
      },
      { clock, signal, limit, what: 'Heroku’s build', slowdown: () => heroku.slowdown ?? 1 },
    );
    // The last lines may still be under way when the status is already known.
    const isWhole = await Promise.race([streamed, clock.sleep(3_000)]);
    return requireSuccess(run, app, ended, isWhole ? output : []);
  } finally {
    streaming.abort();
    await streamed;
  }
}

function requireSuccess(run: Run, app: string, build: Build, output: readonly string[] = []): Build {
  if (build.status !== 'failed') return build;
  throw rejected(`Heroku’s build on ${app} failed.`, app, output, run.ports.log);
}

/**
 * The error for a push or a build that Heroku has rejected: with the reason of its own output, as far as that is there.
 */
export function rejected(
  what: string,
  app: string,
  output: readonly string[],
  { clean }: Pick<Log, 'clean'>,
): Failure {
  return new Failure({
    what,
    why: reasonOf(output.map(clean)) || 'Only its output says why.',
    next: `Mend that and push; the whole output stands above and at ${activityOf(app)}. The app serves what it served before.`,
  });
}

/** Where an app's builds are shown (Heroku Dashboard: Activity); the Heroku CLI has no command for them. */
export function activityOf(app: string): string {
  return `https://dashboard.heroku.com/apps/${app}/activity`;
}
