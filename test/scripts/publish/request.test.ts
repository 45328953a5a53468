import { publishArguments, readRequest, UsageError } from '../../../scripts/lib/publish/request.ts';

const MANIFEST = { version: '1.2.3', config: { orbNamespace: 'acme' } };
const read = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  readRequest(args, environment, MANIFEST);

describe('what is asked to be published', () => {
  it('is the version of package.json in its namespace', () => {
    const request = read([]);
    expect(request).toEqual({
      version: '1.2.3',
      dev: undefined,
      namespace: 'acme',
      reference: 'acme/heroku-cd@1.2.3',
      dryRun: false,
    });
    expect(publishArguments({ reference: 'acme/heroku-cd@1.2.3' })).toEqual([
      'orb',
      'publish',
      'orb/orb.yml',
      'acme/heroku-cd@1.2.3',
    ]);
  });

  it.each([
    ['other', 'other/heroku-cd@1.2.3'],
    ['', 'acme/heroku-cd@1.2.3'],
  ])('takes the namespace from ORB_NAMESPACE=%j', (namespace, reference) => {
    expect(read([], { ORB_NAMESPACE: namespace })?.reference).toBe(reference);
  });

  it.each([['1.2.3'], ['v1.2.3']])('may name the version, as %s', (version) => {
    expect(read([version])?.version).toBe('1.2.3');
  });

  it('is a development version of any usual label', () => {
    expect(read(['--dev', 'feature/x-1.y_z', '--dry-run'])).toMatchObject({
      dev: 'feature/x-1.y_z',
      reference: 'acme/heroku-cd@dev:feature/x-1.y_z',
      dryRun: true,
    });
  });

  it('is nothing where help is asked for', () => {
    expect(read(['--help'])).toBeUndefined();
  });

  it.each([
    [['1.2.4'], /VERSION 1\.2\.4 is not the version of package\.json, which is 1\.2\.3\. Next: npm version/],
    [['1.2.3', 'again'], /one VERSION, and again besides/],
    [['--dev', 'two words'], /--dev "two words" is no label/],
    [['--dev', '$(id)'], /is no label/],
    [['--dev', ''], /is no label/],
    [['--dev', 'x'.repeat(201)], /is no label/],
    [['--dev'], /--dev/],
    [['--force'], /--force/],
  ])('is refused as %j', (args, message) => {
    expect(() => read(args)).toThrow(UsageError);
    expect(() => read(args)).toThrow(message);
  });
});
