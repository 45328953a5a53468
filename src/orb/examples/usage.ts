import { ORB_NAME, type OrbContext } from '../context.ts';
import type { UsageEntry, UsageOptions } from '../sdk/index.ts';

/** How every example imports the orb: patches reach its reader by themselves, new features do not. */
export function importOf(
  context: Pick<OrbContext, 'namespace' | 'version'>,
): Pick<UsageOptions, 'alias' | 'namespace' | 'orb' | 'version'> {
  return {
    alias: ORB_NAME,
    namespace: context.namespace,
    orb: ORB_NAME,
    version: minorOf(context.version),
  };
}

/** `1.2.3` → `1.2`. */
export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** One of the orb's jobs or commands, as a configuration names it. */
export function ours(name: string): string {
  return `${ORB_NAME}/${name}`;
}

/** The job that puts the app right where the job named so has failed, or was cancelled, on this branch. */
export function recoverAfter(job: string, branch: string): UsageEntry {
  return {
    job: ours('recover'),
    requires: [{ [job]: ['failed', 'canceled'] }],
    context: 'heroku-production',
    // CircleCI takes one serial group but once in a workflow.
    serialGroup: 'heroku/acme-shop-recover',
    filter: `pipeline.git.branch == "${branch}"`,
    arguments: { 'app-name': 'acme-shop' },
  };
}
