import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { rehearseJob } from '../src/rehearsal/index.ts';
import { startLocalHeroku, type LocalHeroku } from '../src/simulator/index.ts';
import { createDemoRepository, type DemoRepository } from './lib/demo-repository.ts';
import { ROOT } from './lib/project.ts';

const APP = 'corner-shop';
const KEY = 'HRKU-de300000-0000-4000-8000-000000000001';

/** Deploys a small app twice to a local Heroku, by the orb's own job out of an ordinary config.yml. */
async function demo(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-demo-'));
  const heroku = await startLocalHeroku({
    account: { email: 'deploy@example.com', key: KEY },
    apps: [APP],
    settings: { buildMs: 1_500 },
  });
  try {
    title('A local Heroku, with an empty app');
    console.log(`API ${heroku.urls.api}, git ${heroku.urls.git}, app ${pageOf(heroku)}`);
    await show(heroku);

    const source = join(folder, 'corner-shop');
    await cp(join(ROOT, 'scripts/demo/app'), source, { recursive: true });
    const repository = await createDemoRepository(source);
    const first = await repository.commit('Open the shop');
    title(
      `First deployment: commit ${first.slice(0, 8)}, by the job heroku-cd/deploy of .circleci/config.yml`,
    );
    await deploy(heroku, repository, join(folder, 'first'));
    await show(heroku);

    await writeFile(join(source, 'greeting.txt'), 'Welcome to the corner shop. Now with fresh bread.\n');
    const second = await repository.commit('Sell bread');
    title(`Second deployment: commit ${second.slice(0, 8)}`);
    const report = join(tmpdir(), 'heroku-cd-demo-report');
    await rm(report, { recursive: true, force: true });
    await deploy(heroku, repository, report);
    await show(heroku);
    console.log(
      `\nThe job's artifacts, with the report result.json, lie in ${join(report, 'heroku-cd', APP)}`,
    );
  } finally {
    await heroku.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function deploy(heroku: LocalHeroku, repository: DemoRepository, artifacts: string): Promise<void> {
  const { HEROKU_API_KEY: key, ...hosts } = heroku.environment();
  const result = await rehearseJob({
    config: { file: join(repository.directory, '.circleci/config.yml') },
    orbs: { 'heroku-cd': join(ROOT, 'orb/orb.yml') },
    workflow: 'test-and-deploy',
    job: 'heroku-cd/deploy',
    repository: repository.directory,
    contexts: { 'heroku-production': { HEROKU_API_KEY: key ?? '' } },
    callerEnvironment: { PATH: process.env['PATH'], ...hosts },
    artifactsFolder: artifacts,
    output: {
      stepStarted: (step) => console.log(`--- ${step.name}`),
      write: (text) => process.stdout.write(text),
    },
  });
  if (result.status !== 'success') throw new Error(`The job ended ${result.status}: ${result.reason ?? ''}`);
}

/** The page as a browser gets it, and the releases as the platform has them. */
async function show(heroku: LocalHeroku): Promise<void> {
  const app = heroku.platform.apps.find(APP);
  if (app === undefined) throw new Error(`There is no app ${APP}.`);
  while (app.dynos.some((dyno) => dyno.type === 'web' && dyno.state === 'starting')) await delay(20);
  const response = await fetch(pageOf(heroku));
  const body = (await response.text())
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  console.log(`\nThe page: ${response.status} ${body}`);
  for (const release of app.releases) {
    console.log(
      `  v${release.version} ${release.status.padEnd(9)} ${release === app.current ? '(current) ' : ''}${release.description}`,
    );
  }
}

function pageOf(heroku: LocalHeroku): string {
  return `${heroku.urls.router}/_app/${APP}/`;
}

function title(text: string): void {
  console.log(`\n== ${text}\n`);
}

demo().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
