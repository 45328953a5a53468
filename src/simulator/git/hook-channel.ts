import type { Duplex } from 'node:stream';
import { LineSplitter } from '../processes/line-splitter.ts';

export interface RefUpdate {
  readonly oldCommit: string;
  readonly newCommit: string;
  readonly ref: string;
}

export interface HookCall {
  readonly updates: readonly RefUpdate[];
  /** git's object folders at that moment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Shows a line to the pusher at once. */
  write(line: string): void;
}

export interface HookHandlers {
  /** True accepts the push. */
  preReceive(call: HookCall): Promise<boolean>;
  postReceive(call: HookCall): void;
}

/** No ref name or path of a local machine is longer. */
const LONGEST_MESSAGE = 64 * 1024;

/**
 * Talks with the hooks of one git-receive-pack, one after the other, over the descriptor they inherit. When
 * the signal fires, a push that waits for its verdict is refused at once; one that was accepted stays accepted.
 */
export function serveHooks(channel: Duplex, handlers: HookHandlers, signal: AbortSignal): void {
  let name = '';
  let updates: RefUpdate[] = [];
  let environment: Record<string, string> = {};
  let answered = true;
  const send = (line: string) => {
    if (channel.writable) channel.write(`${line}\n`);
  };
  const write = (text: string) => text.split('\n').forEach((line) => send(`>${line}`));
  const settle = (answer: 'accepted' | 'refused') => {
    if (!answered) send(answer);
    answered = true;
  };

  const judge = async (call: HookCall) => {
    try {
      settle((await handlers.preReceive(call)) ? 'accepted' : 'refused');
    } catch (error) {
      call.write(`!\tThe local Heroku failed to judge this push: ${(error as Error).message}`);
      settle('refused');
    }
  };
  const tell = (call: HookCall) => {
    try {
      handlers.postReceive(call);
    } catch (error) {
      call.write(`!\tThe local Heroku failed after the push: ${(error as Error).message}`);
    }
    settle('accepted');
  };
  const begin = () => {
    const call: HookCall = { updates, environment, write: (line) => (answered ? undefined : write(line)) };
    [updates, environment, answered] = [[], {}, false];
    if (name === 'post-receive') tell(call);
    else if (signal.aborted) settle('refused');
    else void judge(call);
  };

  const lines = new LineSplitter((line) => {
    const [, word, rest = ''] = /^(\S+) ?(.*)$/s.exec(line) ?? [];
    if (word === 'hook') name = rest;
    else if (word === 'env') addVariable(environment, rest);
    else if (word === 'ref') updates.push(parseUpdate(rest));
    else if (word === 'end') begin();
  }, LONGEST_MESSAGE);
  channel.on('data', (chunk: Buffer) => lines.push(chunk));
  // The hook or git is gone: its exit status says the rest.
  channel.on('error', () => channel.destroy());
  signal.addEventListener('abort', () => settle('refused'), { once: true });
}

function addVariable(environment: Record<string, string>, assignment: string): void {
  const equals = assignment.indexOf('=');
  const value = assignment.slice(equals + 1);
  if (value !== '') environment[assignment.slice(0, equals)] = value;
}

function parseUpdate(text: string): RefUpdate {
  const [oldCommit = '', newCommit = '', ...ref] = text.split(' ');
  return { oldCommit, newCommit, ref: ref.join(' ') };
}
