import type { Readable } from 'node:stream';

/** What was read of a stream's start: `bytes` is all of it, whether parsed or not. */
export interface StreamStart<T> {
  /** Undefined where the stream ended, or `limit` was reached, before `parse` was satisfied. */
  readonly value: T | undefined;
  readonly bytes: Buffer;
}

/**
 * Reads a stream until `parse` returns something, and leaves it paused right there. `parse` gets all the bytes
 * so far. Rejects when the stream breaks off, or has done so already.
 */
export function readStart<T>(
  stream: Readable,
  parse: (bytes: Buffer) => T | undefined,
  limit: number,
): Promise<StreamStart<T>> {
  return new Promise((resolve, reject) => {
    const broken = () => new Error('The stream broke off before its end.');
    // No event comes any more from a stream that broke off before anybody listened.
    if (brokeOff(stream)) return reject(broken());
    let bytes = Buffer.alloc(0);
    const settle = (act: () => void) => {
      stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      stream.pause();
      act();
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const value = parse(bytes);
      if (value !== undefined || bytes.length >= limit) settle(() => resolve({ value, bytes }));
    };
    const onEnd = () => settle(() => resolve({ value: undefined, bytes }));
    const onError = (error: Error) => settle(() => reject(error));
    const onClose = () => settle(() => reject(broken()));
    stream.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

/** Whether the stream was destroyed before its end was read. */
export function brokeOff(stream: Readable): boolean {
  return stream.destroyed && !stream.readableEnded;
}
