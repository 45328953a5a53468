import { startLocalHeroku, type ControlApi } from '../../../src/simulator/index.ts';
import { runProgram } from '../program.ts';
import type { Materials } from './materials.ts';

/** A local Heroku without build time, and how processes reach it. */
export interface LocalWorld {
  /** For the helper and for git alike. */
  readonly environment: NodeJS.ProcessEnv;
  /** The same with the local Heroku's authority for Node.js, which the connections to one-off dynos need. */
  readonly trusting: NodeJS.ProcessEnv;
  readonly control: ControlApi;
  /** The API key of the account that everything is done as. */
  readonly key: string;
  /** Bases of addresses, without a slash at the end. */
  readonly urls: { readonly git: string; readonly router: string };
  /** Makes an empty app. */
  createApp(name: string): void;
  /** Where a plain `git push` goes, with the key in it, as CircleCI's documentation has it. */
  pushUrl(app: string, base?: string): string;
  /** How many objects of git an app's repository holds. */
  objectsOf(app: string): Promise<number>;
  close(): Promise<void>;
}

/** More pushes than any number of rounds makes; Heroku allows 75 an hour. */
const PUSHES = 1_000_000;

/** Starts it on free ports. */
export async function startLocalWorld(materials: Materials): Promise<LocalWorld> {
  const heroku = await startLocalHeroku({
    account: { email: 'bench@example.com' },
    settings: { buildMs: 0 },
    gitRequestsPerHour: PUSHES,
  });
  // Heroku's certificates are known to Node.js; reading another one at each start is not ours to measure.
  const { NODE_EXTRA_CA_CERTS: authority = '', ...hosts } = heroku.environment();
  const environment = { ...materials.environment, ...hosts };
  return {
    environment,
    trusting: { ...environment, NODE_EXTRA_CA_CERTS: authority },
    control: heroku.control,
    key: hosts['HEROKU_API_KEY'] ?? '',
    urls: heroku.urls,
    createApp(name) {
      heroku.platform.apps.create(heroku.account, { name });
    },
    pushUrl(app, base = heroku.urls.git) {
      const url = new URL(`${base}/${app}.git`);
      url.username = 'heroku';
      url.password = hosts['HEROKU_API_KEY'] ?? '';
      return url.href;
    },
    async objectsOf(app) {
      const cwd = heroku.platform.gitServer?.repositoryOf(app) ?? '';
      const { stdout } = await runProgram('git', ['count-objects', '-v'], { cwd, environment });
      const [loose = NaN, packed = NaN] = [/^count: (\d+)/m, /^in-pack: (\d+)/m].map((each) =>
        Number(each.exec(stdout)?.[1]),
      );
      return loose + packed;
    },
    close: () => heroku.close(),
  };
}
