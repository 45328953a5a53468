import { StringDecoder } from 'node:string_decoder';

/** What git's porcelain output says about the pushed branch. */
export interface RefStatus {
  /** ` ` moved forward, `+` forced, `*` created, `=` up to date, `!` rejected. */
  readonly flag: string;
  /** Such as `[rejected] (stale info)`. */
  readonly summary: string;
}

const LINES_KEPT = 100;
/** A server that never ends its line must not fill the memory. */
const LONGEST_LINE = 64 * 1024;
/** git prints one of these when it makes the pack; nothing but the question for branches was sent before. */
const PACK_BEGUN = /^(?:Enumerating objects|Counting objects|Writing objects|Total \d+ \(delta)/;
const PROGRESS =
  /^(?:Enumerating|Counting|Compressing|Writing) objects: |^Delta compression using |^Total \d+ \(/;

/** Reads what one `git push --porcelain --progress` writes, as it comes. */
export class PushOutput {
  /** Lines of the server, the last ones, without the prefix and the blanks that git adds. */
  readonly remoteLines: string[] = [];
  /** Lines of git itself, without progress. */
  readonly ownLines: string[] = [];
  releasedVersion: number | undefined;
  packBegun = false;
  status: RefStatus | undefined;

  private readonly stderrLines = new LineSplitter((line) => this.onStderrLine(line));
  private readonly stdoutLines = new LineSplitter((line) => this.onStdoutLine(line));

  constructor(
    private readonly branch: string,
    private readonly onRemoteLine: (line: string) => void,
  ) {}

  stdout(chunk: Buffer): void {
    this.stdoutLines.add(chunk);
  }

  stderr(chunk: Buffer): void {
    this.stderrLines.add(chunk);
  }

  /** Takes what came after the last line end. */
  end(): void {
    this.stdoutLines.end();
    this.stderrLines.end();
  }

  private onStdoutLine(line: string): void {
    const [, flag, to, summary] = /^([ +\-*=!])\t[^\t]*:([^\t:]+)\t(.*)$/.exec(line) ?? [];
    if (flag === undefined || to !== `refs/heads/${this.branch}`) return;
    this.status = { flag, summary: summary ?? '' };
  }

  private onStderrLine(line: string): void {
    const remote = /^remote:(?: (.*))?$/.exec(line);
    if (remote === null) {
      if (PACK_BEGUN.test(line)) this.packBegun = true;
      if (line.trim() !== '' && !PROGRESS.test(line)) keep(this.ownLines, line.trimEnd());
      return;
    }
    const text = (remote[1] ?? '').trimEnd();
    const version = /^\s*Released v(\d+)/.exec(text)?.[1];
    if (version !== undefined) this.releasedVersion = Number(version);
    keep(this.remoteLines, text);
    this.onRemoteLine(text);
  }
}

function keep(lines: string[], line: string): void {
  lines.push(line);
  if (lines.length > LINES_KEPT) lines.shift();
}

/**
 * Splits a stream into lines, wherever its chunks are cut. Of a line that was written over with carriage
 * returns, as progress is, only the last state is told.
 */
class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private overwritten = '';

  constructor(private readonly onLine: (line: string) => void) {}

  add(chunk: Buffer): void {
    this.take(this.decoder.write(chunk));
  }

  end(): void {
    this.take(this.decoder.end());
    const line = this.rest === '' ? this.overwritten : this.rest;
    if (line !== '') this.onLine(line);
    this.rest = '';
  }

  private take(text: string): void {
    const pieces = (this.rest + text).split(/(?<=[\r\n])/);
    this.rest = /[\r\n]$/.test(pieces.at(-1) ?? '') ? '' : (pieces.pop() ?? '');
    if (this.rest.length > LONGEST_LINE) {
      pieces.push(`${this.rest}\n`);
      this.rest = '';
    }
    for (const piece of pieces) {
      const line = piece.slice(0, -1);
      if (piece.endsWith('\r')) {
        this.overwritten = line;
      } else {
        // A line end right after a carriage return ends the line that the return would have begun anew.
        this.onLine(line === '' ? this.overwritten : line);
        this.overwritten = '';
      }
    }
  }
}
