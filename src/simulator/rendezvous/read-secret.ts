import type { Duplex } from 'node:stream';

const lineFeed = 0x0a;
const longest = 4096;

/**
 * Reads the first line of a connection, the secret, without its query and its line end (CR LF, or LF alone). What
 * follows it stays in the stream, which is paused then. Undefined where no such line comes.
 */
export function readSecret(socket: Duplex): Promise<string | undefined> {
  return new Promise((resolve) => {
    let head = Buffer.alloc(0);
    const finish = (secret: string | undefined) => {
      socket.off('data', onData).off('close', onClose).pause();
      resolve(secret);
    };
    const onClose = () => finish(undefined);
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf(lineFeed);
      if (end < 0) {
        if (head.length > longest) finish(undefined);
        return;
      }
      const [secret] = head.subarray(0, end).toString('latin1').replace(/\r$/, '').split('?', 1);
      finish(secret);
      if (end + 1 < head.length) socket.unshift(head.subarray(end + 1));
    };
    socket.on('data', onData).on('close', onClose);
  });
}
