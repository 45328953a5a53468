import { startLocalHeroku } from '../../../src/simulator/index.ts';
import type { Materials } from './materials.ts';

/** A local Heroku without build time, and how processes reach it. */
export interface LocalWorld {
  /** For the helper and for git alike. */
  readonly environment: NodeJS.ProcessEnv;
  /** Makes an empty app. */
  createApp(name: string): void;
  /** Where a plain `git push` goes, with the key in it, as CircleCI's documentation has it. */
  pushUrl(app: string): string;
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
  const { NODE_EXTRA_CA_CERTS: _authority, ...hosts } = heroku.environment();
  return {
    environment: { ...materials.environment, ...hosts },
    createApp(name) {
      heroku.platform.apps.create(heroku.account, { name });
    },
    pushUrl(app) {
      const url = new URL(`${heroku.urls.git}/${app}.git`);
      url.username = 'heroku';
      url.password = heroku.environment()['HEROKU_API_KEY'] ?? '';
      return url.href;
    },
    close: () => heroku.close(),
  };
}
