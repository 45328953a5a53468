import {
  OrbDefinitionError,
  checkout,
  command,
  dockerExecutor,
  escapeTemplates,
  invoke,
  job,
  orbDocument,
  restoreCache,
  run,
  saveCache,
  spliceSteps,
  unescapeTemplates,
  unlessStep,
  usage,
  whenStep,
  type OrbParameter,
} from '../../src/orb/sdk/index.ts';

const parameter = (name: string, more: Partial<OrbParameter> = {}): OrbParameter => ({
  name,
  type: 'string',
  description: 'What it is.',
  ...more,
});
const root = {
  version: 2.1,
  description: 'What it does.',
  display: { home_url: 'https://example.com', source_url: 'https://example.com' },
} as const;
const simple = (name: string) =>
  command({ name, description: 'x', steps: [run({ name: 'x', command: 'true' })] });

describe('what the SDK lacks', () => {
  it('conditional steps, one inside of the other', () => {
    const made = command({
      name: 'a',
      description: 'x',
      steps: [whenStep('<< parameters.x >>', [unlessStep({ equal: [1, 2] }, [invoke('b', { y: true })])])],
    });
    expect(made.body['steps']).toEqual([
      {
        when: {
          condition: '<< parameters.x >>',
          steps: [{ unless: { condition: { equal: [1, 2] }, steps: [{ b: { y: true } }] } }],
        },
      },
    ]);
  });

  it('spliced steps, and steps without arguments by their name alone', () => {
    const made = command({
      name: 'a',
      description: 'x',
      steps: [spliceSteps('before'), invoke('b'), checkout()],
    });
    expect(made.body['steps']).toEqual([{ steps: '<< parameters.before >>' }, 'b', 'checkout']);
  });

  it('names on the steps of a cache, and when to save, before what the SDK knows', () => {
    const made = command({
      name: 'a',
      description: 'x',
      steps: [
        restoreCache({ name: 'Restore', keys: ['k-', 'l-'] }),
        saveCache({ name: 'Save', key: 'k-1', path: '~/x' }),
        saveCache({ name: 'Save anyway', key: 'k-2', path: '~/x', when: 'always' }),
      ],
    });
    const steps = made.body['steps'] as Record<string, object>[];
    expect(steps).toEqual([
      { restore_cache: { name: 'Restore', keys: ['k-', 'l-'] } },
      { save_cache: { name: 'Save', key: 'k-1', paths: ['~/x'] } },
      { save_cache: { name: 'Save anyway', when: 'always', key: 'k-2', paths: ['~/x'] } },
    ]);
    expect(Object.keys(steps[2]?.['save_cache'] ?? {})).toEqual(['name', 'when', 'key', 'paths']);
  });

  it('requirements with the statuses in which a job may have ended', () => {
    const made = usage({
      alias: 'orb',
      namespace: 'acme',
      orb: 'orb',
      version: '1.2',
      workflow: 'main',
      entries: [{ job: 'orb/a' }, { job: 'orb/b', requires: ['orb/a', { 'orb/a': ['failed', 'canceled'] }] }],
    });
    expect(made['workflows']).toEqual({
      main: {
        jobs: ['orb/a', { 'orb/b': { requires: ['orb/a', { 'orb/a': ['failed', 'canceled'] }] } }],
      },
    });
  });

  it('descriptions on jobs and executors, and no resource class unasked', () => {
    const made = job({ name: 'a', description: 'A job.', executor: 'e', steps: [checkout()] });
    expect(made.body).toEqual({ description: 'A job.', executor: 'e', steps: ['checkout'] });
    const executor = dockerExecutor({ name: 'e', description: 'An executor.', image: 'cimg/base:current' });
    expect(executor.body).toEqual({ description: 'An executor.', docker: [{ image: 'cimg/base:current' }] });
  });

  it('keys in the order in which people read', () => {
    const made = command({
      name: 'a',
      description: 'x',
      parameters: [parameter('m', { type: 'enum', values: ['y', 'z'], default: 'y' })],
      steps: [checkout()],
    });
    expect(Object.keys(made.body)).toEqual(['description', 'parameters', 'steps']);
    const [declared] = Object.values(made.body['parameters'] as Record<string, object>);
    expect(Object.keys(declared ?? {})).toEqual(['description', 'type', 'enum', 'default']);
  });

  it('no key for parameters where there are none', () => {
    expect(simple('a').body).not.toHaveProperty('parameters');
  });

  it('a default that is empty, false or an empty list, and none where none is given', () => {
    const made = command({
      name: 'a',
      description: 'x',
      parameters: [
        parameter('s', { default: '' }),
        parameter('b', { type: 'boolean', default: false }),
        parameter('l', { type: 'steps', default: [] }),
        parameter('r'),
      ],
      steps: [checkout()],
    });
    const defaults = Object.entries(made.body['parameters'] as Record<string, object>).map(
      ([name, body]) => [name, 'default' in body ? body.default : 'none'],
    );
    expect(defaults).toEqual([
      ['s', ''],
      ['b', false],
      ['l', []],
      ['r', 'none'],
    ]);
  });

  it('escapes what is meant literally', () => {
    const text = 'cat << EOF # 1 <<< 2';
    expect(escapeTemplates(text)).toBe('cat \\<< EOF # 1 \\<<< 2');
    expect(unescapeTemplates(escapeTemplates(text))).toBe(text);
    const made = command({ name: 'a', description: text, steps: [checkout()] });
    expect(made.body['description']).toBe('cat \\<< EOF # 1 \\<<< 2');
  });

  it('examples: a whole configuration without what the SDK adds', () => {
    const made = usage({
      alias: 'orb',
      namespace: 'acme',
      orb: 'orb',
      version: '1.2',
      workflow: 'main',
      entries: [{ job: 'orb/deploy', context: 'c' }, { job: 'orb/other' }],
    });
    expect(made).toEqual({
      version: 2.1,
      orbs: { orb: 'acme/orb@1.2' },
      workflows: { main: { jobs: [{ 'orb/deploy': { context: ['c'] } }, 'orb/other'] } },
    });
  });
});

describe('what the SDK would accept in silence', () => {
  it.each([
    ['a parameter twice', () => command({ name: 'a', description: 'x', parameters: [parameter('p'), parameter('p')], steps: [] }), 'commands/a: the parameter "p" is defined twice'],
    ['an enum without values', () => job({ name: 'a', description: 'x', executor: 'e', parameters: [parameter('p', { type: 'enum' })], steps: [] }), 'jobs/a: the enum "p" has no values'],
    ['a command twice', () => orbDocument(root, [simple('a'), simple('b'), simple('a')]), 'commands/a: the element is defined twice'],
  ])('%s is refused', (_name, make, message) => {
    expect(make).toThrow(OrbDefinitionError);
    expect(make).toThrow(message);
  });

  it('sorts elements by name, in whatever order they come', () => {
    const names = Object.keys(orbDocument(root, [simple('b'), simple('c'), simple('a')]).commands);
    expect(names).toEqual(['a', 'b', 'c']);
  });
});
