import type { Readable, Writable } from 'node:stream';
import { InitStopped } from './refusal.ts';

/** Asks a person. Each answer is one that its check accepts. */
export interface Asker {
  /** @throws InitStopped when the person ends it instead. */
  text(message: string, initial: string, check: (value: string) => string | undefined): Promise<string>;
  choose(message: string, options: readonly string[]): Promise<string>;
  confirm(message: string): Promise<boolean>;
}

/** Where a person sits. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
  readonly signal: AbortSignal;
}

/** An asker at a terminal. Its library is loaded with the first question. */
export function askAt(terminal: Terminal): Asker {
  // The package is an ES module, which CommonJS can only import like this.
  const load = () => import('@clack/prompts');
  const stopped = <T extends string | boolean>(value: T | symbol): T => {
    if (typeof value === 'symbol') throw new InitStopped('Stopped.');
    return value;
  };
  return {
    async text(message, initial, check) {
      const { text } = await load();
      const validate = (value = ''): string | undefined => check(value.trim());
      return stopped<string>(await text({ ...terminal, message, initialValue: initial, validate })).trim();
    },
    async choose(message, options) {
      const { select } = await load();
      return stopped<string>(
        await select({
          ...terminal,
          message,
          options: options.map((value) => ({ value, label: value || './' })),
        }),
      );
    },
    async confirm(message) {
      const { confirm } = await load();
      return stopped<boolean>(await confirm({ ...terminal, message }));
    },
  };
}
