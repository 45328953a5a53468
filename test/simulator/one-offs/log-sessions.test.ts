import { TestHeroku } from '../support/local.ts';
import { untilLogged } from './support/client.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start();
  await test.deployedApp('shop');
});
afterEach(() => {
  test.heroku.control.clearFaults();
  test.app('shop').settings.logDelayMs = 0;
});
afterAll(() => test.close());

/** An app's log as somebody reads it, over HTTP and without credentials. */
class Reader {
  text = '';
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();
  #arrived: () => void = () => undefined;

  private constructor(readonly response: Response) {
    this.ended = this.#read();
  }

  static async open(session: Readonly<Record<string, unknown>>, accept = 'text/plain'): Promise<Reader> {
    const { status, body } = await test.api('POST', '/apps/shop/log-sessions', session);
    if (status !== 201) throw new Error(JSON.stringify(body));
    return new Reader(await fetch(body.logplex_url, { headers: { Accept: accept } }));
  }

  get lines(): string[] {
    return this.text.trimEnd().split('\n').filter(Boolean);
  }

  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) await new Promise<void>((resolve) => (this.#arrived = resolve));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    const chunks = this.response.body?.getReader();
    this.#abort.signal.addEventListener('abort', () => void chunks?.cancel());
    try {
      for (let next = await chunks?.read(); next && !next.done; next = await chunks?.read()) {
        this.text += decoder.decode(next.value as Uint8Array, { stream: true });
        this.#arrived();
      }
    } catch {
      // A log that breaks off has ended.
      this.text += '<broken off>';
    }
  }
}

async function run(command: string, type = 'run'): Promise<string> {
  const { body } = await test.api('POST', '/apps/shop/dynos', { command, type });
  await untilLogged(test, 'shop', body.name, 'complete');
  return body.name as string;
}

describe('a log', () => {
  it('has lines as Logplex writes them', async () => {
    const name = await run('echo hello');
    const reader = await Reader.open({ dyno: name });
    await reader.ended;
    expect(reader.response.headers.get('content-type')).toContain('text/plain');
    const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}\\+00:00';
    expect(reader.lines).toHaveLength(5);
    expect(reader.lines[0]).toMatch(
      new RegExp(`^${time} heroku\\[${name}\\]: Starting process with command \`echo hello\`$`),
    );
    expect(reader.text).toMatch(new RegExp(`^${time} app\\[${name}\\]: hello$`, 'm'));
  });

  it('goes on with what happens, where that is asked for', async () => {
    const reader = await Reader.open({ dyno: 'followed', tail: true, lines: 0 });
    await run('echo first', 'followed');
    await reader.until('complete');
    expect(reader.text).toContain(']: first\n');
    await run('echo second', 'followed');
    await reader.until(']: second\n');
    await reader.close();
  });

  it('comes as events where that is asked for', async () => {
    await run('echo hello', 'events');
    const reader = await Reader.open({ dyno: 'events', lines: 2 }, 'text/event-stream');
    await reader.ended;
    expect(reader.response.headers.get('content-type')).toContain('text/event-stream');
    expect(reader.text).toMatch(
      /^id: 1\ndata: \S+ heroku\[events\.\d{4}\]: Process exited with status 0\n\nid: 2\ndata: .*complete\n\n$/,
    );
  });

  it('of a command of several lines has each of them in the event', async () => {
    await run('echo one\necho two', 'multi');
    const reader = await Reader.open({ dyno: 'multi' }, 'text/event-stream');
    await reader.ended;
    expect(reader.text).toMatch(/command `echo one\ndata: echo two`\n\n/);
  });

  it('can be narrowed to a dyno, a type or a source', async () => {
    const [one, two] = [await run('echo one', 'narrow'), await run('echo two', 'narrow')];
    await run('echo other', 'narrower');
    const read = async (filter: Readonly<Record<string, unknown>>) => {
      const reader = await Reader.open(filter);
      await reader.ended;
      return reader.text;
    };
    const byDyno = await read({ dyno: one, source: 'app' });
    expect(byDyno).toContain(`app[${one}]: one`);
    expect(byDyno).not.toMatch(/heroku\[|two|other/);
    const byType = await read({ dyno: 'narrow' });
    for (const name of [one, two]) expect(byType).toContain(`[${name}]`);
    expect(byType).not.toContain('narrower');
    expect(await read({ dyno_name: two, source: 'app' })).toContain('two');
    expect(await read({ type: 'narrow', source: 'app' })).toMatch(/one\n.*two\n$/);
    expect((await read({ dyno: 'narrow', source: 'app', lines: 1 })).trim()).toMatch(/two$/);
    expect(await read({ dyno: 'narrow', lines: 0 })).toBe('');
  });

  it('has a hundred lines of the past where no number is given', async () => {
    await run('seq 1 150', 'long');
    const reader = await Reader.open({ dyno: 'long', source: 'app' });
    await reader.ended;
    expect(reader.lines).toHaveLength(100);
    expect(reader.lines.at(-1)).toMatch(/: 150$/);
  });

  it('may lag behind, and loses nothing by it', async () => {
    const delayMs = 250;
    test.app('shop').settings.logDelayMs = delayMs;
    const reader = await Reader.open({ dyno: 'late', tail: true });
    await run('echo hello', 'late');
    await reader.until('complete');
    const arrived = Date.now();
    expect(reader.lines).toHaveLength(5);
    const [written = ''] = reader.lines.at(-1)?.split(' ') ?? [];
    expect(arrived - Date.parse(written)).toBeGreaterThanOrEqual(delayMs);
    await reader.close();
  });

  it('has what the router and the API did', async () => {
    const webUrl = test.heroku.platform.webUrl(test.app('shop'));
    await fetch(webUrl);
    await test.api('PATCH', '/apps/shop', { maintenance: true });
    await fetch(`${webUrl}page?a=b`);
    await test.api('PATCH', '/apps/shop', { maintenance: false });
    await test.api('PATCH', '/apps/shop/formation/worker', { quantity: 0 });
    const router = await Reader.open({ dyno: 'router', source: 'heroku' });
    await router.ended;
    expect(router.text).toMatch(/heroku\[router\]: at=info method=GET path="\/" .* status=200/);
    expect(router.text).toMatch(
      /heroku\[router\]: at=info code=H80 desc="Maintenance mode" method=GET path="\/page\?a=b" .* status=503/,
    );
    const api = await Reader.open({ dyno: 'api' });
    await api.ended;
    const user = 'by user developer@example.com';
    for (const text of [
      `app[api]: Build started ${user}`,
      'app[api]: Build succeeded',
      `app[api]: Release v3 created ${user}`,
      `app[api]: Scaled to worker@0:Standard-1X ${user}`,
    ]) {
      expect(api.text).toContain(text);
    }
  });
});

describe("a session's address", () => {
  it('is its own credential: read without a key, and not with another token', async () => {
    const { body } = await test.api('POST', '/apps/shop/log-sessions', {});
    expect((await fetch(body.logplex_url)).status).toBe(200);
    const url = new URL(body.logplex_url);
    url.searchParams.set('token', 'guessed');
    expect((await fetch(url)).status).toBe(404);
    expect(JSON.stringify(test.heroku.control.requests())).not.toContain(
      new URL(body.logplex_url).searchParams.get('token'),
    );
  });

  it('works for five minutes', async () => {
    const { body } = await test.api('POST', '/apps/shop/log-sessions', {});
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 301_000);
    try {
      expect((await fetch(body.logplex_url)).status).toBe(404);
    } finally {
      clock.mockRestore();
    }
  });

  it('is given for a visible app and usable filters alone', async () => {
    expect((await test.api('POST', '/apps/nowhere/log-sessions', {})).status).toBe(404);
    for (const body of [{ lines: -1 }, { lines: 'all' }, { tail: 'yes' }, { dyno: 7 }]) {
      expect((await test.api('POST', '/apps/shop/log-sessions', body)).status).toBe(422);
    }
  });
});

describe('a fault', () => {
  it('may cut a log short', async () => {
    await run('seq 1 20', 'cut');
    test.heroku.control.addFault({
      match: { surface: 'stream', path: '/_logs/' },
      effect: { kind: 'cut', bytes: 90 },
    });
    const reader = await Reader.open({ dyno: 'cut', tail: true });
    await reader.ended;
    expect(reader.text).toMatch(/<broken off>$/);
    expect(reader.text.replace('<broken off>', '')).toHaveLength(90);
  });

  it('may keep it away', async () => {
    test.heroku.control.addFault({
      match: { surface: 'stream', path: '/_logs/' },
      effect: { kind: 'status', status: 403 },
    });
    const reader = await Reader.open({ dyno: 'run' });
    expect(reader.response.status).toBe(403);
    await reader.ended;
  });
});

it('ends with the local Heroku', async () => {
  const other = await TestHeroku.start({ apps: ['closing'] });
  const { body } = await other.api('POST', '/apps/closing/log-sessions', { tail: true });
  const response = await fetch(body.logplex_url);
  const reading = response.text().catch(() => 'broken off');
  await other.close();
  await reading;
});
