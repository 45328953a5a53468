import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/project.ts';
import { changelogObstacle } from './lib/publish/changelog.ts';
import { generatedObstacle } from './lib/publish/generated.ts';
import { obstacleLines, type Obstacle } from './lib/publish/obstacle.ts';
import { Registry } from './lib/publish/registry.ts';
import { repositoryObstacles } from './lib/publish/repository.ts';
import {
  USAGE,
  UsageError,
  publishArguments,
  readRequest,
  type PublishManifest,
  type PublishRequest,
} from './lib/publish/request.ts';

/** Publishes the committed orb. 0: published, or nothing is in the way; 1: the CLI failed; 2: refused. */
async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as PublishManifest;
  const request = readRequest(args, environment, manifest);
  if (request === undefined) {
    console.log(USAGE);
    return 0;
  }
  const command = ['circleci', ...publishArguments(request)].join(' ');
  if (request.dryRun) console.log(`Would run: ${command}`);

  const registry = new Registry(ROOT, environment);
  const obstacles = await obstaclesOf(request, registry, environment);
  for (const obstacle of obstacles) console.error(obstacleLines(obstacle).join('\n'));
  if (obstacles.length > 0) return 2;
  if (request.dryRun) {
    console.log('Nothing is in the way. Nothing was published: this was a dry run.');
    return 0;
  }

  console.log(`Running: ${command}`);
  const { code, stdout, stderr } = await registry.publish(request);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (code === 0) return 0;
  console.error(`FAILED: circleci ended with ${code === null ? 'a signal' : `exit code ${code}`}.`);
  console.error(
    `  Next: circleci orb source ${request.reference} tells whether it was published all the same.`,
  );
  console.error(
    `        If the orb itself is missing: circleci orb create ${request.reference.split('@')[0] ?? ''}`,
  );
  return 1;
}

async function obstaclesOf(
  request: PublishRequest,
  registry: Registry,
  environment: NodeJS.ProcessEnv,
): Promise<Obstacle[]> {
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
  const found = [
    ...(await repositoryObstacles(ROOT, environment, request)),
    await generatedObstacle(ROOT, request.namespace),
    request.dev === undefined ? changelogObstacle(changelog, request.version) : undefined,
    ...(await registry.obstacles(request)),
  ];
  return found.filter((each) => each !== undefined);
}

main(process.argv.slice(2), process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    if (error instanceof UsageError) console.error(`\n${USAGE}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
