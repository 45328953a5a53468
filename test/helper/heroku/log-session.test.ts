import { inspect } from 'node:util';
import { json, type Reply, reset, stall, text, unfinished } from '../../support/scripted-server.ts';
import { type Bench, bench, closeBenches, KEY, rejection } from './fixtures.ts';

afterEach(closeBenches);

const LINE = '2024-05-06T07:08:09.123456+00:00 heroku[run.1]: Process exited with status 0';
const SESSIONS = 'POST /apps/shop/log-sessions';

/** A server with one log session, whose log is this reply. */
async function withLog(...replies: Reply[]): Promise<Bench> {
  const made = await bench({ requestTimeoutMs: 300 });
  const url = `${made.server.url}/log?srv=1&signature=sesame`;
  made.server.on(SESSIONS, json(201, { id: 'l1', logplex_url: url })).on('GET /log', ...replies);
  return made;
}

describe('openLog', () => {
  it('follows the log without the API key, and keeps its place to itself', async () => {
    const { server, heroku, log } = await withLog(text(200, `${LINE}\n`));
    const lines: string[] = [];
    const stream = await heroku.openLog('shop', { dyno: 'run', lines: 10 }, (line) => lines.push(line));
    await stream.ended;
    expect(lines).toEqual([LINE]);
    const [session] = server.to(SESSIONS);
    expect(JSON.parse(session?.body.toString() ?? '')).toEqual({ dyno: 'run', lines: 10, tail: true });
    const [read] = server.to('GET /log');
    expect(read?.headers.authorization).toBeUndefined();
    expect(JSON.stringify(read?.headers)).not.toContain(KEY);
    expect(log.all).not.toContain('sesame');
    expect(log.secrets.join('\n')).toContain('sesame');
  });

  it.each<[string, string]>([
    ['text', `${LINE}\r\n\n${LINE}\n`],
    ['text without an end', `${LINE}\n${LINE}`],
    ['text with what keeps a connection open', `\0\0${LINE}\n\0${LINE}\n`],
    ['events', `id: 1\ndata: ${LINE}\n\n: still here\n\nid: 2\nevent: x\ndata:${LINE}\n\n`],
    ['events of a server that ends lines with carriage returns', `data: ${LINE}\r\rdata: ${LINE}\r\r\n`],
    ['what is an event by its first line', `: hello\n\n${LINE}\ndata: ${LINE}\n\ndata: ${LINE}\n\n`],
  ])('understands %s', async (_what, body) => {
    const { heroku } = await withLog(text(200, body));
    const lines: string[] = [];
    const stream = await heroku.openLog('shop', { dyno: 'run' }, (line) => lines.push(line));
    await stream.ended;
    expect(lines).toEqual([LINE, LINE]);
  });

  it.each<[string, string, string[]]>([
    ['is one line of the log, of whatever lines it consists', `data: a\ndata: ${LINE}\n\n`, [`a\n${LINE}`]],
    ['has data of its own lines only', `data: a\r${LINE}\n\n`, ['a']],
    ['may have empty lines', 'data\ndata:\ndata: a\n\n', ['\n\na']],
    ['without an end is none', `data: a\n\ndata: ${LINE}\n`, ['a']],
    ['without data is none', `id: 7\n\ndatum: ${LINE}\n\n`, []],
    [
      'is bounded',
      `${`data: ${'x'.repeat(6_000)}\n`.repeat(50)}\n`,
      [Array(2).fill('x'.repeat(6_000)).join('\n')],
    ],
  ])('knows what an event is: it %s', async (_what, body, expected) => {
    const { heroku } = await withLog(text(200, body, { 'Content-Type': 'text/event-stream' }));
    const lines: string[] = [];
    const stream = await heroku.openLog('shop', { dyno: 'run' }, (line) => lines.push(line));
    await stream.ended;
    expect(lines).toEqual(expected);
  });

  it.each<[string, Reply]>([
    ['200 and a cut', unfinished(200, `${LINE}\n`)],
    ['200 and an end', text(200, `${LINE}\n`)],
  ])('ends with its stream: %s', async (_what, reply) => {
    const { heroku } = await withLog(reply);
    const lines: string[] = [];
    const stream = await heroku.openLog('shop', { dyno: 'run' }, (line) => lines.push(line));
    await stream.ended;
    expect(lines).toEqual([LINE]);
  });

  it('may be silent for longer than a request', async () => {
    let late: (() => void) | undefined;
    const { heroku } = await withLog((response) => {
      response.writeHead(200).flushHeaders();
      late = () => void response.end(`${LINE}\n`);
    });
    const lines: string[] = [];
    const stream = await heroku.openLog('shop', { dyno: 'run' }, (line) => lines.push(line));
    await new Promise((resolve) => setTimeout(resolve, 500));
    late?.();
    await stream.ended;
    expect(lines).toEqual([LINE]);
  });

  it('ends when it is closed, and by its signal', async () => {
    const { heroku } = await withLog((response) => void response.writeHead(200).flushHeaders());
    const stream = await heroku.openLog('shop', { dyno: 'run' }, () => undefined);
    stream.close();
    await stream.ended;
    const stop = new AbortController();
    const other = await heroku.openLog('shop', { dyno: 'run' }, () => undefined, { signal: stop.signal });
    stop.abort();
    await other.ended;
  });

  it.each<[string, Reply, RegExp]>([
    ['403', text(403, 'sesame expired'), /answered 403/],
    ['a redirect', text(302, '', { Location: 'https://example.com/sesame' }), /answered 302/],
    ['a reset', reset, /ECONNRESET/],
    ['no answer', stall, /did not begin/],
    ['something compressed', text(200, 'x', { 'Content-Encoding': 'gzip' }), /answered 200/],
  ])('fails when the log answers with %s, and says nothing of where it is', async (_what, reply, why) => {
    const { heroku } = await withLog(reply);
    const error = await rejection(heroku.openLog('shop', { dyno: 'run' }, () => undefined));
    expect(error).toMatchObject({ message: expect.stringMatching(why), verdict: 'failed' });
    expect(`${inspect(error)}${JSON.stringify(error)}`).not.toContain('sesame');
  });

  it.each(['http://example.com/sesame', 'nonsense sesame', ''])('does not go to %j', async (place) => {
    const { server, heroku } = await bench();
    server.on(SESSIONS, json(201, { logplex_url: place }));
    const error = await rejection(heroku.openLog('shop', { dyno: 'run' }, () => undefined));
    expect(error).toMatchObject({ message: expect.stringContaining('not https') });
    expect(inspect(error)).not.toContain('sesame');
  });

  it('is not asked for any longer once its signal says so', async () => {
    const { server, heroku, clock } = await withLog(text(200, ''));
    const stop = new AbortController();
    server.on(SESSIONS, reset);
    clock.onSleep = () => stop.abort(new Error('closed'));
    const opening = heroku.openLog('shop', { dyno: 'run' }, () => undefined, { signal: stop.signal });
    expect(await rejection(opening)).toEqual(new Error('closed'));
    expect(server.to(SESSIONS)).toHaveLength(1);
  });

  it('asks for a session again after a fault', async () => {
    const { server, heroku } = await withLog(text(200, ''));
    const url = `${server.url}/log`;
    server.on(SESSIONS, reset, text(503, ''), json(201, { logplex_url: url }));
    const stream = await heroku.openLog('shop', { dyno: 'run' }, () => undefined);
    await stream.ended;
    expect(server.to(SESSIONS)).toHaveLength(3);
  });
});
