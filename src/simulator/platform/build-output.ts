import type { App, SlugRecord } from './model.ts';

/** What a build prints, in Heroku's words: scripts and people look for these lines. */
export function openingLines(app: App): string[] {
  return [
    `-----> Building on the ${stackTitle(app.buildStack)} stack`,
    '-----> Using buildpack: heroku/procfile',
    '-----> Procfile app detected',
  ];
}

export function slugLines(slug: SlugRecord): string[] {
  return [
    '-----> Discovering process types',
    `       Procfile declares types -> ${Object.keys(slug.processTypes).join(', ')}`,
    '',
    '-----> Compressing...',
    `       Done: ${humanSize(slug.size)}`,
    '-----> Launching...',
  ];
}

export function releasedLines(version: number, webUrl: string, hasReleaseCommand: boolean): string[] {
  return [
    ...(hasReleaseCommand
      ? [
          ' !     Release command declared: this new release will not be available until the command succeeds.',
        ]
      : []),
    `       Released v${version}`,
    `       ${webUrl} deployed to Heroku`,
    '',
  ];
}

export function failureLines(): string[] {
  return ['', ' !     Push rejected, failed to compile Procfile app.', '', ' !     Push failed'];
}

export function canceledLines(): string[] {
  return ['', ' !     Build canceled.', '', ' !     Push failed'];
}

export const skippedBranch = 'Pushed to branch other than [main, master], skipping build.';

function stackTitle(stack: string): string {
  return stack.charAt(0).toUpperCase() + stack.slice(1);
}

function humanSize(bytes: number): string {
  const kilobytes = bytes / 1024;
  if (kilobytes < 1024) return `${kilobytes.toFixed(1)}K`;
  return `${(kilobytes / 1024).toFixed(1)}M`;
}
