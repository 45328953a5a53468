/** One line of an app's log: `<time> <source>[<dyno>]: <text>` (Dev Center: Logging). */
export interface LogLine {
  /** Milliseconds since the epoch, by the platform's clock; NaN where it cannot be read. */
  readonly at: number;
  /** `heroku` for the platform's own lines, `app` for what processes print. */
  readonly source: string;
  readonly dyno: string;
  readonly text: string;
}

/** Undefined where a line is none of an app's log. */
export function parseLogLine(line: string): LogLine | undefined {
  const [, time, source, dyno, text] = /^(\S+) ([\w-]+)\[([^\]\s]+)\]: (.*)$/s.exec(line) ?? [];
  if (time === undefined || source === undefined || dyno === undefined || text === undefined)
    return undefined;
  return { at: Date.parse(time), source, dyno, text: text.trimEnd() };
}

/** The status in `Process exited with status 7`. Only the platform's own lines can say it. */
export function exitStatusIn(line: LogLine): number | undefined {
  if (line.source !== 'heroku') return undefined;
  const digits = /^Process exited with status (\d{1,3})$/.exec(line.text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether the line says that the dyno's command is started. A dyno that is up only may be awaiting its client. */
export function isStart(line: LogLine): boolean {
  return /^Starting process with command\b/.test(line.text);
}

/** Whether the line says that the dyno's processes are told to end: by its time to live, or by somebody. */
export function isStop(line: LogLine): boolean {
  return line.source === 'heroku' && /^Stopping all processes with SIG/.test(line.text);
}

/** The code in `Error R13 (Attach error) -> …` (Dev Center: Error Codes). */
export function errorCodeIn(line: LogLine): string | undefined {
  if (line.source !== 'heroku') return undefined;
  return /^Error ([RL]\d{1,3})\b/.exec(line.text)?.[1];
}
