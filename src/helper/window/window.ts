import type { Settings } from '../../parameters/index.ts';
import type { Ports } from '../deployment/ports.ts';
import type { JournalKeeper } from '../journal/keeper.ts';
import type { Budget } from '../time/budget.ts';
import type { WindowGuard } from './guard.ts';

/** What the parts of a window share. */
export interface Window {
  readonly ports: Ports;
  readonly settings: Pick<
    Settings<'deploy'>,
    'app-name' | 'scale-timeout' | 'boot-timeout' | 'running-one-offs'
  >;
  readonly budget: Budget;
  readonly journal: JournalKeeper;
  /** Milliseconds since the epoch; absent as `guard` is. */
  readonly openedAt?: number;
  /** Absent where another process has opened the window. */
  readonly guard?: WindowGuard;
}
