import type { Result } from '../../../src/helper/deployment/result.ts';
import { environmentName } from '../../../src/parameters/index.ts';
import type { LocalHerokuOptions } from '../../../src/simulator/index.ts';
import { HelperProgram } from './helper-program.ts';
import { APP_FILES } from './repository.ts';
import { APP, createWorld, type World } from './world.ts';

/** What a call of the helper came to. */
export interface HelperDeployment {
  readonly exitCode: number | null;
  readonly result: Result | undefined;
  readonly log: string;
  /** All that it answered with `--json`. */
  readonly answer: unknown;
}

/** A world with a deployed app, a worker among it, to which the helper deploys without the orb around it. */
export class HelperDeploys {
  private constructor(
    readonly world: World,
    readonly program: HelperProgram,
  ) {}

  static async create(
    files: Readonly<Record<string, string>> = APP_FILES,
    options: LocalHerokuOptions = {},
  ): Promise<HelperDeploys> {
    const world = await createWorld(options);
    const program = await HelperProgram.create(world, await world.pushByHand(files));
    await world.heroku.control.act(APP, { action: 'scale', formation: { worker: 1 } });
    return new HelperDeploys(world, program);
  }

  /** `parameters` by their kebab-case names; the revision is HEAD unless given. */
  async run(
    command: 'deploy' | 'migrate' | 'plan' | 'recover',
    parameters: Readonly<Record<string, string>> = {},
    /** Waits of minutes pass in seconds; dynos have time to start all the same. */
    timeLapse = 50,
  ): Promise<HelperDeployment> {
    const head = await this.world.repository.git('rev-parse', 'HEAD');
    const given = Object.entries(parameters).map(([name, value]) => [environmentName(name), value]);
    const { code, stdout, stderr } = await this.program.run([command, '--json'], {
      env: {
        HEROKU_CD_REVISION: head,
        HEROKU_CD_TIME_LAPSE: String(timeLapse),
        ...Object.fromEntries(given),
      },
    });
    const answer = stdout === '' ? undefined : (JSON.parse(stdout) as unknown);
    return {
      exitCode: code,
      log: stderr,
      answer,
      result: command === 'deploy' || command === 'migrate' ? (answer as Result) : undefined,
    };
  }

  /** `page` and `worker`: whether the page is up, and how many workers are wanted. */
  async state(): Promise<{ page: boolean; worker: number | undefined; preboot: boolean | undefined }> {
    const app = await this.world.heroku.control.app(APP);
    return {
      page: app.maintenance,
      worker: app.formation.find(({ type }) => type === 'worker')?.quantity,
      preboot: this.world.app().features.find(({ name }) => name === 'preboot')?.enabled,
    };
  }

  async close(): Promise<void> {
    await this.program.remove();
    await this.world.close();
  }
}
