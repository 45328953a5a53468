import { randomBytes } from 'node:crypto';

const WORD = 'heroku-cd-exit';

/**
 * How a command tells its exit status over a stream that carries nothing but its output: by a line of its
 * own at the end, with a number that nobody can know before this run. The command that prints the line
 * holds its parts only, so nothing that shows the command (a trace, a list of processes) shows the line.
 *
 * A command that means to can put the line together, for it runs beside the shell that will print it. So the
 * line is believed only once the dyno has ended, and not against the platform's own log.
 */
export class ExitMarker {
  /** 128 random bits in hex; they tell this run's dyno from any other, too. */
  readonly nonce = randomBytes(16).toString('hex');
  readonly #text = `${WORD}-${this.nonce}`;
  readonly #line = new RegExp(`^${this.#text} (\\d{1,3})$`);

  /**
   * The command, followed by what prints the line and then exits with the command's own status: the
   * platform logs the shell's, and where the connection is lost that is all there is to go by.
   *
   * The first word stays first and bare, because Heroku expands it where it names a process type. The line
   * is printed whatever the command has set (`-e`, `-x`) and whether or not anybody listens any more.
   */
  wrap(command: string): string {
    const own = command.trim().replace(/(?<!\\);$/, '');
    // A heredoc and a comment end with their line.
    const separator = own.includes('\n') ? '\n' : ' ; ';
    const tell = `printf '\\n%s-%s %s\\n' ${WORD} ${this.nonce} "$heroku_cd_status"`;
    const guarded = `{ heroku_cd_status=$? ; set +ex ; trap '' HUP PIPE ; ${tell} ; } 2>/dev/null`;
    return `${own}${separator}${guarded} ; exit "$heroku_cd_status"`;
  }

  /** Whether the line may be among these. */
  isIn(lines: string): boolean {
    return lines.includes(this.#text);
  }

  /** The exit status that a line of output tells, where it is the marker. */
  statusIn(line: string): number | undefined {
    const digits = this.#line.exec(line)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }

  /** Whether an unfinished line is what came of the marker before the stream broke off. */
  isPartOf(line: string): boolean {
    return line !== '' && (this.#text.startsWith(line) || line.startsWith(this.#text));
  }
}
