import { findNode } from '../support/node-version.ts';
import { APP_FILES } from './support/repository.ts';
import { createWorld, type World } from './support/world.ts';

/** Besides the version that runs the tests: those that images have and the project supports. */
const MAJORS = [22, 24];

describe.each(MAJORS)('with Node.js %i in the job', (major) => {
  const node = findNode(major);
  if ('reason' in node)
    process.stderr.write(`SKIPPED, the deployment with Node.js ${major}: ${node.reason}\n`);
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(async () => {
    await world.close();
  });

  ('reason' in node ? test.skip : test)('the first and the second commit are deployed', async () => {
    if ('reason' in node) return;
    const { HEROKU_API_KEY: _key, ...hosts } = world.heroku.environment();
    const callerEnvironment = { ...hosts, PATH: `${node.bin}:${process.env['PATH'] ?? ''}` };
    // Proves that the job has that Node.js, and not the one that runs the tests.
    const parameters = { 'pre-deploy': [{ run: { name: 'Version', command: 'node --version' } }] };

    const first = await world.repository.commit(APP_FILES);
    const deployed = await world.deploy({ callerEnvironment, parameters });
    expect(deployed.log).toContain(`v${node.version}`);
    expect({ exitCode: deployed.exitCode, log: deployed.log }).toMatchObject({ exitCode: 0 });
    expect(deployed.result).toMatchObject({ verdict: 'succeeded', releaseAfter: { commit: first } });
    expect(await world.visit()).toBe('200 one');

    const second = await world.repository.commit({ 'greeting.txt': 'two' });
    const again = await world.deploy({ callerEnvironment, parameters });
    expect({ exitCode: again.exitCode, log: again.log }).toMatchObject({ exitCode: 0 });
    expect(again.result).toMatchObject({
      releaseBefore: { commit: first },
      releaseAfter: { commit: second },
    });
    expect(await world.visit()).toBe('200 two');
  });
});
