import { Interrupted } from '../../../src/helper/errors.ts';
import { json, PAGE, type Reply, reset, stall, text } from '../../support/scripted-server.ts';
import { type Bench, bench, closeBenches } from './fixtures.ts';

afterEach(closeBenches);

const ROUTE = 'GET /streams/1';

interface Streamed extends Bench {
  readonly lines: string[];
  follow(signal?: AbortSignal): Promise<boolean>;
}

async function stream(...replies: Reply[]): Promise<Streamed> {
  const made = await bench({ streamIdleMs: 250 });
  made.server.on(ROUTE, ...replies);
  const lines: string[] = [];
  const url = `${made.server.url}/streams/1?token=sesame`;
  const onLine = (line: string): void => void lines.push(line);
  return {
    ...made,
    lines,
    follow: (signal) => made.heroku.streamOutput(url, onLine, signal ? { signal } : {}),
  };
}

/** Sends these bytes, then cuts the connection. */
function cutAfter(...parts: (string | Buffer)[]): Reply {
  return (response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    for (const part of parts.slice(0, -1)) response.write(part);
    response.write(parts.at(-1) ?? '', () => response.socket?.resetAndDestroy());
  };
}

/** A server that has `whole` and resumes it as the standard says. */
function resumable(whole: Buffer): Reply {
  return (response, seen) => {
    const from = Number(/^bytes=(\d+)-$/.exec(String(seen.headers.range))?.[1] ?? 0);
    if (from === 0) return void response.writeHead(200).end(whole);
    response
      .writeHead(206, { 'Content-Range': `bytes ${from}-${whole.length - 1}/*` })
      .end(whole.subarray(from));
  };
}

/** One that goes on from the asked place and says 200. */
function resumesWith200(whole: Buffer, pattern = /^bytes=(\d+)-$/): Reply {
  return (response, seen) => {
    const from = Number(pattern.exec(String(seen.headers.range))?.[1] ?? 0);
    response.writeHead(200).end(whole.subarray(from));
  };
}

const LONG = Buffer.from(Array.from({ length: 200 }, (_, number) => `line ${number} größe\n`).join(''));
const LONG_LINES = LONG.toString().trimEnd().split('\n');

describe('following a stream', () => {
  it('gives its lines as they come and says that it ended', async () => {
    const made = await stream((response) => {
      response.writeHead(200);
      response.write('one\ntw');
      setImmediate(() => response.end('o\r\nthree'));
    });
    expect(await made.follow()).toBe(true);
    expect(made.lines).toEqual(['one', 'two', 'three']);
  });

  it('never sends the key there, and asks for nothing that could be compressed', async () => {
    const made = await stream(text(200, 'x\n'));
    await made.follow();
    const [request] = made.server.requests;
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.headers['accept-encoding']).toBeUndefined();
    expect(request?.headers.range).toBeUndefined();
    expect(request?.headers['user-agent']).toBe('heroku-cd/test');
    expect(made.log.secrets).toEqual([expect.stringContaining('sesame')]);
  });

  it('waits for its beginning, which is a 404 until then', async () => {
    const notYet = text(404, 'Channel is not registered.\n');
    const made = await stream(notYet, notYet, notYet, text(200, 'here\n'));
    expect(await made.follow()).toBe(true);
    expect(made.lines).toEqual(['here']);
    expect(made.clock.sleeps).toEqual([1_000, 1_000, 1_000]);
  });

  it('does not wait for it for ever', async () => {
    const made = await stream(text(404, ''));
    expect(await made.follow()).toBe(false);
    expect(made.server.requests).toHaveLength(121);
    expect(made.log.warnings).toEqual([expect.stringContaining('it did not begin')]);
  });

  it('is at its end where the server says that there is nothing more', async () => {
    const made = await stream(text(204, ''));
    expect(await made.follow()).toBe(true);
    expect(made.lines).toEqual([]);
  });

  it('drops the bytes that only keep a connection open', async () => {
    const made = await stream((response) => {
      response.writeHead(200).write('on\0e\n\0');
      setImmediate(() => response.end('\0\0two\n'));
    });
    expect(await made.follow()).toBe(true);
    expect(made.lines).toEqual(['one', 'two']);
  });
});

describe('after a cut it goes on where it was', () => {
  it.each<[string, Reply, boolean]>([
    ['206 from the asked place', resumable(LONG), true],
    ['200 from the beginning', resumesWith200(LONG, /never/), true],
    ['200 from the asked place', resumesWith200(LONG), true],
    [
      '206 from the beginning',
      (response) => void response.writeHead(206, { 'Content-Range': `bytes 0-/*` }).end(LONG),
      true,
    ],
    [
      '206 that does not say from where',
      (response, seen) => {
        const from = Number(/^bytes=(\d+)-$/.exec(String(seen.headers.range))?.[1]);
        response.writeHead(206).end(LONG.subarray(from));
      },
      true,
    ],
  ])('with %s', async (_kind, rest, complete) => {
    // Within a line, and within a character of two bytes.
    const at = LONG.indexOf('ö', 2_000) + 1;
    const made = await stream(cutAfter(LONG.subarray(0, 700), LONG.subarray(700, at)), rest);
    expect(await made.follow()).toBe(complete);
    expect(made.lines).toEqual(LONG_LINES);
    expect(made.server.requests[1]?.headers.range).toBe(`bytes=${at - 512}-`);
  });

  it('with the whole of a stream that had hardly begun', async () => {
    const made = await stream(cutAfter('one\ntw'), text(200, 'one\ntwo\nthree\n'));
    expect(await made.follow()).toBe(true);
    expect(made.lines).toEqual(['one', 'two', 'three']);
    expect(made.server.requests[1]?.headers.range).toBeUndefined();
  });

  it('with a stream that brought nothing yet', async () => {
    const made = await stream(reset, stall, text(503, PAGE), text(429, ''), text(200, 'one\n'));
    expect(await made.follow()).toBe(true);
    expect(made.lines).toEqual(['one']);
  });

  it('any number of times, as long as each brings something', async () => {
    const parts = Array.from({ length: 30 }, (_, index) => cutAfter(LONG.subarray(0, 100 * (index + 1))));
    const made = await stream(...parts, resumesWith200(LONG, /never/));
    expect(await made.follow()).toBe(true);
    expect(made.lines).toEqual(LONG_LINES);
  });

  it('not counting bytes that keep a connection open', async () => {
    const made = await stream(cutAfter('\0', LONG.subarray(0, 1_000), '\0\0\0'), resumable(LONG));
    expect(await made.follow()).toBe(true);
    expect(made.lines).toEqual(LONG_LINES);
    expect(made.server.requests[1]?.headers.range).toBe('bytes=488-');
  });

  it('when it stood still', async () => {
    const made = await stream((response) => {
      response.writeHead(200).write(LONG.subarray(0, 1_000));
    }, resumable(LONG));
    expect(await made.follow()).toBe(true);
    expect(made.lines).toEqual(LONG_LINES);
  });

  it('when it ended short in good order, and comes back whole', async () => {
    const made = await stream(
      cutAfter(LONG.subarray(0, 1_000)),
      text(200, LONG.toString().slice(0, 300)),
      resumable(LONG),
    );
    expect(await made.follow()).toBe(true);
    expect(made.lines).toEqual(LONG_LINES);
  });
});

describe('where it cannot be followed', () => {
  it.each<[string, Reply, RegExp]>([
    ['403', text(403, '<Code>AccessDenied</Code>'), /answered 403/],
    ['401', json(401, {}), /answered 401/],
    ['410', text(410, ''), /answered 410/],
    ['a redirect', text(302, '', { Location: 'https://evil.example/' }), /answered 302/],
    ['compressed bytes', text(200, 'x', { 'Content-Encoding': 'gzip' }), /compressed/],
  ])('it says so at once: %s', async (_fault, reply, warning) => {
    const made = await stream(reply);
    expect(await made.follow()).toBe(false);
    expect(made.server.requests).toHaveLength(1);
    expect(made.log.warnings).toEqual([expect.stringMatching(warning)]);
    expect(made.log.all).not.toContain('sesame');
  });

  it.each<[string, Reply]>([
    ['resets', reset],
    ['silence', stall],
    ['errors', text(500, '')],
  ])('it gives up in the end: nothing but %s', async (_fault, reply) => {
    const made = await stream(reply);
    expect(await made.follow()).toBe(false);
    expect(made.server.requests).toHaveLength(11);
    expect(made.log.warnings).toHaveLength(1);
  });

  it('keeps what it has, the last line too', async () => {
    const made = await stream(cutAfter('one\ntwo'), text(404, ''));
    expect(await made.follow()).toBe(false);
    expect(made.lines).toEqual(['one', 'two']);
    expect(made.log.warnings).toEqual([expect.stringContaining('it is gone')]);
  });

  it.each<[string, Reply]>([
    ['200', text(200, 'another stream altogether '.repeat(100))],
    [
      '206',
      (response) => void response.writeHead(206, { 'Content-Range': 'bytes 488-/*' }).end('x'.repeat(900)),
    ],
    [
      'a later place',
      (response) => void response.writeHead(206, { 'Content-Range': 'bytes 900-/*' }).end(LONG.subarray(900)),
    ],
  ])('it shows nothing of what does not go on where it was: %s', async (_kind, reply) => {
    const made = await stream(cutAfter(LONG.subarray(0, 1_000)), reply);
    expect(await made.follow()).toBe(false);
    expect(`${made.lines.join('\n')}`).toBe(LONG.subarray(0, 1_000).toString().trimEnd());
    expect(made.log.warnings).toEqual([expect.stringContaining('something else')]);
  });

  it.each([
    'http://example.com/x',
    'https://u:sesame@example.com',
    'file:///etc/passwd',
    'rendezvous://h:1/sesame',
    '',
  ])('it does not touch %s', async (url) => {
    const { heroku, log } = await bench();
    expect(await heroku.streamOutput(url, () => undefined)).toBe(false);
    expect(heroku.requests.total).toBe(0);
    expect(log.warnings).toHaveLength(1);
    expect(log.all).not.toContain('sesame');
  });
});

describe('a signal', () => {
  it.each(['within the stream', 'while it has not begun', 'between two connections'])(
    'ends it %s',
    async (when) => {
      const stop = new AbortController();
      const open: Reply = (response) => {
        response.writeHead(200).write('one\n', () => setTimeout(() => stop.abort(), 20));
      };
      const made = await stream(
        { 'within the stream': open, 'while it has not begun': text(404, '') }[when] ?? reset,
      );
      if (when !== 'within the stream') made.clock.onSleep = () => stop.abort();
      expect(await made.follow(stop.signal)).toBe(false);
      expect(made.log.warnings).toEqual([]);
      expect(made.server.requests).toHaveLength(1);
    },
  );

  it("of the client ends it as the call's own does", async () => {
    const made = await stream(text(200, 'one\n'));
    const stopped = made.heroku.withSignal(AbortSignal.abort(new Interrupted('SIGINT')));
    expect(await stopped.streamOutput(`${made.server.url}/streams/1`, () => undefined)).toBe(false);
    expect(made.server.requests).toHaveLength(0);
  });
});

describe('whoever listens', () => {
  it('may throw, which ends the stream and is passed on', async () => {
    const made = await stream(text(200, 'one\n'));
    const url = `${made.server.url}/streams/1`;
    const listener = (): void => {
      throw new Error('full');
    };
    await expect(made.heroku.streamOutput(url, listener)).rejects.toThrow('full');
  });
});
