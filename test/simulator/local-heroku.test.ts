import { access, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportLines, simulateCommand } from '../../src/simulator/command.ts';
import { startLocalHeroku } from '../../src/simulator/index.ts';
import { closeServer } from '../../src/simulator/servers/listen.ts';
import { TestHeroku } from './support/local.ts';
import { run } from './support/workspace.ts';

describe('startLocalHeroku', () => {
  it('listens on loopback alone, and says where in the variables', async () => {
    const heroku = await startLocalHeroku({ account: { key: 'a-key' } });
    try {
      const environment = heroku.environment();
      expect(environment).toMatchObject({
        HEROKU_HOST: heroku.urls.api,
        HEROKU_DATA_HOST: '127.0.0.1',
        HEROKU_GIT_HOST: new URL(heroku.urls.git).host,
        HEROKU_PARTICLEBOARD_URL: heroku.urls.api,
        HEROKU_API_KEY: 'a-key',
        DISABLE_TELEMETRY: 'true',
        HEROKU_DISABLE_AUTOUPDATE: '1',
        HEROKU_SKIP_NEW_VERSION_CHECK: 'true',
      });
      for (const url of Object.values(heroku.urls)) expect(new URL(url).hostname).toBe('127.0.0.1');
      const authority = environment['NODE_EXTRA_CA_CERTS'] ?? '';
      expect(environment['GIT_SSL_CAINFO']).toBe(authority);
      expect(await readFile(authority, 'utf8')).toContain('BEGIN CERTIFICATE');
    } finally {
      await heroku.close();
    }
  });

  it('serves the API over https with a certificate that is trusted with the variables', async () => {
    const test = await TestHeroku.start({ account: { key: 'a-key' } });
    try {
      const script = `fetch(process.argv[1] + '/account', { headers: {
        Accept: 'application/vnd.heroku+json; version=3', Authorization: 'Bearer a-key' } })
        .then((answer) => answer.json()).then(({ email }) => console.log(email))`;
      const { stdout } = await run(process.execPath, ['-e', script, test.heroku.urls.https], {
        env: { PATH: process.env['PATH'], ...test.heroku.environment() },
      });
      expect(stdout.trim()).toBe('developer@example.com');
    } finally {
      await test.close();
    }
  });

  it('names the port that is in use, and leaves nothing behind', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const dataDirectory = await mkdtemp(join(tmpdir(), 'local-heroku-test-'));
    try {
      await expect(startLocalHeroku({ dataDirectory, controlPort: port })).rejects.toThrow(
        `Port ${port} of 127.0.0.1 is in use`,
      );
    } finally {
      await closeServer(other);
      await rm(dataDirectory, { recursive: true, force: true });
    }
  });

  it('refuses an unusable app name', async () => {
    await expect(startLocalHeroku({ apps: ['Not A Name'] })).rejects.toThrow(/Name must start with a letter/);
  });

  it('removes its temporary folder at the end and keeps one that was given', async () => {
    const heroku = await startLocalHeroku();
    await access(heroku.dataDirectory);
    await heroku.close();
    await expect(access(heroku.dataDirectory)).rejects.toThrow();
    const given = await mkdtemp(join(tmpdir(), 'local-heroku-test-'));
    const kept = await startLocalHeroku({ dataDirectory: given });
    await kept.close();
    await access(join(given, 'authority.pem'));
    await rm(given, { recursive: true });
  });

  it('closes twice without harm', async () => {
    const heroku = await startLocalHeroku();
    await heroku.close();
    await heroku.close();
  });
});

describe('simulateCommand', () => {
  it('prints the variables, serves until it is told to end, and then is gone', async () => {
    const ended = new AbortController();
    const output: string[] = [];
    const notices: string[] = [];
    const directory = await mkdtemp(join(tmpdir(), 'local-heroku-test-'));
    let ready: () => void = () => undefined;
    const isReady = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const running = simulateCommand(
      {
        apps: ['one-app', 'two-app'],
        postgres: true,
        key: "it's-a-key",
        buildMs: 7,
        dataDirectory: directory,
        printEnvironment: true,
      },
      {
        output: (line) => output.push(line),
        notice: (line) => {
          notices.push(line);
          if (line.includes('Ctrl-C')) ready();
        },
        signal: ended.signal,
      },
    );
    await isReady;
    const file = join(directory, 'environment.sh');
    const { stdout } = await run('sh', [
      '-c',
      `. "${file}"; printf '%s %s' "$HEROKU_HOST" "$HEROKU_API_KEY"`,
    ]);
    const [url = '', key] = stdout.split(' ');
    expect(key).toBe("it's-a-key");
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(output.join('\n')).toBe((await readFile(file, 'utf8')).trimEnd());
    const headers = { Accept: 'application/vnd.heroku+json; version=3', Authorization: `Bearer ${key}` };
    const answer = await fetch(`${url}/apps`, { headers });
    const apps = (await answer.json()) as { name: string }[];
    expect(apps.map(({ name }) => name).sort()).toEqual(['one-app', 'two-app']);
    const vars = await fetch(`${url}/apps/one-app/config-vars`, { headers });
    expect(await vars.json()).toEqual({ DATABASE_URL: expect.stringMatching(/^postgres:/) });
    expect(notices.join('\n')).toContain(file);
    expect(notices.join('\n')).toMatch(/one-app, with postgresql-\w+-\d+ \(heroku-postgresql:essential-0\)/);
    expect(notices.join('\n')).not.toContain("it's-a-key");
    ended.abort();
    await running;
    await expect(fetch(url)).rejects.toThrow();
    await rm(directory, { recursive: true });
  });

  it('prints no variables unless asked, and does nothing when it was told to end already', async () => {
    const output: string[] = [];
    const ended = new AbortController();
    const notice = (line: string) => {
      if (line.includes('Ctrl-C')) ended.abort();
    };
    await simulateCommand({}, { output: (line) => output.push(line), notice, signal: ended.signal });
    await simulateCommand({}, { output: (line) => output.push(line), notice, signal: ended.signal });
    expect(output).toEqual([]);
  });

  it('quotes values for the shell', () => {
    expect(exportLines({ A: "it's" })).toEqual(["export A='it'\\''s'"]);
  });
});
