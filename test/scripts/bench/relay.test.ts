import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { connect } from 'node:net';
import { startRelay } from '../../../scripts/lib/bench/relay.ts';

let server: Server;
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => void socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

describe('a relay', () => {
  it('passes bytes on and back, and counts those that are sent', async () => {
    const relay = await startRelay(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const { port, protocol, hostname } = new URL(relay.url);
      expect([protocol, hostname]).toEqual(['https:', '127.0.0.1']);
      const client = connect(Number(port), hostname);
      let answer = '';
      client.setEncoding('utf8').on('data', (text: string) => (answer += text));
      client.end('twelve bytes');
      await once(client, 'close');
      expect(answer).toBe('twelve bytes');
      expect(relay.takeBytes()).toBe(12);
      expect(relay.takeBytes()).toBe(0);
    } finally {
      await relay.close();
    }
  });

  it('breaks off where the server does, and ends with connections open', async () => {
    const relay = await startRelay(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const { port, hostname } = new URL(relay.url);
    const client = connect(Number(port), hostname);
    client.write('hello');
    await once(client, 'data');
    const closed = once(client, 'close');
    await relay.close();
    await closed;
  });

  it('refuses nothing by itself: who cannot reach the server is told by a broken connection', async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const relay = await startRelay(`https://127.0.0.1:${port}`);
    try {
      const client = connect(Number(new URL(relay.url).port), '127.0.0.1');
      client.on('error', () => undefined);
      await once(client, 'close');
    } finally {
      await relay.close();
    }
  });
});
