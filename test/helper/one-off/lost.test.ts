import type { TLSSocket } from 'node:tls';
import { json, text } from '../../support/scripted-server.ts';
import type { TestDyno } from './support/dyno.ts';
import { GREETING } from './support/platform.ts';
import { World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.close());

const byLog = (exitStatus: number): object => ({
  kind: 'exited',
  exitStatus,
  evidence: 'log',
  dyno: world.platform.dyno.name,
});

/** Runs the command, and breaks the connection as soon as it has printed a line. */
function dropAfterFirstLine(drop: (socket: TLSSocket, dyno: TestDyno) => void): void {
  world.platform.onAttach = async (socket, dyno) => {
    socket.write(GREETING);
    const write = socket.write.bind(socket);
    socket.write = (chunk: Buffer) => {
      socket.write = write;
      return write(chunk, () => drop(socket, dyno));
    };
    await dyno.run(socket);
  };
}

const DROPS: [string, (socket: TLSSocket) => void][] = [
  ['is closed in good order', (socket) => socket.end()],
  ['is cut off', (socket) => socket.destroy()],
  ['is reset', (socket) => world.platform.reset(socket)],
];

describe('when the connection is lost', () => {
  describe.each(DROPS)('because it %s', (_how, drop) => {
    it.each([0, 3])('and the command goes on to exit with %i, the log says so', async (status) => {
      dropAfterFirstLine((socket, dyno) => {
        dyno.obeysHangUp = false;
        drop(socket);
      });
      const outcome = await world.run(`echo one; sleep 0.3; echo two; (exit ${status})`);
      expect(outcome).toEqual(byLog(status));
      expect(world.lines).toEqual(['one']);
      expect(world.log.warnings.join('\n')).toContain("Following the app's log");
    });

    it('and the command is hung up on, the log says so', async () => {
      dropAfterFirstLine(drop);
      expect(await world.run('echo one; sleep 60')).toEqual(byLog(129));
    });
  });

  it('the status of the log is the command’s, though the shell could not print any more', async () => {
    dropAfterFirstLine((socket, dyno) => {
      dyno.obeysHangUp = false;
      dyno.keepsReading = false;
      socket.destroy();
    });
    // A stream that nobody reads any more kills whoever writes to it, and that must not be the shell.
    const outcome = await world.run('echo one; sleep 0.3; (exit 5)');
    expect(outcome).toEqual(byLog(5));
  });

  it('a command that ended well without its word is a success by the log alone', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      socket.end(`${GREETING}all done\n`);
      dyno.exit(0);
    };
    expect(await world.run('x')).toEqual(byLog(0));
    expect(world.lines).toEqual(['all done']);
  });

  it('half a marker does not count', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      socket.end(`${GREETING}one\n\n${dyno.marker} 1`);
      dyno.exit(13);
    };
    expect(await world.run('x')).toEqual(byLog(13));
    expect(world.lines).toEqual(['one']);
  });

  it('its end is unknown when the log does not say it', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      socket.end(GREETING);
      dyno.log('State changed from up to complete');
      dyno.vanish();
    };
    const outcome = await world.run('x');
    expect(outcome).toEqual({
      kind: 'unknown',
      dyno: world.platform.dyno.name,
      gone: true,
      why: expect.stringMatching(/was closed before .* is gone, and the app's log does not say/),
    });
  });

  it('what Heroku logged about it is told', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      dyno.log('Error R14 (Memory quota exceeded)');
      dyno.log('Error R14 (Memory quota exceeded)');
      dyno.log('Error R15 (Memory quota vastly exceeded)');
      dyno.vanish();
      socket.end(GREETING);
    };
    expect(await world.run('x')).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('Heroku logged R14, R15 about it'),
    });
  });

  it('a dyno that ends without closing its connection is noticed by the log', async () => {
    world.platform.onAttach = async (socket, dyno) => {
      await new Promise((resolve) => socket.write(GREETING, resolve));
      dyno.logStart();
      dyno.exit(9);
    };
    expect(await world.run('x')).toEqual(byLog(9));
  });

  it('a dyno that ends without a word anywhere is noticed by asking', async () => {
    world.platform.onAttach = async (socket, dyno) => {
      await new Promise((resolve) => socket.write(GREETING, resolve));
      dyno.logStart();
      dyno.vanish();
    };
    expect(await world.run('x')).toMatchObject({ kind: 'unknown', gone: true });
  });

  it('another dyno of the same name is not taken for it', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      dyno.vanish();
      world.platform.server.on(
        `GET /apps/shop/dynos/${dyno.name}`,
        json(200, { ...dyno.row, id: 'another', state: 'up' }),
      );
      socket.end(GREETING);
    };
    expect(await world.run('x')).toMatchObject({ kind: 'unknown', gone: true });
  });

  it('a dyno that Heroku lists as complete has ended', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      dyno.state = 'complete';
      socket.end(GREETING);
    };
    expect(await world.run('x')).toMatchObject({ kind: 'unknown', gone: true });
  });

  it('it goes on asking while Heroku does not answer', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      const path = `GET /apps/shop/dynos/${dyno.name}`;
      let asked = 0;
      world.platform.server.on(path, (response, seen) => {
        asked += 1;
        if (asked === 6) dyno.exit(0);
        return asked < 6
          ? text(503, 'busy')(response, seen)
          : json(404, { id: 'not_found', message: 'no' })(response, seen);
      });
      socket.end(GREETING);
    };
    expect(await world.run('x')).toEqual(byLog(0));
  });
});

describe('the log', () => {
  const silent = (status: number): void => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      socket.end(GREETING);
      dyno.exit(status);
    };
  };

  it.each([true, false])('is read as server-sent events: %s', async (serverSentEvents) => {
    world.platform.serverSentEvents = serverSentEvents;
    silent(4);
    expect(await world.run('x')).toEqual(byLog(4));
  });

  it('is not needed where the command tells its end itself, and its failing is a warning', async () => {
    world.platform.onLogSession = json(403, { id: 'forbidden', message: 'no' });
    expect(await world.run('echo one; (exit 6)')).toMatchObject({ exitStatus: 6, evidence: 'marker' });
    expect(world.log.warnings).toEqual([expect.stringMatching(/^The log of shop cannot be read/)]);
  });

  it.each<[string, Parameters<typeof json>]>([
    ['garbage', [201, { surprise: true }]],
    ['a place that is not https', [201, { logplex_url: 'http://example.com/logplex-secret' }]],
    ['no place at all', [201, { logplex_url: 'logplex-secret' }]],
    ['a place that nobody is at', [201, { logplex_url: 'http://127.0.0.1:1/logplex-secret' }]],
  ])('may be %s: then the end of a lost command is unknown', async (_what, reply) => {
    world.platform.onLogSession = json(...reply);
    silent(0);
    expect(await world.run('x')).toMatchObject({ kind: 'unknown', gone: true });
    expect(world.log.warnings.join('\n')).toContain('The log of shop cannot be read');
  });

  it('is looked at again under the dyno’s own name, where the filter by type brought nothing', async () => {
    world.platform.onLog = (response, seen) => {
      const name = new URL(seen.path, 'http://x').searchParams.get('dyno') ?? '';
      response.writeHead(200).write('\n');
      if (name !== 'run')
        response.write(`${world.platform.history.filter((line) => line.includes(name)).join('\n')}\n`);
    };
    silent(8);
    expect(await world.run('x')).toEqual(byLog(8));
    expect(world.platform.logSessions.at(-1)).toEqual({
      dyno: world.platform.dyno.name,
      tail: true,
      lines: 1500,
    });
  });

  it('is opened again when its session ends', async () => {
    world.platform.keepsHistory = false;
    world.platform.onAttach = async (socket, dyno) => {
      dyno.logStart();
      socket.end(GREETING);
      world.platform.cutLogs();
      const sessions = world.platform.logSessions.length;
      // A new session has to be there before the line that matters is written.
      while (!world.platform.logSessions.slice(sessions).length || world.platform.followers === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      dyno.exit(0);
    };
    expect(await world.run('x')).toEqual(byLog(0));
  });

  it('is not believed where a process of the app speaks for the platform', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      world.platform.writeLog('app', dyno.name, 'Process exited with status 0');
      world.platform.writeLog('app', dyno.name, `x heroku[${dyno.name}]: Process exited with status 0`);
      socket.end(GREETING);
      dyno.vanish();
    };
    expect(await world.run('x')).toMatchObject({ kind: 'unknown' });
  });

  it('is not believed about other dynos, or about one of the same name long ago', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      world.platform.writeLog('heroku', `${dyno.name}1`, 'Process exited with status 0');
      world.platform.writeLog('heroku', 'run.7', 'Process exited with status 0');
      world.platform.writeLog(
        'heroku',
        dyno.name,
        'Process exited with status 0',
        new Date(Date.now() - 60_000),
      );
      socket.end(GREETING);
      dyno.vanish();
    };
    expect(await world.run('x')).toMatchObject({ kind: 'unknown' });
  });

  it('may hold anything else', async () => {
    world.platform.onAttach = (socket, dyno) => {
      dyno.logStart();
      dyno.log('Process exited with status none');
      dyno.log('Process exited');
      dyno.log(`Process exited with status 1${'0'.repeat(20_000)}`);
      world.platform.writeLog('heroku', 'router', 'at=info');
      socket.end(GREETING);
      dyno.exit(2);
    };
    expect(await world.run('x')).toEqual(byLog(2));
  });
});
