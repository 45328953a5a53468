import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const SIGNALS = join(__dirname, '..', '..', '..', 'src', 'helper', 'edge', 'signals.ts');

describe('the signal of a run', () => {
  // Where Jest runs a test, warnings are told to nobody.
  it('may be listened to by as many requests as go out at once, without a warning of a leak', () => {
    const listening = `
      const { signal, stop } = require(${JSON.stringify(SIGNALS)}).listenForSignals(() => undefined);
      for (let each = 0; each < 50; each += 1) signal.addEventListener('abort', () => undefined);
      stop();`;
    const { status, stderr } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '--eval', listening], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
