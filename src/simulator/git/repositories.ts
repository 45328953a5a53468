import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gitEnvironment } from './environment.ts';

const run = promisify(execFile);

/** The bare repositories under one root, `<app>.git` each, made when they are first asked for. */
export class Repositories {
  private readonly beingMade = new Map<string, Promise<void>>();

  constructor(
    private readonly root: string,
    private readonly workspace: string,
  ) {}

  pathOf(app: string): string {
    return path.join(this.root, `${app}.git`);
  }

  /** Makes the app's repository where there is none. */
  async ensure(app: string): Promise<void> {
    if (await exists(path.join(this.pathOf(app), 'HEAD'))) return;
    const making = this.beingMade.get(app) ?? this.make(app).finally(() => this.beingMade.delete(app));
    this.beingMade.set(app, making);
    await making;
  }

  /** The commit of a branch; undefined where the branch or the repository does not exist. */
  async branchCommit(app: string, branch: string): Promise<string | undefined> {
    const repository = this.pathOf(app);
    if (!(await exists(path.join(repository, 'HEAD')))) return undefined;
    const ref = `refs/heads/${branch}`;
    // A ref in a file of its own counts, whatever is packed; where nothing is packed, there is no other.
    const loose = await looseRef(path.join(repository, ref));
    if (loose !== undefined) return loose;
    if (!(await exists(path.join(repository, 'packed-refs')))) return undefined;
    const args = [`--git-dir=${repository}`, 'for-each-ref', '--format=%(refname) %(objectname)', ref];
    const { stdout } = await run('git', args, { cwd: this.root, env: gitEnvironment() });
    // The pattern also matches branches below a folder of that name.
    const line = stdout.split('\n').find((each) => each.startsWith(`${ref} `));
    return line?.slice(ref.length + 1);
  }

  /** Made aside and moved, so that a repository under its name is always a whole one. */
  private async make(app: string): Promise<void> {
    const aside = await mkdtemp(path.join(this.workspace, 'new-'));
    try {
      const args = ['init', '--bare', '--quiet', '--initial-branch=main', '--template=', aside];
      await run('git', args, { cwd: this.root, env: gitEnvironment() });
      await rename(aside, this.pathOf(app));
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }
}

/** The commit in a ref's own file; undefined where there is none, or something else stands in it. */
async function looseRef(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'latin1').catch(() => '');
  return /^([0-9a-f]{40})\n$/.exec(text)?.[1];
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
