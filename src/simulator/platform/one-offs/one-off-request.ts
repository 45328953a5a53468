import { invalidParams } from '../errors.ts';
import { defaultSize } from '../formation.ts';
import { dynoSize } from '../sizes.ts';

/** A command to run once, in a dyno of its own. */
export interface OneOffRequest {
  /** For bash. Its first word may be a process type of the Procfile. */
  readonly command: string;
  /** Whether it waits for a client; otherwise its output goes to the app's log. */
  readonly attach?: boolean;
  /** Variables beside the config vars. */
  readonly env?: Readonly<Record<string, string>>;
  /** Name of a dyno size; Standard-1X if missing, whatever size the app's other dynos have. */
  readonly size?: string;
  /** What the dyno's name begins with; `run` if missing. */
  readonly type?: string;
  /** Seconds; a day if missing. */
  readonly timeToLive?: number;
}

/** A one-off dyno lives for a day at the most (Dev Center: one-off dynos; Platform API reference: dyno). */
const longestLife = 86_400;
const defaultType = 'run';

/** A request that has been found in order, with everything that was left out. */
export interface CheckedRequest {
  readonly command: string;
  readonly attach: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly size: string;
  readonly type: string;
  readonly timeToLive: number;
}

/** @throws PlatformError 422 that names the field at fault. */
export function checkOneOff(request: OneOffRequest): CheckedRequest {
  const { command, attach = false, env = {}, size, type = defaultType, timeToLive = longestLife } = request;
  if (command.trim() === '') throw invalidParams('command must not be empty.');
  if (command.includes('\0')) throw invalidParams('command must not hold a null character.');
  if (!/^[-\w]{1,128}$/.test(type)) throw invalidParams(`type ${type} is no name of a process type.`);
  if (!Number.isInteger(timeToLive) || timeToLive < 1 || timeToLive > longestLife) {
    throw invalidParams(`time_to_live must be a number of seconds from 1 to ${longestLife}.`);
  }
  for (const [name, value] of Object.entries(env)) {
    if (!/^\w+$/.test(name) || value.includes('\0')) throw invalidParams(`env must not hold ${name}.`);
  }
  return {
    command,
    attach,
    env,
    size: size === undefined ? defaultSize : dynoSize(size).name,
    type,
    timeToLive,
  };
}

/**
 * The command with its first word, where that names a process type, replaced by the type's command
 * (Dev Center: working with one-off dynos, execution syntax).
 */
export function expandCommand(command: string, processTypes: Readonly<Record<string, string>>): string {
  const [, space = '', word = '', rest = ''] = /^(\s*)(\S+)([^]*)$/.exec(command) ?? [];
  const expansion = Object.hasOwn(processTypes, word) ? processTypes[word] : undefined;
  return expansion === undefined ? command : `${space}${expansion}${rest}`;
}
