import { World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.close());

const ended = (exitStatus: number, evidence: 'marker' | 'log'): object => ({
  kind: 'exited',
  exitStatus,
  evidence,
  dyno: world.platform.dyno.name,
});

describe('a command in a one-off dyno', () => {
  it('streams its output and tells its success', async () => {
    const outcome = await world.run('echo one; echo two >&2; echo three');
    expect(outcome).toEqual(ended(0, 'marker'));
    expect(world.lines).toEqual(['one', 'two', 'three']);
  });

  it.each([1, 7, 127, 255])('tells its failure with status %i', async (status) => {
    expect(await world.run(`(exit ${status})`)).toEqual(ended(status, 'marker'));
    expect(world.lines).toEqual([]);
  });

  it('is asked for with everything that was said, before anything is sent to the dyno', async () => {
    await world.run('echo "$GREETING $TERM"', {
      size: 'performance-l',
      type: 'migrate',
      env: { GREETING: 'hello' },
      timeToLiveSeconds: 1234,
    });
    const [request] = world.platform.server.to('POST /apps/shop/dynos');
    expect(JSON.parse(request?.body.toString() ?? '')).toEqual({
      command: expect.stringMatching(/^echo "\$GREETING \$TERM" ; \{ /),
      type: 'migrate',
      size: 'performance-l',
      attach: true,
      force_no_tty: true,
      env: { TERM: 'dumb', GREETING: 'hello' },
      time_to_live: 1234,
    });
    expect(world.lines).toEqual(['hello dumb']);
    expect(world.platform.dyno.name).toMatch(/^migrate\./);
  });

  it('has a log session before the dyno, by the type that alone is known then', async () => {
    await world.run('true');
    const { routes } = world.platform.server;
    const log = routes.findIndex((route) => route.startsWith('GET /logs/'));
    expect(log).toBeGreaterThan(routes.indexOf('POST /apps/shop/log-sessions'));
    expect(routes.indexOf('POST /apps/shop/dynos')).toBeGreaterThan(log);
    expect(world.platform.logSessions).toEqual([{ dyno: 'run', tail: true }]);
    const [session] = world.platform.server.to('POST /apps/shop/log-sessions');
    expect(session?.headers.accept).toBe('application/vnd.heroku+json; version=3.sdk');
  });

  it('has an input that is at its end', async () => {
    expect(await world.run('cat; echo done')).toEqual(ended(0, 'marker'));
    expect(world.lines).toEqual(['done']);
    const [secret, ...rest] = Buffer.concat(world.platform.received).toString('latin1').split('\r\n');
    expect(secret).toBe(world.platform.dyno.secret);
    expect(rest).toEqual(['\u0004']);
  });

  it.each<[string, string, string[]]>([
    ['without a line end at its end', "printf 'abc'", ['abc']],
    ['of empty lines', "printf '\\n\\n'", ['', '']],
    ['with an empty line at its end', "printf 'a\\n\\n'", ['a', '']],
    ['with carriage returns before its line ends', "printf 'a\\r\\nb\\r\\n'", ['a', 'b']],
    ['of no bytes at all', 'true', []],
    ['in several bytes a character', "printf 'caf\\303\\251 \\360\\237\\230\\200'", ['café 😀']],
  ])('passes on output %s', async (_what, command, lines) => {
    expect(await world.run(command)).toEqual(ended(0, 'marker'));
    expect(world.lines).toEqual(lines);
  });

  it('survives output of any bytes', async () => {
    const outcome = await world.run('head -c 300000 /dev/urandom; echo; echo done');
    expect(outcome).toEqual(ended(0, 'marker'));
    expect(world.lines.at(-1)).toBe('done');
  });

  it.each<[string, string]>([
    ['a semicolon at its end', 'false;'],
    ['a line end at its end', 'false\n'],
    ['several lines', 'true\nfalse\n'],
    ['a heredoc', 'cat <<END >/dev/null\ntext\nEND\nfalse'],
    ['a comment in its last line', 'true\nfalse # no'],
    ['an escaped semicolon at its end', 'find /nowhere -exec echo {} \\;'],
    ['quotes of both kinds', `test 'a"b' = "a'b"`],
    ['a subshell', '(false)'],
    ['a pipe', 'true | false'],
    ['-x', 'set -x; false'],
  ])('tells the failure of a command with %s', async (_what, command) => {
    expect(await world.run(command)).toEqual(ended(1, 'marker'));
  });

  it('shows a trace of the command only', async () => {
    await world.run('set -x; echo hello');
    expect(world.lines).toEqual(['+ echo hello', 'hello']);
  });

  it.each<[string, string, number]>([
    ['ends the shell', 'echo one; exit 3', 3],
    ['ends the shell with success', 'echo one; exit 0', 0],
    ['replaces the shell', 'echo one; exec bash --norc -c "exit 4"', 4],
    ['stops at its first failure', 'set -e; echo one; false; echo two', 1],
    ['kills the shell', 'echo one; kill -9 $$', 137],
    ['hides what follows it in a comment', 'echo one; (exit 5) # really', 5],
  ])('goes by the log when the command %s', async (_what, command, status) => {
    expect(await world.run(command)).toEqual(ended(status, 'log'));
    expect(world.lines).toEqual(['one']);
  });

  it('does not run what it could not learn the end of', async () => {
    const outcome = await world.run('echo never &');
    expect(outcome).toMatchObject({ kind: 'exited', exitStatus: 2 });
    expect(world.lines.join('\n')).not.toMatch(/^never$/m);
  });

  it('is not misled by the marker of another run', async () => {
    const old = `heroku-cd-exit-${'0123456789abcdef'.repeat(2)}`;
    expect(await world.run(`echo '${old} 0'; printf '\\n${old} 0\\n'; false`)).toEqual(ended(1, 'marker'));
    expect(world.lines).toEqual([`${old} 0`, '', `${old} 0`]);
  });

  it('is not misled by what shows the command, in which its own marker is not to be found', async () => {
    const outcome = await world.run(`tr '\\0' '\\n' < /proc/$$/cmdline; cat /proc/$$/cmdline; false`);
    expect(outcome).toEqual(ended(1, 'marker'));
    expect(world.lines.join('\n')).toContain('heroku_cd_status');
  });

  it('passes on what the command left running, until the connection ends', async () => {
    expect(await world.run('trap "echo last" EXIT; echo first')).toEqual(ended(0, 'marker'));
    expect(world.lines).toEqual(['first', 'last']);
  });

  it('does not run an empty command', async () => {
    expect(await world.run(' \n')).toMatchObject({ kind: 'not-started', error: { verdict: 'refused' } });
    expect(world.platform.server.requests).toEqual([]);
  });

  it('stops the dyno when the receiver of the lines fails, and says so', async () => {
    const started = world.start('echo one; sleep 60', {
      onLines: () => {
        throw new Error('no room');
      },
    });
    await expect(started.outcome).rejects.toThrow('no room');
    expect(world.platform.server.routes).toContain(
      `POST /apps/shop/dynos/${world.platform.dyno.name}/actions/stop`,
    );
  });
});
