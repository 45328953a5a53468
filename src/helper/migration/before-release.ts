import type { Preflight } from '../deployment/deploy-state.ts';
import { short, type AppFacts } from '../deployment/facts.ts';
import type { Ports } from '../deployment/ports.ts';
import type { Journal } from '../journal/journal.ts';
import { appDirectory, type Settings } from '../../parameters/index.ts';
import { comparePaths, type PathsSay } from './paths.ts';
import type { Answer } from './pending.ts';

/** What it is learned from. */
export interface PendingQuestion {
  readonly ports: Pick<Ports, 'git' | 'log'>;
  readonly settings: Pick<
    Settings<'deploy'>,
    'migration-paths' | 'pending-migrations-command' | 'app-directory'
  >;
  /** Whether the clone has the commit, or can get it. */
  readonly has: (commit: string) => Promise<boolean>;
  /** The folder that another app has built a slug from; undefined where that is not known. */
  readonly folderElsewhere?: (slugId: string) => Promise<string | undefined>;
  /** Asks the current release; absent where no dyno may be started. */
  readonly ask?: () => Promise<Answer>;
}

/**
 * Whether it is certain, before anything is released, that no migration is pending. The current release's
 * dynos know the migrations of its own code alone, so `pending-migrations-command` is asked here only about
 * code that is deployed already.
 */
export async function nothingPending(
  question: PendingQuestion,
  facts: Pick<AppFacts, 'current' | 'deployedCommit' | 'deployedFolder'>,
  /** Undefined: what is deployed is to be migrated. */
  commit: string | undefined,
  last: Preflight['last'],
): Promise<boolean> {
  const { ports, settings, ask } = question;
  const { log } = ports;
  const deployed = facts.deployedCommit;
  const { 'migration-paths': paths, 'pending-migrations-command': command } = settings;
  if (paths !== '' && commit !== undefined) {
    const says =
      unproven(last, deployed, commit) ??
      (await otherFolder(question, facts)) ??
      (await comparePaths(question, paths, deployed, commit));
    if ('nothing' in says) {
      log.info(`Nothing to migrate: ${says.nothing}`);
      return true;
    }
    log.info(`migration-paths: ${says.pending}`);
  }
  if (command === '') return false;
  if (commit === undefined || commit === deployed) {
    if (ask === undefined) {
      log.info(
        '`pending-migrations-command` will be asked first; with nothing pending, nothing is migrated.',
      );
      return false;
    }
    if ((await ask()) !== 'nothing') return false;
    log.info('Nothing to migrate: `pending-migrations-command` says so of the code that is deployed.');
    return true;
  }
  log.info(
    `Only dynos of ${short(commit)} know its migrations: \`pending-migrations-command\` is asked once it is released.`,
  );
  return false;
}

/** Files of another folder prove nothing about the migrations of this one. */
async function otherFolder(
  { settings, folderElsewhere }: PendingQuestion,
  { current, deployedCommit, deployedFolder }: Parameters<typeof nothingPending>[1],
): Promise<PathsSay | undefined> {
  if (deployedCommit === undefined) return undefined;
  const slug = current?.slugId;
  const deployed = deployedFolder ?? (slug === undefined ? undefined : await folderElsewhere?.(slug));
  if (deployed === appDirectory(settings['app-directory'])) return undefined;
  return deployed === undefined
    ? { pending: 'From which folder that was built which is deployed is not known: another app built it.' }
    : { pending: 'What is deployed was built from another `app-directory`.' };
}

/** That files have not changed proves nothing where the migration before has not been seen to succeed. */
function unproven(
  last: Journal | undefined,
  deployed: string | undefined,
  commit: string,
): PathsSay | undefined {
  if (deployed === commit) {
    if (last !== undefined && isProven(last) && last.commit === commit) return undefined;
    return { pending: `Whether ${short(commit)}, which is deployed already, was migrated is not known.` };
  }
  if (!leavesUnproven(last, deployed)) return undefined;
  return { pending: 'The migration of a run before is not proven to have succeeded.' };
}

/** Whether a migration of this run, or of one before it, may not have been done; `deployed`: today's commit. */
export function leavesUnproven(last: Journal | undefined, deployed: string | undefined): boolean {
  if (last === undefined || isProven(last)) return false;
  const { stage, stillPending, commit } = last;
  // Of a run that stopped before its migration, only code that it left deployed matters.
  const began = stage === 'migrating' || stage === 'migrated' || stage === 'restoring';
  return began || stillPending === true || commit === deployed;
}

function isProven({ status, migrates, stage, stillPending }: Journal): boolean {
  return status === 'closed' && stillPending !== true && (!migrates || stage === 'migrated');
}
