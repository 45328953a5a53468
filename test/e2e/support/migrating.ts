import { APP_FILES } from './repository.ts';
import { APP, createWorld, type Deployment, type DeployOptions, type World } from './world.ts';

/** What is said about a migration that is run in its window on code that is deployed already. */
export interface MigrationOptions extends DeployOptions {
  /** Text of the log at which `then` is done, once. */
  readonly at?: string;
  readonly then?: () => void | Promise<unknown>;
  /** False: the log is looked at for `at`, and not kept, for there is a lot of it. */
  readonly keepLog?: boolean;
}

/** An app that is deployed, on which one migration after the other is tried. */
export class MigratingWorld {
  private constructor(readonly world: World) {}

  static async create(files: Readonly<Record<string, string>> = APP_FILES): Promise<MigratingWorld> {
    const world = await createWorld();
    await world.pushByHand(files);
    await world.heroku.control.act(APP, { action: 'scale', formation: { worker: 1 } });
    return new MigratingWorld(world);
  }

  /** Through the orb's job, in a window of its own. */
  async migrate(command: string, options: MigrationOptions = {}): Promise<Deployment> {
    const { at, then, keepLog = true, parameters, ...rest } = options;
    let log = '';
    let acted: Promise<unknown> | undefined;
    const deployment = await this.world.deploy({
      orbJob: 'maintenance-wrapped-migrate',
      parameters: { push: false, 'migrate-command': command, ...parameters },
      output: {
        write: (text) => {
          if (keepLog) log += text;
          if (at !== undefined && acted === undefined && (keepLog ? log : text).includes(at)) {
            acted = Promise.resolve(then?.());
          }
        },
      },
      ...rest,
    });
    await acted;
    return { ...deployment, log };
  }

  /** The one-off dynos that ran the migration's command so far, by the app's log. */
  started(): string[] {
    return this.world
      .app()
      .log.lines.filter(({ dyno, text }) => dyno.startsWith('run.') && text.startsWith('Starting process'))
      .map(({ dyno }) => dyno);
  }

  /** Whether the page is up and the worker down, or the other way round. */
  async isHeld(): Promise<boolean> {
    const { maintenance, formation } = await this.world.heroku.control.app(APP);
    const worker = formation.find(({ type }) => type === 'worker')?.quantity;
    expect(worker).toBe(maintenance ? 0 : 1);
    return maintenance;
  }

  /** After each test: a window that is held stays so, and the next migration continues it. */
  async tidy(): Promise<void> {
    await this.world.heroku.control.clearFaults();
    const { dynos } = await this.world.heroku.control.app(APP);
    expect(dynos.filter(({ type, listed }) => type === 'run' && listed)).toEqual([]);
  }

  /** For a test that has to find the window closed. */
  async open(): Promise<void> {
    if (!(await this.isHeld())) return;
    const recover = (): Promise<Deployment> =>
      this.world.deploy({ orbJob: 'recover', parameters: { 'release-hold': true }, ...quickly });
    const first = await recover();
    // What a cancelled job left is found to have to be held first; what is held is opened.
    const opened = first.exitCode === 4 ? await recover() : first;
    expect({ exitCode: opened.exitCode, log: opened.log }).toMatchObject({ exitCode: 0 });
  }
}

/** Waits of minutes pass in seconds. */
export const quickly = { environment: { HEROKU_CD_TIME_LAPSE: '20' } };
