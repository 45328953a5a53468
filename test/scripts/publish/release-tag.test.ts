import { tagObstacles } from '../../../scripts/lib/publish/release-tag.ts';

const CHANGELOG = '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-01-31\n\n- A thing.\n';
const found = (tag: string | undefined, version: string): string[] =>
  tagObstacles(tag, version, CHANGELOG).map(({ what }) => what);

describe('the tag that a pipeline is of', () => {
  it.each([undefined, '', 'v0.3.0-rc.1', 'nightly', 'v0.3', 'xv0.3.0'])(
    '%j is no release, so nothing is in the way',
    (tag) => {
      expect(found(tag, '0.1.0')).toEqual([]);
    },
  );

  it('is in order where package.json and the changelog say the same', () => {
    expect(found('v0.2.0', '0.2.0')).toEqual([]);
  });

  it('may not be another version than the helper’s own', () => {
    const [obstacle, ...more] = tagObstacles('v0.2.0', '0.1.0', CHANGELOG);
    expect(more).toEqual([]);
    expect(obstacle?.what).toBe('The tag is v0.2.0, and the version of package.json is 0.1.0.');
    expect(obstacle?.next).toContain('npm version --no-git-tag-version 0.2.0');
    expect(obstacle?.next).toContain('git push --delete origin v0.2.0');
  });

  it('may not lack its section of the changelog', () => {
    expect(found('v0.3.0', '0.3.0')).toEqual(['CHANGELOG.md has no section of 0.3.0.']);
  });
});
