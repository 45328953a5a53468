import { UndoStack } from '../../../src/helper/deployment/undo-stack.ts';
import type { Log } from '../../../src/helper/ports/log.ts';

function recorder(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const push = (text: string): void => void lines.push(text);
  return {
    lines,
    log: { info: push, warn: push, output: push, addSecret: () => undefined, clean: (text) => text },
  };
}

test('unwinds in reverse order, and one failure does not stop the others', async () => {
  const { log, lines } = recorder();
  const done: string[] = [];
  const stack = new UndoStack();
  stack.push({ what: 'first', run: async () => (done.push('first'), 'undone') });
  stack.push({ what: 'second', run: () => Promise.reject(new Error('no way')) });
  stack.push({ what: 'third', run: async () => (done.push('third'), 'nothing-to-do') });
  const reports = await stack.unwind(log);
  expect(done).toEqual(['third', 'first']);
  expect(reports).toEqual([
    { what: 'third', outcome: 'nothing-to-do' },
    { what: 'second', outcome: 'failed', why: 'no way', error: new Error('no way') },
    { what: 'first', outcome: 'undone' },
  ]);
  expect(lines).toContain('That could not be undone: no way');
});

test('what was unwound or cleared is not undone again', async () => {
  const { log } = recorder();
  let runs = 0;
  const stack = new UndoStack();
  stack.push({ what: 'once', run: async () => ((runs += 1), 'undone') });
  await stack.unwind(log);
  await stack.unwind(log);
  stack.push({ what: 'cleared', run: async () => ((runs += 1), 'undone') });
  stack.clear();
  await stack.unwind(log);
  expect(runs).toBe(1);
});
