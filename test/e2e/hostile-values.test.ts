import { basename, join } from 'node:path';
import { environmentName, PARAMETERS } from '../../src/parameters/index.ts';
import { rehearseJob } from '../../src/rehearsal/index.ts';
import { filesBelow } from './support/files.ts';
import { HelperProgram } from './support/helper-program.ts';
import {
  configurationWith,
  ORB,
  orbComponents,
  placesOf,
  type OrbComponent,
  type OrbParameter,
} from './support/orb-components.ts';
import { APP_FILES } from './support/repository.ts';
import { watchedDeploy, type WatchedJob } from './support/watch.ts';
import { APP, createWorld, type World } from './support/world.ts';

/** Whatever reads this as shell text leaves a file behind, by one of these ways or another. */
const HOSTILE = '$(touch pwned) ; "\' `touch pwned` && touch pwned | touch pwned > pwned\ntouch pwned #';

/**
 * Parameters that CircleCI reads itself, and what becomes of a hostile value there. On this machine the
 * runner stands for CircleCI.
 */
const READ_BY_CIRCLECI: Readonly<Record<string, { outcome: 'step-refused' | 'ignored'; why: string }>> = {
  no_output_timeout: {
    outcome: 'step-refused',
    why: 'a key of the step: what is no duration is refused before the step is started',
  },
  'resource-class': {
    outcome: 'ignored',
    why: 'chooses the machine: CircleCI refuses an unknown class, the runner has one machine only',
  },
};

/**
 * Commands of the user, which are run by a shell because that is what they are for: in a dyno, or in the job
 * where the parameter says so. That they arrive byte for byte is all that can be asked.
 */
const SHELL_COMMANDS = new Set([
  'migrate-command',
  'pending-migrations-command',
  'before-migrate',
  'after-migrate',
  'flush-command',
]);

/** Patterns of paths may hold whatever a file's name may, so such a text is one; git gets each as one argument. */
const PATTERNS = new Set(['migration-paths']);

/** Handed to a script of the orb in place of the helper: test/orb/scripts/deploy-marker.test.ts gives it such a text. */
const FOR_A_SCRIPT = new Set(['deploy-environment']);

/** Types whose values CircleCI's compiler checks: a text like this one does not get past it. */
const CHECKED_BY_THE_COMPILER = new Set(['boolean', 'integer', 'enum', 'env_var_name', 'executor', 'steps']);

const components = orbComponents();
let world: World;

// One world for all: what is refused leaves it as it is, and what is not has a commit of its own to deploy.
beforeAll(async () => {
  world = await createWorld();
  await world.repository.commit(APP_FILES);
});
beforeEach(() => world.heroku.control.clearRequests());
afterAll(async () => {
  await world.close();
});

/** Parameters of a component by what reads them. */
function parametersOf(
  component: OrbComponent,
  isWanted: (name: string, one: OrbParameter) => boolean,
): string[] {
  return Object.entries(component.parameters)
    .filter(([name, one]) => isWanted(name, one))
    .map(([name]) => name);
}

function forTheHelper(component: OrbComponent): string[] {
  return parametersOf(
    component,
    (name, { type }) => type === 'string' && READ_BY_CIRCLECI[name] === undefined && !FOR_A_SCRIPT.has(name),
  );
}

/** Arguments with which the component works, and these in their place. */
function argumentsOf(
  component: OrbComponent,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const needed = parametersOf(component, (_name, one) => one.type === 'string' && one.default === undefined);
  return {
    ...Object.fromEntries(needed.map((name) => [name, 'x'])),
    ...(component.parameters['app-name'] === undefined ? {} : { 'app-name': APP }),
    ...given,
  };
}

const jobOf = (
  component: OrbComponent,
  given: Readonly<Record<string, unknown>>,
): { config: { text: string } } => ({
  config: { text: configurationWith(component, argumentsOf(component, given)) },
});

/** The helper's processes are all that is looked at: they pass a shim. */
function run(component: OrbComponent, given: Readonly<Record<string, unknown>>): Promise<WatchedJob> {
  return watchedDeploy(world, { ...jobOf(component, given), sampled: false });
}

/** Nothing was run: neither where the job was, nor where the tests or the app are. */
function expectNothingRun(): void {
  const files = [world.folder, world.heroku.dataDirectory].flatMap(filesBelow);
  expect(files.filter((file) => basename(file).startsWith('pwned'))).toEqual([]);
  expect(filesBelow(join(process.cwd(), 'pwned'))).toEqual([]);
}

/** The values of a variable that the helper's processes were started with. */
function received({ processes }: WatchedJob, variable: string): string[] {
  return processes.all
    .filter(({ argv }) => argv.some((word) => basename(word) === 'heroku-cd.cjs'))
    .flatMap(({ environ }) => environ.filter((entry) => entry.startsWith(`${variable}=`)))
    .map((entry) => entry.slice(variable.length + 1));
}

async function herokuNow(): Promise<unknown> {
  const { log: _log, ...app } = await world.heroku.control.app(APP);
  return app;
}

function changingRequests(): string[] {
  return world.heroku.control
    .requests()
    .filter(({ method, surface }) => method !== 'GET' || surface === 'git')
    .map(({ method, path }) => `${method} ${path}`);
}

/** Compiles only: there is no Heroku that it could talk to, and no repository. */
function compile(component: OrbComponent, given: Readonly<Record<string, unknown>>): Promise<unknown> {
  return rehearseJob({
    config: { text: configurationWith(component, argumentsOf(component, given)) },
    orbs: { 'heroku-cd': ORB },
    workflow: 'deploy',
    job: 'deploy',
    callerEnvironment: {},
  });
}

describe.each(components)('$kind $name', (component) => {
  const checked = parametersOf(component, (_name, { type }) => CHECKED_BY_THE_COMPILER.has(type));
  const native = parametersOf(component, (name) => READ_BY_CIRCLECI[name] !== undefined);
  const handedOn = forTheHelper(component);

  test('every parameter is of a kind that is tested here', () => {
    const covered = new Set([...handedOn, ...checked, ...native, ...FOR_A_SCRIPT]);
    expect(Object.keys(component.parameters).filter((name) => !covered.has(name))).toEqual([]);
  });

  for (const name of checked) {
    test(`a hostile ${name} does not get past CircleCI’s compiler`, async () => {
      // What a list of steps holds is run, on purpose: a text in its place is not.
      const shown = component.parameters[name]?.type === 'executor' ? 'executor' : name;
      await expect(compile(component, { [name]: HOSTILE })).rejects.toThrow(shown);
    });
  }

  if (handedOn.length + native.length === 0) return;
  describe('in a job', () => {
    if (handedOn.length > 0) {
      test('every hostile value arrives byte for byte, and is refused', async () => {
        const before = await herokuNow();
        // A step that is refused keeps the later ones, which read more, from being started: so once more without
        // what has arrived.
        for (let left = handedOn; left.length > 0;) {
          const job = await run(component, Object.fromEntries(left.map((name) => [name, HOSTILE])));
          const arrived = left.filter((name) => received(job, environmentName(name)).length > 0);
          expect({ left, arrived: arrived.length > 0 }).toEqual({ left, arrived: true });
          for (const name of arrived) {
            expect([name, new Set(received(job, environmentName(name)))]).toEqual([name, new Set([HOSTILE])]);
          }
          expectRefused(job, arrived.filter(refusesHostile));
          left = left.filter((name) => !arrived.includes(name));
        }
        expect(await herokuNow()).toEqual(before);
      });
    }

    for (const name of native) {
      test(`a hostile ${name} is read by CircleCI alone`, async () => {
        // There is something to go back to.
        if (component.name === 'rollback') {
          await world.pushByHand();
          await world.pushByHand({ 'greeting.txt': 'two' });
        }
        if (READ_BY_CIRCLECI[name]?.outcome === 'ignored') {
          expect(placesOf(component, name)).toEqual(['resource_class']);
          return;
        }
        const { job } = await world.deploy(jobOf(component, { [name]: HOSTILE }));
        const failed = job.steps.find(({ status }) => status === 'failed');
        expect(failed).toMatchObject({ exitCode: null });
        expect(failed?.output).toContain(name);
        expectNothingRun();
      });
    }
  });
});

function expectRefused(job: WatchedJob, names: readonly string[]): void {
  const failed = job.deployment.job.steps.find(({ status }) => status === 'failed');
  expect(failed).toMatchObject({ exitCode: 2 });
  expect(failed?.output.match(/^ERROR: /gm)).toHaveLength(1);
  for (const name of names) expect(failed?.output).toContain(`${name}: `);
  expect(changingRequests()).toEqual([]);
  expectNothingRun();
}

describe('beside parameters', () => {
  const job = components.find(({ kind, name }) => kind === 'job' && name === 'deploy');

  test('a hostile tag of the orb’s executor and a hostile resource class are read by CircleCI alone', async () => {
    // It becomes the name of an image, which no registry has; the runner uses no images.
    if (job === undefined) throw new Error('The orb has no job deploy.');
    const given = { 'resource-class': HOSTILE, executor: { name: 'heroku-cd/default', tag: HOSTILE } };
    const deployment = await world.deploy(jobOf(job, given));
    expect(deployment.job).toMatchObject({ status: 'success' });
    expectNothingRun();
  });

  test('hostile steps are what the user wrote, and not a text that is run', async () => {
    if (job === undefined) throw new Error('The orb has no job deploy.');
    await expect(compile(job, { 'pre-deploy': [HOSTILE] })).rejects.toThrow('touch pwned');
  });
});

describe('each parameter by itself', () => {
  test.each(PARAMETERS)('$name is refused by name, or does no harm', async ({ name, commands }) => {
    const program = await HelperProgram.create(
      world,
      await world.repository.commit({ 'greeting.txt': name }),
    );
    const before = await herokuNow();
    try {
      const command = (commands as readonly string[]).includes('deploy') ? 'deploy' : commands[0];
      const { code, stdout } = await program.run(calling(command), {
        env: { [environmentName(name)]: HOSTILE },
      });
      if (refusesHostile(name)) {
        expect({ code, stdout }).toMatchObject({ code: 2 });
        expect(stdout).toMatch(new RegExp(`^(?:ERROR: )?${name}: `, 'm'));
        expect(changingRequests()).toEqual([]);
        expect(await herokuNow()).toEqual(before);
      }
      if (!SHELL_COMMANDS.has(name)) expectNothingRun();
      expect(filesBelow(program.folder).filter((file) => basename(file).startsWith('pwned'))).toEqual([]);
    } finally {
      await program.remove();
    }
  });

  test('the tables above name parameters that exist', () => {
    const names = new Set(components.flatMap(({ parameters }) => Object.keys(parameters)));
    expect(Object.keys(READ_BY_CIRCLECI).filter((name) => !names.has(name))).toEqual([]);
  });
});

/** A command as it is called, with what it cannot do without. */
function calling(command: string): string[] {
  return [...command.split(' '), ...(command === 'run' ? ['--', 'true'] : [])];
}

/** Whether the parameter has a rule that no such text follows. */
function refusesHostile(name: string): boolean {
  const definition = PARAMETERS.find((one) => one.name === name);
  if (definition === undefined || PATTERNS.has(name)) return false;
  return definition.type !== 'string' || 'check' in definition || 'values' in definition;
}
