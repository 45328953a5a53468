import { changelogObstacle } from '../../../scripts/lib/publish/changelog.ts';

const log = (heading: string) => `# Changelog\n\n## [Unreleased]\n\n${heading}\n\n- A thing.\n`;

describe('the changelog of a release', () => {
  it.each(['## [1.2.0] - 2026-02-28', '## [1.2.0] - 2028-02-29\r'])('may say %j', (heading) => {
    expect(changelogObstacle(log(heading), '1.2.0')).toBeUndefined();
  });

  it.each([
    ['', 'has no section of 1.2.0'],
    ['## [11.2.0] - 2026-02-28', 'has no section of 1.2.0'],
    ['## [1.2.0-rc] - 2026-02-28', 'has no section of 1.2.0'],
    ['## [1x2x0] - 2026-02-28', 'has no section of 1.2.0'],
    ['## [1.2.0]', 'has no date at its section of 1.2.0'],
    ['## [1.2.0] - soon', 'has no date at its section of 1.2.0: ## [1.2.0] - soon'],
    ['## [1.2.0] - 2026-02-30', 'has no date'],
    ['## [1.2.0] - 2026-13-01', 'has no date'],
  ])('may not say %j', (heading, what) => {
    const obstacle = changelogObstacle(log(heading), '1.2.0');
    expect(obstacle?.what).toContain(what);
    expect(obstacle?.next).toContain('## [1.2.0] - YYYY-MM-DD');
  });
});
