import { listenForSignals } from '../../../src/helper/edge/signals.ts';
import { Failure } from '../../../src/helper/errors.ts';

test('an error that nobody waits for is told, and ends the run as a signal does', () => {
  const told: string[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const signals = listenForSignals(
    () => undefined,
    ({ what }) => void told.push(what),
  );
  try {
    const [caught, ...more] = process.listeners('uncaughtException');
    expect(more).toEqual([]);
    caught?.(new Error('a socket broke'), 'uncaughtException');
    expect(told).toEqual(['Something went wrong that nobody waited for: a socket broke']);
    expect(signals.signal.reason).toBeInstanceOf(Failure);
  } finally {
    signals.stop();
    expect(process.listeners('uncaughtException')).toEqual([]);
    for (const one of others) process.on('uncaughtException', one);
  }
});

test('whoever does not ask for such errors gets none: they end the process', () => {
  const before = process.listeners('uncaughtException').length;
  const signals = listenForSignals(() => undefined);
  expect(process.listeners('uncaughtException')).toHaveLength(before);
  signals.stop();
});
