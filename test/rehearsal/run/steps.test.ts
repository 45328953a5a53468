import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, removeFolders, runSteps, temporaryFolder } from '../helpers.ts';

afterEach(removeFolders);

const statuses = (result: { steps: readonly { status: string }[] }): string[] =>
  result.steps.map(({ status }) => status);

describe('run steps', () => {
  it('use bash with -eo pipefail, the command as one argument after -c', async () => {
    const result = await runSteps(`
- run: 'echo "$0 $# $-"; tr "\\0" "|" < /proc/$$/cmdline'
- run: "false | true"
- run: {when: always, command: "set +o pipefail; false | true; echo reached"}
- run: {when: always, command: "false; echo not reached"}`);
    expect(result.steps[0]?.output).toMatch(
      /^\/bin\/bash 0 \w*e\w*\n\/bin\/bash\|-eo\|pipefail\|-c\|echo "\$0 /,
    );
    expect(result.steps.map(({ exitCode }) => exitCode)).toEqual([0, 1, 0, 1]);
    expect(result.steps[2]?.output).toBe('reached\n');
    expect(result.steps[3]?.output).toBe('Exited with code exit status 1\n');
    expect(result).toMatchObject({ status: 'failed', reason: 'step 2 (false | true) failed' });
  });

  it("use the step's shell, else the job's", async () => {
    const result = await runSteps(
      `
- run: echo "$0"
- run: {command: echo "$0 $1", shell: "/bin/bash -c 'echo \\"with blanks\\"' x"}
- run: {command: "print('python' if False else 'x')", shell: /bin/does-not-exist}`,
      { keys: 'shell: /bin/sh -e' },
    );
    expect(result.steps[0]?.output).toBe('/bin/sh\n');
    expect(result.steps[1]?.output).toBe('with blanks\n');
    expect(result.steps[2]).toMatchObject({ status: 'failed', exitCode: 127 });
  });

  it('run in the working directory of the job, or their own below it', async () => {
    const result = await runSteps(
      `
- run: pwd; mkdir -p deeper
- run: {command: pwd, working_directory: deeper}
- run: {command: pwd, working_directory: "~"}
- run: {command: pwd, working_directory: missing}`,
      { keys: 'working_directory: ~/a/b' },
    );
    const [job, deeper, home, missing] = result.steps;
    expect(job?.output).toMatch(/\/home\/a\/b\n$/);
    expect(deeper?.output).toMatch(/\/home\/a\/b\/deeper\n$/);
    expect(home?.output).toMatch(/\/home\n$/);
    expect(missing).toMatchObject({ status: 'failed', exitCode: null });
    expect(missing?.reason).toMatch(/working_directory .*missing does not exist/);
  });

  it('read nothing from standard input and keep the order of both outputs', async () => {
    const result = await runSteps('- run: cat; for i in 1 2 3; do echo out $i; echo err $i >&2; done');
    expect(result.steps[0]?.output).toBe('out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n');
    expect(result.steps[0]?.outputBytes).toBe(36);
  });

  it('run by `when`', async () => {
    const steps = (first: string): string => `
- run: ${first}
- run: {command: echo, when: on_success}
- run: {command: echo, when: on_fail}
- run: {command: echo, when: always}
- run: echo`;
    const good = await runSteps(steps('"true"'));
    expect(statuses(good)).toEqual(['success', 'success', 'skipped', 'success', 'success']);
    expect(good.status).toBe('success');
    const bad = await runSteps(steps('exit 7'));
    expect(statuses(bad)).toEqual(['failed', 'skipped', 'success', 'success', 'skipped']);
    expect(bad.steps[1]?.reason).toBe('step 1 (exit 7) failed, and this step runs on success only');
    expect(bad.status).toBe('failed');
  });

  it('are killed with their children after too long without output, and `always` steps follow', async () => {
    const folder = await temporaryFolder();
    const result = await runSteps(
      `
- run:
    no_output_timeout: 500ms
    command: |
      echo begun
      sleep 60 & echo $! > "$FOLDER/child"
      sleep 60
- run: {when: always, command: echo after}`,
      { environment: { FOLDER: folder } },
    );
    expect(isRunning(Number(await readFile(join(folder, 'child'), 'utf8')))).toBe(false);
    expect(result.steps[0]).toMatchObject({
      status: 'failed',
      exitCode: null,
      reason: 'Too long with no output (exceeded 0.5s): context deadline exceeded',
    });
    expect(result.steps[1]).toMatchObject({ status: 'success', output: 'after\n' });
  });

  it('live as long as they write', async () => {
    const result = await runSteps(
      '- run: {no_output_timeout: 800ms, command: "for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done"}',
    );
    expect(result.status).toBe('success');
  });

  it('refuse an unreadable time', async () => {
    const result = await runSteps('- run: {no_output_timeout: soon, command: echo}');
    expect(result.steps[0]?.reason).toMatch(/no_output_timeout must be a duration such as 10m/);
  });

  it('run again up to max_auto_reruns times', async () => {
    const flaky = (times: number): string => `
- run:
    max_auto_reruns: 2
    auto_rerun_delay: 10ms
    command: echo x >> tries; test $(wc -l < tries) -ge ${String(times)}`;
    expect((await runSteps(flaky(3))).steps[0]).toMatchObject({ status: 'success', attempts: 3 });
    expect((await runSteps(flaky(4))).steps[0]).toMatchObject({ status: 'failed', attempts: 3, exitCode: 1 });
  });
});

describe('limits of the kernel', () => {
  const run = (bytes: number): Promise<Awaited<ReturnType<typeof runSteps>>> =>
    runSteps(`- run: ": ${'x'.repeat(bytes - 2)}"\n- run: {when: on_fail, command: echo after}`);

  it('let a command of 131 071 bytes through', async () => {
    expect((await run(131_071)).steps[0]?.status).toBe('success');
  });

  it('refuse one byte more with a sentence, and go on with the steps for failures', async () => {
    const result = await run(131_072);
    expect(result.steps[0]).toMatchObject({ status: 'failed', exitCode: null });
    expect(result.steps[0]?.reason).toMatch(
      /fork\/exec \/bin\/bash: argument list too long: the command has 131072 bytes/,
    );
    expect(result.steps[1]?.output).toBe('after\n');
  });

  it('count bytes, not characters, and variables too', async () => {
    const result = await runSteps(`
- run: ": ${'ü'.repeat(65_535)}"
- run: {when: always, command: echo, environment: {LONG: ${'x'.repeat(131_072 - 5)}}}
- run: {when: always, command: "echo \${#LONG}", environment: {LONG: ${'x'.repeat(131_071 - 5)}}}`);
    expect(statuses(result)).toEqual(['failed', 'failed', 'success']);
    expect(result.steps[1]?.reason).toMatch(/the environment variable LONG has 131072 bytes/);
    expect(result.steps[2]?.output).toBe('131066\n');
  });

  it('count everything together too', async () => {
    const variables = Array.from({ length: 80 }, (_, index) => `V${String(index)}: ${'x'.repeat(100_000)}`);
    const result = await runSteps(
      `- run: {command: echo, environment: {${variables.join(', ')}}}\n- run: {when: always, command: echo after}`,
    );
    expect(result.steps[0]?.reason).toMatch(/E2BIG.*the command and the environment together are too long/);
    expect(result.steps[1]?.output).toBe('after\n');
  });

  it('refuse a NUL', async () => {
    const result = await runSteps(
      '- run: "echo a\\0b"\n- run: {when: always, command: echo, environment: {A: "a\\0b"}}',
    );
    expect(result.steps[0]?.reason).toMatch(/NUL/);
    expect(result.steps[1]?.reason).toBe('the environment variable A holds a NUL character.');
  });
});

describe('the circleci stand-in', () => {
  it('halts the job, green, after the step that asked for it', async () => {
    const result = await runSteps(`
- run: circleci step halt; echo still here
- run: echo never
- run: {when: always, command: echo never}
- store_artifacts: {path: .}`);
    expect(statuses(result)).toEqual(['success', 'skipped', 'skipped', 'skipped']);
    expect(result.steps[0]?.output).toBe('still here\n');
    expect(result).toMatchObject({ status: 'success', halted: true });
    expect((await runSteps('- run: circleci-agent step halt\n- run: exit 1')).status).toBe('success');
  });

  it('does not rescue a job that has failed', async () => {
    const result = await runSteps(
      '- run: exit 1\n- run: {when: always, command: circleci step halt}\n- run: {when: always, command: echo}',
    );
    expect(statuses(result)).toEqual(['failed', 'success', 'skipped']);
    expect(result.status).toBe('failed');
    expect((await runSteps('- run: circleci step halt; exit 1')).status).toBe('failed');
  });

  it('substitutes variables without a shell', async () => {
    const result = await runSteps(
      `
- run: |
    circleci env subst 'a $A \${A} [\${NONE}] \${NONE:-x$A} \${A:+y} $(touch pwned) \`touch pwned\`'
    echo '$A $B' | circleci env subst
    ls`,
      { environment: { A: 'v "$(touch pwned)"', B: '$A' }, mask: false },
    );
    const value = 'v "$(touch pwned)"';
    expect(result.steps[0]?.output).toBe(
      `a ${value} ${value} [] x${value} y $(touch pwned) \`touch pwned\`\n${value} $A\n`,
    );
  });

  it('records deploy markers and refuses what it does not know', async () => {
    const result = await runSteps(`
- run: |
    circleci run release plan prod --environment-name="two words" --target-version=1
    circleci run release update prod --status=SUCCESS
    circleci run release log
- run: circleci orb publish`);
    expect(result.circleciCalls.map(({ argv }) => argv)).toEqual([
      ['run', 'release', 'plan', 'prod', '--environment-name=two words', '--target-version=1'],
      ['run', 'release', 'update', 'prod', '--status=SUCCESS'],
      ['run', 'release', 'log'],
      ['orb', 'publish'],
    ]);
    expect(result.steps[1]).toMatchObject({ status: 'failed', exitCode: 1 });
  });
});

describe('background steps', () => {
  it('run beside the others and end with the job', async () => {
    const folder = await temporaryFolder();
    const result = await runSteps(
      `
- run: {background: true, name: server, command: 'echo $$ > "$FOLDER/pid"; mkfifo "$FOLDER/up"; echo listening; echo up > "$FOLDER/up"; sleep 60'}
- run: 'while [ ! -p "$FOLDER/up" ]; do sleep 0.05; done; cat "$FOLDER/up"'`,
      { environment: { FOLDER: folder } },
    );
    expect(statuses(result)).toEqual(['background', 'success']);
    expect(result.steps[0]).toMatchObject({ output: 'listening\n', exitCode: null });
    expect(result.steps[1]?.output).toBe('up\n');
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    expect(isRunning(pid)).toBe(false);
  });
});
