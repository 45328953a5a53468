import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/project.ts';
import { obstacleLines } from './lib/publish/obstacle.ts';
import { tagObstacles } from './lib/publish/release-tag.ts';

/** Ends with 2 where the pipeline is of a release's tag that this commit is not the release of. */
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
const tag = process.env['CIRCLE_TAG'];
const obstacles = tagObstacles(tag, version, changelog);
for (const obstacle of obstacles) console.error(obstacleLines(obstacle).join('\n'));
if (obstacles.length > 0) process.exitCode = 2;
else console.log(`Nothing is in the way of ${tag ? `the tag ${tag}` : 'this commit, which has no tag'}.`);
