import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect, type TLSSocket } from 'node:tls';
import type { Answer, TestHeroku } from '../../support/local.ts';

/** A client of a one-off dyno, as the Heroku CLI is one: real TLS, the authority's certificate trusted. */
export class Client {
  /** What came, one entry for each TLS record. */
  readonly records: Buffer[] = [];
  /** Resolves with an error's code, or undefined, when the connection is over. */
  readonly closed: Promise<string | undefined>;
  #arrived: () => void = () => undefined;

  private constructor(readonly socket: TLSSocket) {
    let code: string | undefined;
    socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code));
    socket.on('data', (record: Buffer) => {
      this.records.push(record);
      this.#arrived();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#arrived();
        resolve(code);
      });
    });
  }

  /** Connects without a word. Rejects when the connection is not secured. */
  static async connect(test: TestHeroku): Promise<Client> {
    const { hostname: host, port } = new URL(test.heroku.urls.rendezvous);
    const ca = await readFile(test.heroku.environment()['NODE_EXTRA_CA_CERTS'] ?? '');
    const socket = connect({ host, port: Number(port), ca });
    const client = new Client(socket);
    await once(socket, 'secureConnect');
    return client;
  }

  /** Connects and sends the secret of an attach URL. */
  static async attach(test: TestHeroku, attachUrl: string, lineEnd = '\r\n'): Promise<Client> {
    const client = await Client.connect(test);
    client.socket.write(`${secretOf(attachUrl)}${lineEnd}`);
    return client;
  }

  /** Everything that came, the greeting too. */
  get all(): string {
    return Buffer.concat(this.records).toString('utf8');
  }

  /** What the dyno has printed. */
  get output(): string {
    return this.all.replace(/^rendezvous\r\n/, '');
  }

  /** Waits until what came holds the text. */
  async until(text: string): Promise<void> {
    while (!this.all.includes(text)) {
      if (this.socket.destroyed) throw new Error(`The connection ended without "${text}": ${this.all}`);
      await new Promise<void>((resolve) => (this.#arrived = resolve));
    }
  }
}

export function secretOf(attachUrl: string): string {
  return new URL(attachUrl).pathname.slice(1);
}

/** Asks for a one-off dyno to attach to. */
export async function create(
  test: TestHeroku,
  app: string,
  command: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Answer['body']> {
  const answer = await test.api('POST', `/apps/${app}/dynos`, { command, attach: true, ...more });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

/** Runs a command in an attached dyno until its connection is over. */
export async function runAttached(test: TestHeroku, app: string, command: string): Promise<Client> {
  const { attach_url: attachUrl } = await create(test, app, command);
  const client = await Client.attach(test, attachUrl);
  await client.closed;
  return client;
}

/** The texts of the app's log about one dyno, each with `app: ` or `heroku: ` before it. */
export function logOf(test: TestHeroku, app: string, dyno: string): string[] {
  return test
    .app(app)
    .log.lines.filter((line) => line.dyno === dyno)
    .map(({ source, text }) => `${source}: ${text}`);
}

/** Waits until the log has a line about a dyno. */
export async function untilLogged(test: TestHeroku, app: string, dyno: string, text: string): Promise<void> {
  await test.until(() => logOf(test, app, dyno).some((line) => line.includes(text)));
}

/** Whether a process runs. One that has ended may be there still, where nobody asks how: in a container, say. */
export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    const file = `/proc/${pid}/stat`;
    return !existsSync(file) || !/\) [ZX] /.test(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH' || code === 'ENOENT') return false;
    throw error;
  }
}
