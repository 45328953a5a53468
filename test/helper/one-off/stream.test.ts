import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { CommandOutput } from '../../../src/helper/one-off/command-output.ts';
import { ExitMarker } from '../../../src/helper/one-off/exit-marker.ts';
import type { TestDyno } from './support/dyno.ts';
import { GREETING } from './support/platform.ts';
import { World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.close());

/** What a dyno sends after the greeting when its command printed `output` and failed with 7. */
const transcript = (dyno: TestDyno, output: string): Buffer =>
  Buffer.from(`${output}\n${dyno.marker} 7\n`, 'utf8');

/** Sends each piece by itself, so that it arrives as a chunk of its own, and then ends. */
async function sendInPieces(socket: TLSSocket, pieces: readonly (Buffer | string)[]): Promise<void> {
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  socket.end();
}

/** Has the dyno send these pieces instead of running anything. */
function script(pieces: (dyno: TestDyno) => readonly (Buffer | string)[]): void {
  world.platform.onAttach = async (socket, dyno) => {
    dyno.logStart();
    await sendInPieces(socket, pieces(dyno));
    dyno.exit(7);
  };
}

const SEVEN = { kind: 'exited', exitStatus: 7, evidence: 'marker' };

const into = (lines: string[]) => (text: string) => lines.push(...text.split('\n'));

describe('the marker', () => {
  it.each(['one\ntwo é\n', 'no line end', '', '\n', 'x\r\n'])(
    'is found wherever it is cut, after %j',
    (output) => {
      const marker = new ExitMarker();
      const text = `heroku-cd-exit-${marker.nonce}`;
      const bytes = Buffer.from(`${output}\n${text} 7\nafter\n`);
      const whole: string[] = [];
      new CommandOutput(marker, into(whole)).push(bytes);
      for (let at = 0; at <= bytes.length; at++) {
        const lines: string[] = [];
        const found = new CommandOutput(marker, into(lines));
        found.push(bytes.subarray(0, at));
        found.push(bytes.subarray(at));
        found.end();
        expect([at, found.exitStatus, lines]).toEqual([at, 7, whole]);
      }
      const lines: string[] = [];
      const found = new CommandOutput(marker, into(lines));
      for (const byte of bytes) found.push(Buffer.of(byte));
      expect([found.exitStatus, lines]).toEqual([7, whole]);
      expect(whole.join('\n')).not.toContain(text);
    },
  );

  it.each(['', ' ', ' 1', ' 12', ' 1234\n', ' x\n', ' 1 \n', ' -1\n', '1\n'])(
    'is not complete or not one with %j behind it',
    (rest) => {
      const marker = new ExitMarker();
      const lines: string[] = [];
      const output = new CommandOutput(marker, into(lines));
      output.push(Buffer.from(`out\n\nheroku-cd-exit-${marker.nonce}${rest}`));
      output.end();
      expect(output.exitStatus).toBeUndefined();
    },
  );

  it.each([1, 5, 14, 20, 47, 48, 50])(
    'leaves nothing to be seen of itself when it is cut off after %i bytes',
    (at) => {
      const marker = new ExitMarker();
      const lines: string[] = [];
      const output = new CommandOutput(marker, into(lines));
      output.push(Buffer.from(`out\n\nheroku-cd-exit-${marker.nonce} 12`.slice(0, 5 + at)));
      output.end();
      expect(lines).toEqual(['out']);
    },
  );

  it('is not found in the middle of a line', () => {
    const marker = new ExitMarker();
    const lines: string[] = [];
    const output = new CommandOutput(marker, into(lines));
    output.push(Buffer.from(`> heroku-cd-exit-${marker.nonce} 0\n`));
    expect(output.exitStatus).toBeUndefined();
  });
});

describe('the stream', () => {
  it('may be cut at any byte', async () => {
    const length = Buffer.byteLength(`${GREETING}café\n`) + 51;
    for (let at = 1; at < length; at++) {
      world.lines.length = 0;
      script((dyno) => {
        const bytes = Buffer.concat([Buffer.from(GREETING), transcript(dyno, 'café\n')]);
        expect(bytes.length).toBe(length);
        return [bytes.subarray(0, at), bytes.subarray(at)];
      });
      const outcome = await world.run('x');
      expect([at, outcome, world.lines]).toMatchObject([at, SEVEN, ['café']]);
    }
  });

  it('may come in single bytes', async () => {
    script((dyno) =>
      [...Buffer.concat([Buffer.from(GREETING), transcript(dyno, 'é\r\n')])].map((byte) => Buffer.of(byte)),
    );
    expect(await world.run('x')).toMatchObject(SEVEN);
    expect(world.lines).toEqual(['é']);
  });

  it('may have its greeting, all output and the marker in one piece, and be closed at once', async () => {
    script((dyno) => [Buffer.concat([Buffer.from(GREETING), transcript(dyno, 'one\ntwo\n')])]);
    expect(await world.run('x')).toMatchObject(SEVEN);
    expect(world.lines).toEqual(['one', 'two']);
  });

  it.each(['hello\n', 'rendezvous\r\n', '\n', `${'g'.repeat(3000)}\r\n`])(
    'has one line of greeting, whatever it says',
    async (greeting) => {
      script((dyno) => [greeting, transcript(dyno, 'rendezvous\n')]);
      expect(await world.run('x')).toMatchObject(SEVEN);
      expect(world.lines).toEqual(['rendezvous']);
    },
  );

  it('goes on after the marker until it ends, and not for ever', async () => {
    world.platform.onAttach = async (socket, dyno) => {
      dyno.logStart();
      socket.write(Buffer.concat([Buffer.from(GREETING), transcript(dyno, '')]));
      await new Promise((resolve) => socket.write('from behind\n', resolve));
      // It is never closed by this side, though the dyno is gone.
      dyno.exit(7);
    };
    expect(await world.run('x')).toMatchObject(SEVEN);
    expect(world.lines).toEqual(['from behind']);
  });

  it('takes 100 MB of output without keeping any of it', async () => {
    const block = Buffer.from(`${'Lorem ipsum dolor sit amet. '.repeat(4)}\n`.repeat(600));
    const endless = Buffer.alloc(block.length, 'x');
    const times = Math.ceil(50_000_000 / block.length);
    world.platform.onAttach = async (socket, dyno) => {
      dyno.logStart();
      socket.write(GREETING);
      for (const part of [block, endless]) {
        for (let count = 0; count < times; count++) {
          if (!socket.write(part)) await once(socket, 'drain');
        }
      }
      socket.end(transcript(dyno, ''));
      dyno.exit(7);
    };
    let count = 0;
    let longest = 0;
    let highest = 0;
    const before = process.memoryUsage().rss;
    const outcome = await world.run('x', {
      onLines: (lines) => {
        for (const line of lines.split('\n')) {
          count += 1;
          longest = Math.max(longest, line.length);
          if (count % 10_000 === 0) highest = Math.max(highest, process.memoryUsage().rss);
        }
      },
    });
    highest = Math.max(highest, process.memoryUsage().rss);
    expect(outcome).toMatchObject(SEVEN);
    expect(count).toBe(times * 600 + 1);
    expect(longest).toBeLessThan(11_000);
    // Sender and receiver share this process.
    expect(highest - before).toBeLessThan(150_000_000);
  });
});
