/** The files of one app: all of a repository, or one folder of it. Paths are relative to that folder. */
export class AppFolder {
  readonly files: readonly string[];
  private readonly known: ReadonlySet<string>;
  private readonly texts = new Map<string, string>();

  /**
   * @param directory where the app lies, from the top of the repository; empty for the top itself.
   * @param all the repository's files, from its top.
   * @param readFile the text of one of them.
   */
  constructor(
    readonly directory: string,
    all: readonly string[],
    private readonly readFile: (path: string) => string,
  ) {
    const prefix = directory === '' ? '' : `${directory}/`;
    this.files = all.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    this.known = new Set(this.files);
  }

  has(path: string): boolean {
    return this.known.has(path);
  }

  /** Whether a file lies in that folder, at any depth. */
  hasFolder(path: string): boolean {
    return this.files.some((file) => file.startsWith(`${path}/`));
  }

  /** The text of a file; empty where there is none. */
  read(path: string): string {
    if (!this.has(path)) return '';
    const known = this.texts.get(path);
    if (known !== undefined) return known;
    const text = this.readFile(this.directory === '' ? path : `${this.directory}/${path}`);
    this.texts.set(path, text);
    return text;
  }

  /** The first of these files that is there. */
  firstOf(...paths: readonly string[]): string | undefined {
    return paths.find((path) => this.has(path));
  }
}
