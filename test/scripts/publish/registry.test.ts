import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from '../../../scripts/lib/publish/registry.ts';
import { CircleCiStandIn, NOT_THERE, VERSION, type CircleCiAnswers } from '../support/circleci.ts';

const TOKEN = 'CCIPAT_0123456789abcdef';
const RELEASE = { reference: 'acme/heroku-cd@1.0.0', dev: undefined };
const DEV = { reference: 'acme/heroku-cd@dev:mine', dev: 'mine' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heroku-cd-registry-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A registry that answers so, asked with this environment. */
function world(answers: CircleCiAnswers, environment: NodeJS.ProcessEnv = { CIRCLECI_CLI_TOKEN: TOKEN }) {
  const standIn = new CircleCiStandIn(folder, answers);
  const path = `${standIn.folder}:${process.env['PATH'] ?? ''}`;
  return { standIn, registry: new Registry(folder, { PATH: path, HOME: folder, ...environment }) };
}

describe.each(['v0', 'v1'] as const)('the registry, by a CLI of %s', (version) => {
  const answers = { version: VERSION[version], source: NOT_THERE[version] };

  it('has nothing against a version that it does not have', async () => {
    const { standIn, registry } = world(answers);
    expect(await registry.obstacles(RELEASE)).toEqual([]);
    expect(standIn.calls).toEqual([
      { args: ['version'], token: TOKEN },
      { args: ['orb', 'source', 'acme/heroku-cd@1.0.0'], token: TOKEN },
    ]);
  });

  it('never replaces a release, and replaces a development version', async () => {
    const { registry } = world({ ...answers, source: { stdout: 'version: 2.1\n' } });
    const [obstacle] = await registry.obstacles(RELEASE);
    expect(obstacle?.what).toBe(
      'The registry has acme/heroku-cd@1.0.0 already, and a released version cannot be replaced.',
    );
    expect(obstacle?.next).toContain('npm version');
    expect(await registry.obstacles(DEV)).toEqual([]);
  });

  it('must be asked with success', async () => {
    const { registry } = world({ ...answers, source: { code: 4, stderr: 'Error:\n  API returned 502\n' } });
    for (const request of [RELEASE, DEV]) {
      const [obstacle] = await registry.obstacles(request);
      expect(obstacle?.what).toBe(
        `The registry could not be asked whether it has ${request.reference}: Error: / API returned 502 (exit code 4)`,
      );
      expect(obstacle?.next).toBe(`circleci orb source ${request.reference}`);
    }
  });

  it('masks the token wherever the CLI repeats it', async () => {
    const { registry } = world({ ...answers, source: { code: 1, stderr: `bad token ${TOKEN}` } });
    const [obstacle] = await registry.obstacles(RELEASE);
    expect(obstacle?.what).toContain('bad token [masked]');
  });

  it.each(['CIRCLECI_CLI_TOKEN', 'CIRCLECI_TOKEN', 'CIRCLE_TOKEN'])(
    'is given the token of %s by the environment alone',
    async (name) => {
      const { standIn, registry } = world({ ...answers, publish: { stdout: 'done\n' } }, { [name]: TOKEN });
      expect(await registry.publish(RELEASE)).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
      expect(standIn.calls).toEqual([
        { args: ['orb', 'publish', 'orb/orb.yml', 'acme/heroku-cd@1.0.0'], token: TOKEN },
      ]);
    },
  );
});

describe('a token', () => {
  const v0 = { version: VERSION.v0, source: NOT_THERE.v0 };

  it('is missing, as nothing but its absence tells with version 0', async () => {
    const { standIn, registry } = world(v0, { CIRCLECI_CLI_TOKEN: '' });
    const [obstacle] = await registry.obstacles(RELEASE);
    expect(obstacle?.what).toBe('The CircleCI CLI has no token to publish with.');
    expect(obstacle?.next).toContain('export CIRCLECI_CLI_TOKEN=');
    expect(standIn.calls.map(({ args }) => args)).toEqual([['version']]);
  });

  it.each([
    ['token: abc\n', 0],
    ['host: https://circleci.com\ntoken: ""\n', 1],
    ['', 1],
  ])('may be in the file of circleci setup: %j', async (text, count) => {
    mkdirSync(join(folder, '.circleci'));
    writeFileSync(join(folder, '.circleci', 'cli.yml'), text);
    expect(await world(v0, {}).registry.obstacles(RELEASE)).toHaveLength(count);
  });

  it('may be in a keyring, of which only version 1 knows', async () => {
    const { registry } = world({ version: VERSION.v1, source: NOT_THERE.v1 }, {});
    expect(await registry.obstacles(RELEASE)).toEqual([]);
  });

  it('is missing or wrong when version 1 says so', async () => {
    const { registry } = world(
      { version: VERSION.v1, source: { code: 3, stderr: 'No CircleCI API token found.\n' } },
      {},
    );
    const [obstacle] = await registry.obstacles(DEV);
    expect(obstacle?.what).toContain('no token that the registry takes: No CircleCI API token found.');
  });
});

describe('the CLI', () => {
  it('is missing', async () => {
    const registry = new Registry(folder, { PATH: folder, HOME: folder, CIRCLE_TOKEN: TOKEN });
    const [obstacle, ...more] = await registry.obstacles(RELEASE);
    expect(more).toEqual([]);
    expect(obstacle?.what).toBe('There is no circleci on the PATH.');
    expect(obstacle?.next).toContain('install the CircleCI CLI');
  });

  it('cannot be started', async () => {
    const { standIn, registry } = world({});
    chmodSync(join(standIn.folder, 'circleci'), 0o644);
    const only = new Registry(folder, { PATH: standIn.folder, HOME: folder, CIRCLE_TOKEN: TOKEN });
    expect((await only.obstacles(RELEASE))[0]?.what).toMatch(/^circleci cannot be started: .*EACCES/);
    expect(registry).toBeDefined();
  });

  it('is another program of that name', async () => {
    const { registry } = world({ version: { code: 1, stderr: 'no such command\n' } });
    expect((await registry.obstacles(RELEASE))[0]?.what).toBe(
      'circleci version failed: no such command (exit code 1)',
    );
  });
});
