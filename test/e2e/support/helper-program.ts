import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppView } from '../../../src/simulator/index.ts';
import { runHelper, unpackHelper, type HelperRun } from '../../support/orb-helper.ts';
import { findLeaks } from './leaks.ts';
import { filePlaces } from './files.ts';
import { APP, fewAuthorities, KEY, type World } from './world.ts';

/** How the helper is called; everything that is not given is in order. */
export interface Call {
  /** Default: `deploy`. */
  readonly args?: readonly string[];
  /** Variables to set or, undefined, to leave out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** What a refused or failed call was found to be. */
export interface Refused {
  readonly exitCode: 1 | 2;
  /** What the one error says, each of these. */
  readonly says: readonly (string | RegExp)[];
  /** Besides the key, what must not be shown. */
  readonly hides?: readonly string[];
}

/** The helper of the orb as a program on this machine, with a HOME of its own. */
export class HelperProgram {
  private constructor(
    readonly folder: string,
    private readonly file: string,
    private readonly world: World,
    private readonly commit: string,
  ) {}

  static async create(world: World, commit: string): Promise<HelperProgram> {
    const folder = await mkdtemp(join(tmpdir(), 'heroku-cd-helper-'));
    return new HelperProgram(folder, unpackHelper(join(folder, 'heroku-cd.cjs')), world, commit);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Calls it twice, for people and with `--json`, and checks that both say the same, once, and change nothing. */
  async expectRefusal(call: Call, expected: Refused): Promise<void> {
    const before = unchanging(await this.world.heroku.control.app(APP));
    const home = await mkdtemp(join(this.folder, 'home-'));
    const { args = ['deploy'] } = call;
    const [people, machine] = await Promise.all([
      this.#run([...args], call, join(home, 'a')),
      this.#run([...args, '--json'], call, join(home, 'b')),
    ]);

    expect(people).toMatchObject({ code: expected.exitCode, stderr: '' });
    expectOneError(people.stdout, expected.says);
    expectOneError(machine.stderr, expected.says);
    const answer = JSON.parse(machine.stdout) as {
      exitCode: number;
      verdict: string;
      error: { what: string };
    };
    expect(machine.code).toBe(expected.exitCode);
    expect(answer).toMatchObject({
      exitCode: expected.exitCode,
      verdict: expected.exitCode === 2 ? 'refused' : 'failed',
    });
    expect(answer.error.what).not.toBe('');

    const written = [people, machine].map(({ stdout, stderr }) => stdout + stderr).join('\n');
    const places = [
      { place: 'log' as const, where: 'output', bytes: Buffer.from(written) },
      ...filePlaces([[home, 'home']]),
    ];
    for (const secret of [KEY, ...(expected.hides ?? [])]) expect(findLeaks(places, secret)).toEqual([]);
    expect(unchanging(await this.world.heroku.control.app(APP))).toEqual(before);
  }

  /** Calls it with everything in order, but for what is given; `node` is another Node.js than the tests'. */
  run(args: readonly string[], call: Call = {}, node?: string): Promise<HelperRun> {
    return this.#run(args, call, join(this.folder, 'home'), node);
  }

  /** Variables that a call gets: nothing of those of the tests but the PATH. */
  private environment(call: Call, home: string): Record<string, string | undefined> {
    return {
      PATH: process.env['PATH'],
      HOME: home,
      ...this.world.heroku.environment(),
      ...fewAuthorities(this.world),
      HEROKU_CD_APP_NAME: APP,
      HEROKU_CD_REVISION: this.commit,
      // Waits of minutes between tries pass in a second.
      HEROKU_CD_TIME_LAPSE: '100',
      ...call.env,
    };
  }

  async #run(args: readonly string[], call: Call, home: string, node?: string): Promise<HelperRun> {
    await mkdir(home, { recursive: true });
    const cwd = call.cwd ?? this.world.repository.directory;
    const env = this.environment(call, home);
    return runHelper(this.file, args, { cwd, env, ...(node === undefined ? {} : { node }) });
  }
}

/** One error, with what is wrong and what to do next. */
function expectOneError(log: string, says: readonly (string | RegExp)[]): void {
  expect(log.match(/^ERROR: /gm)).toEqual(['ERROR: ']);
  const error = log.slice(log.indexOf('ERROR: '));
  expect(error).toMatch(/^ {2}Next: \S/m);
  expect(log).not.toContain('not foreseen');
  for (const text of says) {
    if (typeof text === 'string') expect(error).toContain(text);
    else expect(error).toMatch(text);
  }
}

/** The app without what passes by itself: states of dynos, and the log. */
function unchanging({ dynos, log: _log, ...app }: AppView): unknown {
  // One that an earlier test has stopped may be gone at any moment.
  const staying = dynos.filter(({ stopping }) => !stopping);
  return { ...app, dynos: staying.map(({ name, release }) => ({ name, release })) };
}
