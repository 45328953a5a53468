import { createLiveLine } from '../../../src/helper/output/live-line.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const ERASE = '\r\x1b[K';

function shown(width = 80) {
  let written = '';
  const phases = { current: 'migrate' as string | undefined, elapsedMs: 0 };
  const live = createLiveLine(
    (text) => (written += text),
    () => width,
  );
  const take = (): string => {
    const text = written;
    written = '';
    return text;
  };
  return { live, phases, take };
}

test('tells the phase and its time, and is drawn anew only where that changes', () => {
  const { live, phases, take } = shown();
  live.follow(phases);
  expect(take()).toBe('');
  jest.advanceTimersByTime(250);
  expect(take()).toBe(`${ERASE}> migrate 0:00`);
  jest.advanceTimersByTime(2_000);
  expect(take()).toBe('');
  phases.elapsedMs = 65_400;
  jest.advanceTimersByTime(250);
  expect(take()).toBe(`${ERASE}> migrate 1:05`);
});

test('makes room for what is written, and comes back', () => {
  const { live, phases, take } = shown();
  live.follow(phases);
  jest.advanceTimersByTime(250);
  take();
  live.hide();
  live.hide();
  expect(take()).toBe(ERASE);
  jest.advanceTimersByTime(250);
  expect(take()).toBe(`${ERASE}> migrate 0:00`);
});

test('leaves nothing behind', () => {
  const { live, phases, take } = shown();
  live.follow(phases);
  jest.advanceTimersByTime(250);
  take();
  live.stop();
  expect(take()).toBe(ERASE);
  jest.advanceTimersByTime(10_000);
  expect(take()).toBe('');
});

test('shows nothing while there is no phase, and never more than a line', () => {
  const { live, phases, take } = shown(10);
  phases.current = undefined;
  live.follow(phases);
  jest.advanceTimersByTime(1_000);
  expect(take()).toBe('');
  phases.current = 'close window';
  jest.advanceTimersByTime(250);
  expect(take()).toBe(`${ERASE}> close w`);
});
