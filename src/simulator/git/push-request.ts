import { readPackets } from './pkt-line.ts';

/** What a pusher asks for at the start of its git-receive-pack request, before the pack. */
export interface PushRequest {
  /** Full names of the refs it wants to move. */
  readonly refs: readonly string[];
  /** The pusher's own clone is shallow: it says so with a `shallow <oid>` line for each boundary. */
  readonly shallow: boolean;
  readonly capabilities: readonly string[];
}

/** More than the commands of any push that is worth looking at here; git itself judges a longer one. */
export const LONGEST_PUSH_REQUEST = 4 * 1024 * 1024;

const COMMAND = /^[0-9a-f]{40,64} [0-9a-f]{40,64} ([^\0\n]+)(?:\0(.*))?/s;

/** Undefined where the commands are not complete yet. Malformed ones are an empty request: git refuses them. */
export function parsePushRequest(bytes: Buffer): PushRequest | undefined {
  let lines: readonly string[] | undefined;
  try {
    lines = readPackets(bytes)?.packets.map((each) => each.toString('utf8'));
  } catch {
    // git-receive-pack gets the same bytes and answers for them.
    return { refs: [], shallow: false, capabilities: [] };
  }
  if (lines === undefined) return undefined;
  const commands = lines.map((line) => COMMAND.exec(line)).filter((match) => match !== null);
  return {
    refs: commands.map((match) => match[1] ?? ''),
    shallow: lines.some((line) => line.startsWith('shallow ')),
    capabilities: (commands[0]?.[2] ?? '').trim().split(' '),
  };
}
