import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';

/** The first of the ports that accepts a connection, connected; undefined where all refuse. */
export async function connectToAny(ports: readonly number[]): Promise<Socket | undefined> {
  for (const port of ports) {
    const socket = await connectTo(port);
    if (socket !== undefined) return socket;
  }
  return undefined;
}

function connectTo(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const onError = () => resolve(undefined);
    socket.once('error', onError);
    socket.once('connect', () => {
      socket.off('error', onError);
      resolve(socket);
    });
  });
}

/** Sends one request over a connection that is open already. */
export class SingleConnection extends Agent {
  constructor(private readonly socket: Socket) {
    super({ keepAlive: false });
  }

  override createConnection(): Socket {
    return this.socket;
  }
}
