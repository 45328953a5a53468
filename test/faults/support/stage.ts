import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleHelper } from '../../../scripts/lib/bundle.ts';
import { ROOT } from '../../../scripts/lib/project.ts';
import { createRepository } from '../../e2e/support/repository.ts';
import { appFiles } from './app.ts';
import { Databases } from './database.ts';

const run = promisify(execFile);

/** What all cases of one test file share, none of which a case changes. */
export interface Stage {
  readonly folder: string;
  /** The bundled helper. */
  readonly program: string;
  /** The job's clone; what is deployed is {@link commit}. */
  readonly clone: string;
  readonly commit: string;
  /** {@link commit} with the migration as its release phase. */
  readonly commitReleasing: string;
  /** {@link commit} that answers 500. */
  readonly commitUnhealthy: string;
  /** What the app runs before, an ancestor of {@link commit}. */
  readonly commitBefore: string;
  /** A bare repository that holds {@link commitBefore} alone: Heroku's, before the deployment. */
  readonly deployed: string;
  /** The files of {@link commitBefore}. */
  readonly slug: string;
  readonly databases: Databases;
  close(): Promise<void>;
}

export async function createStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-faults-'));
  const at = (name: string): string => join(folder, name);
  const [databases, program, repository] = await Promise.all([
    Databases.start(),
    writeProgram(at('heroku-cd.cjs')),
    createRepository(at('clone')),
  ]);
  const commitBefore = await repository.commit(appFiles('one'));
  await mkdir(at('slug'));
  for (const name of Object.keys(appFiles('one'))) await cp(join(at('clone'), name), join(at('slug'), name));
  await makeDeployed(at('clone'), at('deployed'));
  const commit = await repository.commit(appFiles('two'));
  const commitReleasing = await repository.commit(appFiles('three', { release: true }));
  const commitUnhealthy = await repository.commit(appFiles('four', { status: 500 }));
  return {
    folder,
    program,
    clone: repository.directory,
    commit,
    commitReleasing,
    commitUnhealthy,
    commitBefore,
    deployed: at('deployed'),
    slug: at('slug'),
    databases,
    async close() {
      await databases.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A bare repository of as few files as can be: it is copied for each case. */
async function makeDeployed(clone: string, directory: string): Promise<void> {
  await run('git', ['clone', '--quiet', '--bare', '--template=', '--no-local', clone, directory]);
  // A clone packs its refs, which then are asked of git: the local Heroku would start it for every look at a branch.
  const packed = join(directory, 'packed-refs');
  const refs = (await readFile(packed, 'utf8')).matchAll(/^([0-9a-f]{40}) (refs\/.+)$/gm);
  await rm(packed);
  for (const [, commit = '', ref = ''] of refs) {
    await run('git', [`--git-dir=${directory}`, 'update-ref', ref, commit]);
  }
}

async function writeProgram(file: string): Promise<string> {
  await writeFile(file, (await bundleHelper(ROOT, 'src/helper/process.ts')).code);
  return file;
}

/** Makes Heroku's repository of an app as it is before the deployment. */
export async function writeRepository(stage: Stage, directory: string): Promise<void> {
  await cp(stage.deployed, directory, { recursive: true });
}
