import { createHeroku, type HerokuClient, type HerokuOptions } from '../../../src/helper/heroku/index.ts';
import { Secret } from '../../../src/helper/output/secret.ts';
import { InstantClock } from '../../support/instant-clock.ts';
import { RecordingLog } from '../../support/recording-log.ts';
import { ScriptedServer } from '../../support/scripted-server.ts';

export const KEY = 'HRKU-3f9a1c52-77d0-4c1e-9a57-0f2f7f0c9d31';
export const EMAIL = 'deployer@example.com';

/** A scripted server and a client of it, with time that takes no time. */
export interface Bench {
  readonly server: ScriptedServer;
  readonly heroku: HerokuClient;
  readonly clock: InstantClock;
  readonly log: RecordingLog;
}

const open: ScriptedServer[] = [];
const clients: HerokuClient[] = [];

export async function bench(options: Partial<HerokuOptions> = {}): Promise<Bench> {
  const server = await new ScriptedServer().listen();
  open.push(server);
  const [clock, log] = [new InstantClock(), new RecordingLog()];
  return { server, clock, log, heroku: clientOf(server.url, clock, log, options) };
}

export function clientOf(
  baseUrl: string,
  clock: InstantClock,
  log: RecordingLog,
  options: Partial<HerokuOptions> = {},
): HerokuClient {
  const heroku = createHeroku({
    baseUrl,
    apiKey: new Secret(KEY),
    userAgent: 'heroku-cd/test',
    clock,
    log,
    random: () => 1,
    requestTimeoutMs: 5_000,
    streamIdleMs: 5_000,
    ...options,
  });
  clients.push(heroku);
  return heroku;
}

/** Closes what {@link bench} opened; for afterEach. */
export async function closeBenches(): Promise<void> {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(open.splice(0).map((server) => server.close()));
}

/** What a promise is rejected with; fails the test where it is not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`Expected a rejection, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

export const rows = {
  account: { id: 'acc-1', email: EMAIL, two_factor_authentication: false, name: null },
  app: {
    id: 'app-1',
    name: 'shop',
    maintenance: false,
    stack: { id: 's', name: 'heroku-24' },
    generation: { id: 'g', name: 'cedar' },
    web_url: 'https://shop-0123456789ab.herokuapp.com/',
    git_url: 'https://git.heroku.com/shop.git',
    space: null,
  },
  collaborator: { id: 'c1', user: { email: EMAIL }, role: 'owner', permissions: [{ name: 'deploy' }] },
  formation: { id: 'f1', type: 'web', quantity: 2, size: 'Standard-1X', command: 'npm start' },
  dyno: {
    id: 'd1',
    name: 'web.1',
    type: 'web',
    state: 'up',
    size: 'Standard-1X',
    command: 'npm start',
    release: { id: 'r7', version: 7 },
    created_at: '2024-05-06T07:00:00Z',
  },
  feature: { id: 'x', name: 'preboot', enabled: true },
  slug: { id: 'slug-7', commit: 'a'.repeat(40), process_types: { web: 'npm start' } },
};

export function release(version: number, over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: `r${version}`,
    version,
    status: 'succeeded',
    current: false,
    description: `Deploy ${version}`,
    slug: { id: `slug-${version}` },
    user: { id: 'acc-1', email: EMAIL },
    created_at: '2024-05-06T07:00:00Z',
    output_stream_url: null,
    ...over,
  };
}

export function build(id: string, over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    status: 'pending',
    source_blob: { url: 'https://s3.example.com/x?Signature=abc', version: 'b'.repeat(40), checksum: null },
    slug: null,
    release: null,
    output_stream_url: 'https://build-output.heroku.com/streams/1',
    user: { id: 'acc-1', email: EMAIL },
    created_at: '2024-05-06T07:00:00Z',
    ...over,
  };
}
