/** One line of an app's log, as Logplex has it: who wrote it, and for which dyno or process. */
export interface LogLine {
  readonly at: Date;
  /** `app`: written by a dyno's process; `heroku`: written about it by the platform. */
  readonly source: 'app' | 'heroku';
  readonly dyno: string;
  readonly text: string;
}

/** Logplex keeps the last 1500 lines (Dev Center: logging). */
const historyLength = 1500;

/** An app's log: the newest lines, and whoever follows it. */
export class AppLog {
  readonly #lines: LogLine[] = [];
  readonly #followers = new Set<(line: LogLine) => void>();

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  append(source: LogLine['source'], dyno: string, text: string): void {
    const line: LogLine = { at: new Date(), source, dyno, text };
    this.#lines.push(line);
    if (this.#lines.length > historyLength) this.#lines.shift();
    for (const follower of [...this.#followers]) follower(line);
  }

  /** Calls `follower` with each new line; returns what ends that. */
  follow(follower: (line: LogLine) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

/** A line as Logplex prints it: `2026-01-01T12:00:00.000000+00:00 app[web.1]: text`. */
export function formatLogLine(line: LogLine): string {
  const time = line.at.toISOString().replace('Z', '000+00:00');
  return `${time} ${line.source}[${line.dyno}]: ${line.text}`;
}
