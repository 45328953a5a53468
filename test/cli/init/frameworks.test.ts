import { answer } from '../../../src/cli/init/answers.ts';
import { faultOf } from '../../../src/cli/init/check.ts';
import type { InitFlags } from '../../../src/cli/init/flags.ts';
import { FRAMEWORKS } from '../../../src/cli/init/frameworks.ts';
import { planOf } from '../../../src/cli/init/plan.ts';
import { renderConfig } from '../../../src/cli/init/render.ts';
import { checkExamples } from '../../../src/orb/checks/examples.ts';
import { fromYaml } from '../../../src/orb/tree/index.ts';
import { checkedOrb } from '../../orb/support/orb.ts';
import { describeWithSchema, officialSchema, schemaErrors } from '../../orb/support/schema.ts';
import { FIXTURES, type Fixture, type FixtureName } from './support/fixtures.ts';
import { inMemory } from './support/in-memory.ts';

const checked = checkedOrb();
const fixtures = Object.entries(FIXTURES) as [FixtureName, Fixture][];
const STAGING: InitFlags = { stagingApp: 'acme-staging', productionBranch: 'production' };

async function configOf(files: Fixture['files'], flags: InitFlags = {}): Promise<string> {
  const { findings, answers } = await answer({
    flags: { app: 'acme-shop', yes: true, ...flags },
    repository: inMemory(files),
    asker: undefined,
    writes: true,
    tell: () => undefined,
    orb: { source: 'registry', value: `acme/heroku-cd@${minor(checked.context.version)}` },
  });
  return renderConfig(planOf(findings, answers));
}

const minor = (version: string): string => version.split('.').slice(0, 2).join('.');

interface Config {
  readonly orbs: Readonly<Record<string, unknown>>;
  readonly jobs?: {
    readonly test: {
      docker: { image: string }[];
      steps: (string | { run: { name: string; command: string } })[];
    };
  };
  readonly workflows: Readonly<
    Record<string, { jobs: (string | Record<string, Record<string, unknown>>)[] }>
  >;
}

function read(text: string): {
  config: Config;
  workflow: string;
  entries: Record<string, Record<string, unknown>>;
} {
  const config = fromYaml(text) as Config;
  const [[workflow, { jobs }] = ['', { jobs: [] }]] = Object.entries(config.workflows);
  const entries = jobs.flatMap((one) =>
    typeof one === 'string'
      ? [[one, {}] as const]
      : Object.entries(one).map(
          ([job, args]) => [typeof args['name'] === 'string' ? args['name'] : job, args] as const,
        ),
  );
  return { config, workflow, entries: Object.fromEntries(entries) };
}

describe.each(fixtures)('a repository of %s', (_name, fixture) => {
  it('is proposed the commands of its framework, and the files of its migrations', async () => {
    const { entries } = read(await configOf(fixture.files));
    const { deploy = {} } = entries;
    expect([
      deploy['migrate-command'] ?? '',
      deploy['pending-migrations-command'] ?? '',
      deploy['migration-paths'] ?? '',
    ]).toEqual([fixture.migrate, fixture.pending, fixture.paths]);
  });

  it('has its tests run before it is deployed', async () => {
    const { config, workflow, entries } = read(await configOf(fixture.files));
    const last = config.jobs?.test.steps.at(-1);
    const command = typeof last === 'object' ? last.run.command : undefined;
    expect(config.jobs === undefined ? undefined : [config.jobs.test.docker[0]?.image, command]).toEqual(
      fixture.test,
    );
    expect(workflow).toBe(fixture.test === undefined ? 'deploy' : 'test-and-deploy');
    expect(entries['deploy']?.['requires']).toEqual(fixture.test === undefined ? undefined : ['test']);
  });

  it.each([
    ['one app', {}],
    ['staging and production', STAGING],
  ])(
    'gets a configuration for %s that compiles and is as safe as the orb’s own examples',
    async (_what, flags) => {
      const text = await configOf(fixture.files, flags);
      const orb = { text: checked.packed, names: ['acme/heroku-cd'] };
      expect(faultOf(text, 'config.yml', orb)).toBeUndefined();
      expect(
        checkExamples({
          ...checked,
          orb: { ...checked.orb, examples: { made: { description: 'Made.', usage: fromYaml(text) } } },
        }),
      ).toEqual([]);
    },
  );
});

describeWithSchema('the official schema', () => {
  const validate = officialSchema();

  it.each(fixtures)('accepts what is written for %s', async (_name, { files }) => {
    expect(schemaErrors(validate, fromYaml(await configOf(files)))).toEqual([]);
    expect(schemaErrors(validate, fromYaml(await configOf(files, STAGING)))).toEqual([]);
  });
});

test('an app in a folder is deployed and tested from there', async () => {
  const { config, entries } = read(await configOf(FIXTURES.monorepo.files));
  expect(entries['deploy']).toMatchObject({ 'app-directory': 'services/shop' });
  expect(config.jobs?.test.steps.at(-1)).toMatchObject({ run: { working_directory: 'services/shop' } });
  // Nothing of it is read by what waits for the database beside.
  const wait = config.jobs?.test.steps.find((step) => typeof step === 'object' && /Wait/.test(step.run.name));
  expect(wait).toEqual({
    run: { name: 'Wait for Postgres', command: 'dockerize -wait tcp://localhost:5432 -timeout 1m' },
  });
});

test('memcached is flushed, Redis is not', async () => {
  const withGem = (gem: string) =>
    configOf({ ...FIXTURES.rails.files, Gemfile: `gem "rails"\ngem "${gem}"\n` });
  expect(read(await withGem('dalli')).entries['deploy']).toMatchObject({ 'flush-cache': true });
  expect(await withGem('dalli')).toContain('# Assumed from the gem `dalli`: a memcached add-on.');
  expect(await withGem('redis')).not.toContain('flush');
  const orb = { text: checked.packed, names: ['acme/heroku-cd'] };
  expect(faultOf(await withGem('dalli'), 'config.yml', orb)).toBeUndefined();
});

test('staging is deployed first, and production waits for a person', async () => {
  const { entries } = read(await configOf(FIXTURES.node.files, { stagingApp: 'acme-staging' }));
  expect(Object.keys(entries)).toEqual([
    'test',
    'deploy-staging',
    'recover-staging',
    'approve-production',
    'deploy-production',
    'recover-production',
  ]);
  expect(entries['approve-production']).toMatchObject({ type: 'approval', requires: ['deploy-staging'] });
  expect(entries['deploy-production']).toMatchObject({
    requires: ['approve-production'],
    'app-name': 'acme-shop',
    context: ['heroku-production'],
  });
  expect(entries['deploy-staging']).toMatchObject({
    'app-name': 'acme-staging',
    context: ['heroku-staging'],
  });
});

test('a branch of its own takes production past staging, to the approval', async () => {
  const { entries } = read(await configOf(FIXTURES.node.files, STAGING));
  expect(entries['approve-production']).toMatchObject({
    requires: ['test'],
    filters: 'pipeline.git.branch == "production"',
  });
  expect(entries['recover-production']?.['requires']).toEqual([
    { 'deploy-production': ['failed', 'canceled'] },
  ]);
});

test('every framework says either what asks for pending migrations or why nothing does', () => {
  for (const { name, pendingCommand, noPendingBecause } of FRAMEWORKS) {
    expect([name, pendingCommand === '']).toEqual([name, noPendingBecause !== undefined]);
  }
});

test('each framework has a fixture, but for Alembic, which test/cli/init/details.test.ts has', () => {
  const names: readonly string[] = Object.keys(FIXTURES);
  expect(FRAMEWORKS.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual(['alembic']);
});
