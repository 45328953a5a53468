import { StringDecoder } from 'node:string_decoder';

/** Logplex cuts log lines longer than this (Dev Center: Logging, "log lines ... are split"). */
export const LONGEST_LINE = 10_000;

/**
 * Turns chunks of bytes into lines. Lines end with LF or CRLF; a line or a UTF-8 character may be spread over
 * any number of chunks; a line that grows beyond `longest` characters is handed on in pieces.
 */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(
    private readonly onLine: (line: string) => void,
    private readonly longest = LONGEST_LINE,
  ) {}

  push(chunk: Buffer): void {
    this.take(this.decoder.write(chunk));
  }

  /** Hands on what came after the last line end. */
  end(): void {
    this.take(this.decoder.end());
    if (this.rest !== '') this.emit(this.rest);
    this.rest = '';
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.emit(line.endsWith('\r') ? line.slice(0, -1) : line);
    while (this.rest.length > this.longest) {
      this.onLine(this.rest.slice(0, this.longest));
      this.rest = this.rest.slice(this.longest);
    }
  }

  private emit(line: string): void {
    let remaining = line;
    while (remaining.length > this.longest) {
      this.onLine(remaining.slice(0, this.longest));
      remaining = remaining.slice(this.longest);
    }
    this.onLine(remaining);
  }
}
