import { Failure } from '../errors.ts';
import type { Build } from '../ports/heroku.ts';
import { waitFor } from '../time/wait.ts';
import type { Run } from './deploy-state.ts';

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
  if (options.justRead && build.status !== 'pending') return requireSuccess(app, build);
  const streaming = new AbortController();
  const stream =
    options.stream && build.outputStreamUrl !== undefined
      ? heroku.streamOutput(build.outputStreamUrl, (line) => log.output('build', line), {
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
    await Promise.race([streamed, clock.sleep(3_000)]);
    return requireSuccess(app, ended);
  } finally {
    streaming.abort();
    await streamed;
  }
}

function requireSuccess(app: string, build: Build): Build {
  if (build.status !== 'failed') return build;
  throw new Failure({
    what: `Heroku’s build on ${app} failed.`,
    why: 'Its output above says why; Heroku keeps serving the release that was current.',
    next: `Mend what the build complains about, and push again (${activityOf(app)} shows it once more).`,
  });
}

/** Where an app's builds are shown (Heroku Dashboard: Activity); the Heroku CLI has no command for them. */
export function activityOf(app: string): string {
  return `https://dashboard.heroku.com/apps/${app}/activity`;
}
