import { inspect } from 'node:util';
import { createHeroku, type HerokuClient } from '../../../../src/helper/heroku/index.ts';
import {
  type OneOff,
  type OneOffOutcome,
  type OneOffRequest,
  startOneOff,
} from '../../../../src/helper/one-off/index.ts';
import { Secret } from '../../../../src/helper/output/secret.ts';
import { createClock } from '../../../../src/helper/time/time-lapse.ts';
import { RecordingLog } from '../../../support/recording-log.ts';
import { type Certificate, certificateFor } from './certificates.ts';
import { DynoPlatform } from './platform.ts';

const KEY = 'HRKU-0ff5e7aa-4a1b-4f0e-8f6e-2f9d2c5b7a11';
/** Waits of seconds pass in a fraction of that, and still leave real sockets and processes time to work. */
const TIME_LAPSE = 20;

/** A platform, and a helper that talks to it. */
export class World {
  readonly log = new RecordingLog();
  readonly lines: string[] = [];
  readonly stop = new AbortController();
  /** Faster for tests that wait for minutes. */
  clock = createClock(TIME_LAPSE);
  /** What the dyno's connection has to be signed by. */
  authority: string | undefined;
  requestTimeoutMs = 5_000;
  readonly #clients: HerokuClient[] = [];

  private constructor(readonly platform: DynoPlatform) {}

  /** `certificate`: what the dynos' connections are secured with, and trusted. */
  static async create(certificate?: Certificate): Promise<World> {
    const used = certificate ?? (await loopback());
    const world = new World(await DynoPlatform.start(used));
    world.authority = used.cert;
    return world;
  }

  /** Starts a command, and checks whatever comes of it for secrets. */
  start(command: string, over: Partial<OneOffRequest> = {}): OneOff {
    const client = createHeroku({
      baseUrl: this.platform.server.url,
      apiKey: new Secret(KEY),
      userAgent: 'heroku-cd/test',
      clock: this.clock,
      log: this.log,
      random: () => 1,
      requestTimeoutMs: this.requestTimeoutMs,
      retryBudgetMs: 10_000,
    });
    this.#clients.push(client);
    const started = startOneOff(
      {
        heroku: client.withSignal(this.stop.signal),
        closingHeroku: client,
        clock: this.clock,
        log: this.log,
        signal: this.stop.signal,
        ...(this.authority === undefined ? {} : { certificateAuthority: this.authority }),
      },
      {
        app: 'shop',
        command,
        timeToLiveSeconds: 900,
        limit: { ms: 30 * 60_000, parameter: 'migrate-timeout' },
        onLines: (lines) => this.lines.push(...lines.split('\n')),
        ...over,
      },
    );
    void started.outcome.then((outcome) => this.#requireDiscretion(outcome)).catch(() => undefined);
    return started;
  }

  async run(command: string, over: Partial<OneOffRequest> = {}): Promise<OneOffOutcome> {
    const outcome = await this.start(command, over).outcome;
    this.#requireDiscretion(outcome);
    return outcome;
  }

  /** How often a dyno was asked for. */
  get creations(): number {
    return this.platform.server.to('POST /apps/shop/dynos').length;
  }

  /** How often a dyno was asked to stop. */
  get stops(): number {
    return this.platform.server.routes.filter((route) => route.endsWith('/actions/stop')).length;
  }

  /** Calls `act` when the command prints its first line. */
  atFirstLine(act: () => void): Pick<OneOffRequest, 'onLines'> {
    return {
      onLines: (lines) => {
        const isFirst = this.lines.length === 0;
        this.lines.push(...lines.split('\n'));
        if (isFirst) act();
      },
    };
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.platform.close();
  }

  #requireDiscretion(outcome: OneOffOutcome): void {
    const shown = [inspect(outcome, { depth: 9 }), JSON.stringify(outcome), this.log.all, ...this.lines].join(
      '\n',
    );
    for (const secret of [...this.platform.secrets, KEY]) expect(shown).not.toContain(secret);
    const printed = this.lines.join('\n');
    for (const { marker } of this.platform.created) expect(printed).not.toContain(marker);
  }
}

let certificate: Promise<Certificate> | undefined;

/** One for all tests of a file: making keys takes time. */
export function loopback(): Promise<Certificate> {
  return (certificate ??= certificateFor('127.0.0.1'));
}
