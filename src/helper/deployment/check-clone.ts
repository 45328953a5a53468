import type { Settings } from '../../parameters/index.ts';
import { Refusal } from '../errors.ts';
import type { Descent, Git } from '../ports/git.ts';
import { type AppFacts, short, type CloneFacts } from './facts.ts';
import type { Findings } from './findings.ts';
import { checkTarball, FETCH_LIMIT_MS, transportOf } from './transport.ts';

const FULL_CHECKOUT = 'or check out with `checkout: {method: full}`, as the orb’s job does.';
/** What completes a clone by hand; a partial one forgets its filter and fetches all it left out. */
const COMPLETE = {
  shallow: '`git fetch --unshallow`',
  blobless: '`git config --unset remote.origin.partialclonefilter`, then `git fetch --refetch`',
};

/**
 * Whether there is a repository here, and which commit the revision means.
 * @throws Refusal
 */
export async function checkClone(
  git: Git,
  settings: Pick<Settings<'doctor'>, 'app-name' | 'revision' | 'transport' | 'app-directory'>,
  findings: Findings,
): Promise<CloneFacts> {
  const [version, top] = await Promise.all([git.version(), git.topLevel()]);
  if (top === undefined) {
    throw new Refusal({
      what: 'The working directory is not inside a git repository.',
      why: 'What is deployed is a commit, so the job needs a clone.',
      next: 'Let a `checkout` step run before, and check the job’s `working_directory`.',
    });
  }
  const revision = settings.revision;
  const [commit, kind] = await Promise.all([git.resolveCommit(revision), git.cloneKind()]);
  if (commit === undefined) {
    throw new Refusal({
      what: `revision: ${JSON.stringify(revision)} is no commit, tag or branch of this clone.`,
      why: 'It may be misspelt, or not fetched: CircleCI fetches what the build was started for.',
      next: `Fetch it before (\`git fetch origin ${/^[0-9a-f]{7,40}$/.test(revision) ? '<branch>' : revision}\`), or correct \`revision\`.`,
      parameter: 'revision',
    });
  }
  findings.ok('git', version);
  findings.ok('Revision', revision === commit ? commit : `${revision} is ${commit}`);
  const transport = transportOf(settings);
  if (kind === 'full') findings.ok('Clone', 'full');
  else if (transport.tarball) findings.ok('Clone', `${kind}: enough for a tarball`);
  else {
    const remedy = `${COMPLETE[kind]}, ${FULL_CHECKOUT}`;
    findings.note('Clone', `${kind}: a deployment first fetches what is missing`, remedy);
  }
  const [lfs, submodules] = await Promise.all([git.usesLfs(commit), git.hasSubmodules(commit)]);
  if (lfs) {
    findings.note(
      'Git LFS',
      'files kept in LFS reach Heroku as pointers',
      `Let a buildpack fetch them, before the others: \`heroku buildpacks:add URL -i 1 -a ${settings['app-name']}\``,
    );
  }
  if (transport.tarball) await checkTarball(git, commit, transport, findings);
  else if (submodules) {
    findings.note(
      'Submodules',
      'Heroku fetches them while it builds and needs to reach their URLs',
      '`git config --file .gitmodules --get-regexp url` shows them; each must be readable without a key',
    );
  }
  return { commit, kind };
}

/**
 * Completes the history of a shallow clone: Heroku takes no push from one.
 * @throws Refusal when the origin cannot be reached.
 */
export async function completeHistory(git: Git, clone: CloneFacts, signal: AbortSignal): Promise<CloneFacts> {
  if (clone.kind !== 'shallow') return clone;
  await git.unshallow({ timeoutMs: FETCH_LIMIT_MS, signal });
  return { ...clone, kind: await git.cloneKind() };
}

/**
 * Fetches the objects that a blobless clone lacks and a push would need.
 * @throws Refusal when the origin does not give them.
 */
export async function completeObjects(
  git: Git,
  clone: CloneFacts,
  deployed: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  if (clone.kind !== 'blobless') return 0;
  const except = deployed !== undefined && (await git.hasCommit(deployed)) ? deployed : undefined;
  const missing = await git.missingObjects(clone.commit, except);
  if (missing.length > 0) await git.fetchObjects(missing, { timeoutMs: FETCH_LIMIT_MS, signal });
  return missing.length;
}

/** Whether the clone has the commit, fetched from its origin where it may be. */
export async function haveCommit(
  git: Git,
  commit: string,
  { mayFetch, signal }: { mayFetch: boolean; signal?: AbortSignal },
): Promise<boolean> {
  if (await git.hasCommit(commit)) return true;
  return mayFetch && git.tryFetchCommit(commit, { timeoutMs: FETCH_LIMIT_MS, ...(signal ? { signal } : {}) });
}

/**
 * Compares the two commits. What a shallow clone's history shows is true, and what it does not show is asked of
 * origin.
 */
export async function readDescent(
  git: Git,
  { commit, kind }: CloneFacts,
  deployed: string | undefined,
  { mayFetch, signal }: { mayFetch: boolean; signal?: AbortSignal },
): Promise<Descent> {
  if (deployed === undefined) return 'first';
  if (deployed === commit) return 'same';
  const isShallow = kind === 'shallow';
  const limits = signal ? { signal } : {};
  if (await haveCommit(git, deployed, { mayFetch: mayFetch && !isShallow, ...limits })) {
    if (await git.isAncestor(deployed, commit)) return 'descends';
    if (await git.isAncestor(commit, deployed)) return 'older';
    if (!isShallow) return 'elsewhere';
  } else if (!isShallow) return mayFetch ? 'unknown' : 'untold';
  if (!mayFetch) return 'untold';
  return git.compareAtOrigin(commit, deployed, { timeoutMs: FETCH_LIMIT_MS, ...limits });
}

/**
 * Refuses a commit that does not descend from the deployed one, unless `force` allows it. Where that cannot be
 * known, it is for the caller to say so.
 * @throws Refusal that names both commits.
 */
export function requireDescent(
  descent: Descent,
  app: string,
  commit: string,
  deployed: string | undefined,
  force: boolean,
): void {
  if (force || deployed === undefined) return;
  const reasons: Partial<Record<Descent, string>> = {
    older: `It is older than ${short(deployed)}: this may be an old build that was started again.`,
    elsewhere: 'The branch was rewritten, or another branch or project deploys to the same app.',
    unknown: `${short(deployed)} is not in this clone, and its origin does not give it: the branch was rewritten, or another project deploys to the same app.`,
  };
  const why = reasons[descent];
  if (why === undefined) return;
  throw new Refusal({
    what: `${short(commit)} does not descend from ${short(deployed)}, which is deployed on ${app}.`,
    why,
    next: `Deploy a commit that contains ${deployed}, or allow it with \`force: true\`.`,
    parameter: 'force',
  });
}

/**
 * Heroku names no commit for an image (Fir, the stack `container`), and a tarball is built on top of anything: what was
 * built last tells whether this is an old job that was started again.
 * @throws Refusal for a commit that is older than that one, unless `force` allows it.
 */
export async function requireNotOlder(
  git: Git,
  clone: CloneFacts,
  { app, deployedCommit, builds }: AppFacts,
  { force, ...options }: { force: boolean; mayFetch: boolean; signal?: AbortSignal },
): Promise<void> {
  if (force || deployedCommit !== undefined || !isOfImages(app)) return;
  const last = builds.find(({ status }) => status === 'succeeded')?.version;
  if (last === undefined || (await readDescent(git, clone, last, options)) !== 'older') return;
  throw new Refusal({
    what: `${short(clone.commit)} is older than ${short(last)}, which was built last for ${app.name}.`,
    why: 'Heroku names no commit for the current release; this may be an old build that was started again.',
    next: `Deploy a commit that contains ${last}, or allow it with \`force: true\`.`,
    parameter: 'force',
  });
}

function isOfImages({ generation, stack }: AppFacts['app']): boolean {
  return generation === 'fir' || stack === 'container';
}

/**
 * For a commit that is not on top of what Heroku had before, where nobody can tell which commit is deployed: of a
 * slug that somebody built without saying, or of an image.
 * @throws Refusal unless `force` allows to deploy it.
 */
export function requireKnownDescent(
  { app, current, deployedCommit, builds }: AppFacts,
  commit: string,
  force: boolean,
): void {
  const isFirst = isOfImages(app)
    ? builds.every(({ status }) => status !== 'succeeded')
    : current?.slugId === undefined;
  if (force || isFirst || deployedCommit !== undefined) return;
  throw new Refusal({
    what: `Whether ${short(commit)} descends from what is deployed on ${app.name} is not known, and it was not pushed on top of it.`,
    why: 'Heroku names no commit for the current release; this may be an old build that was started again.',
    next: 'Deploy a newer commit, or allow this one with `force: true`.',
    parameter: 'force',
  });
}
