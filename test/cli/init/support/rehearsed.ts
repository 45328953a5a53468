import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initCommand } from '../../../../src/cli/init/command.ts';
import { rehearseJob } from '../../../../src/rehearsal/index.ts';
import { startLocalHeroku, type LocalHeroku } from '../../../../src/simulator/index.ts';
import { createRepository } from '../../../e2e/support/repository.ts';
import { FIXTURES, type Fixture, type FixtureName } from './fixtures.ts';
import { ORB } from './orb.ts';

const KEY = 'HRKU-5ca1ab1e-0000-4000-8000-00000c0ffee5';

/** A local Heroku with an app for each of these fixtures. */
export interface Stage {
  /**
   * Deploys the fixture by hand, has init write the configuration and commits it with a change, and rehearses the job
   * `deploy` of that very file.
   */
  deploy(name: FixtureName): Promise<Outcome>;
  close(): Promise<void>;
}

export interface Outcome {
  readonly status: string;
  /** All that the steps wrote. */
  readonly log: string;
  /** How the stand-ins of the framework's commands were called, in order. */
  readonly called: readonly string[];
  readonly isCurrent: boolean;
  readonly maintenance: boolean;
}

export async function createStage(names: readonly FixtureName[]): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-init-'));
  const heroku = await startLocalHeroku({
    account: { email: 'deploy@example.com', key: KEY },
    apps: names.map(appOf),
    settings: { buildMs: 20 },
  });
  return {
    deploy: (name) => deploy(name, heroku, folder),
    async close() {
      await heroku.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const appOf = (name: FixtureName): string => `acme-${name}`;

async function deploy(name: FixtureName, heroku: LocalHeroku, folder: string): Promise<Outcome> {
  const { files, change }: Fixture = FIXTURES[name];
  const app = appOf(name);
  const witness = join(folder, `${name}.called`);
  // The stand-ins lie in the slug: its bin comes first, as a buildpack would have it.
  await heroku.control.act(app, {
    action: 'config',
    vars: { PATH: `bin:${process.env['PATH'] ?? ''}`, WITNESS: witness },
  });
  const repository = await createRepository(join(folder, name));
  await repository.commit(files);
  // An app in a folder cannot be pushed by hand: it begins with the deployment.
  if (files['Procfile'] !== undefined) {
    const url = Object.assign(new URL(`${heroku.urls.api}/${app}.git`), {
      username: 'heroku',
      password: KEY,
    });
    await repository.git('push', '--quiet', url.href, 'HEAD:refs/heads/main');
  }
  const said: string[] = [];
  const ports = { cwd: repository.directory, asker: undefined, orb: ORB };
  const hear = (text: string): void => void said.push(text);
  const exitCode = await initCommand({ app, yes: true }, { ...ports, out: hear, err: hear });
  if (exitCode !== 0) throw new Error(said.join(''));
  const commit = await repository.commit({ [change]: 'changed\n' }, 'Deploy by CircleCI');
  const { HEROKU_API_KEY: _key, ...hosts } = heroku.environment();
  let log = '';
  const job = await rehearseJob({
    config: { file: join(repository.directory, '.circleci/config.yml') },
    orbs: { [`${ORB.namespace}/heroku-cd`]: ORB.file },
    job: 'deploy',
    repository: repository.directory,
    contexts: { 'heroku-production': { HEROKU_API_KEY: KEY } },
    callerEnvironment: { PATH: process.env['PATH'], ...hosts },
    environment: { HEROKU_CD_TIME_LAPSE: '20' },
    cacheFolder: join(folder, 'cache'),
    output: { write: (text) => (log += text) },
  });
  const state = await heroku.control.app(app);
  return {
    status: job.status,
    log,
    called: (await readFile(witness, 'utf8').catch(() => '')).split('\n').filter(Boolean),
    isCurrent: state.releases.some((one) => one.current && one.commit === commit),
    maintenance: state.maintenance,
  };
}

/** How the stand-ins must have been called. */
export function expectedCalls(name: FixtureName): readonly string[] {
  const fixture: Fixture = FIXTURES[name];
  const [migrate, pending] = fixture.handedOn ?? [fixture.migrate, fixture.pending];
  const asStandIn = (command: string): string => command.replace(/^bin\//, '');
  if (migrate === '') return [];
  // Asked before the migration, and once more as proof.
  const asked = pending === '' ? [] : [asStandIn(pending)];
  return [...asked, asStandIn(migrate), ...asked];
}
