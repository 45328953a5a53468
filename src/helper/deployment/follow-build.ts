import { Failure } from '../errors.ts';
import type { Build } from '../ports/heroku.ts';
import { waitFor } from '../time/wait.ts';
import type { Run } from './deploy-state.ts';

/**
 * Waits for a build's end and judges it by its status.
 * @throws Failure when it failed, was cancelled, or took longer than `build-timeout`.
 */
export async function followBuild(
  run: Run,
  app: string,
  build: Build,
  options: { stream: boolean },
): Promise<Build> {
  const { heroku, log, clock, signal } = run.ports;
  const limit = run.budget.limit({ ms: run.settings['build-timeout'], parameter: 'build-timeout' });
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
    if (ended.status === 'failed') {
      throw new Failure({
        what: `Heroku’s build on ${app} failed.`,
        why: 'Its output above says why; Heroku keeps serving the release that was current.',
        next: `Mend what the build complains about, and push again (${activityOf(app)} shows it once more).`,
      });
    }
    return ended;
  } finally {
    streaming.abort();
    await streamed;
  }
}

/** Where an app's builds are shown (Heroku Dashboard: Activity); the Heroku CLI has no command for them. */
export function activityOf(app: string): string {
  return `https://dashboard.heroku.com/apps/${app}/activity`;
}
