import type { Obstacle } from './obstacle.ts';

/** What is wrong with the changelog's section of a version, whose form is "Keep a Changelog". */
export function changelogObstacle(changelog: string, version: string): Obstacle | undefined {
  const heading = `## [${version}]`;
  const line = changelog.split('\n').find((each) => each === heading || each.startsWith(`${heading} `));
  if (line === undefined) {
    return {
      what: `CHANGELOG.md has no section of ${version}.`,
      next: `name the section of what is released "${heading} - YYYY-MM-DD", and commit`,
    };
  }
  const date = /^ - (\d{4}-\d{2}-\d{2})\s*$/.exec(line.slice(heading.length))?.[1];
  if (date === undefined || !isDate(date)) {
    return {
      what: `CHANGELOG.md has no date at its section of ${version}: ${line}`,
      next: `write "${heading} - YYYY-MM-DD", and commit`,
    };
  }
  return undefined;
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
