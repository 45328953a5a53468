/** A line of a block for a shell. */
export interface Line {
  /** As it is written, without a comment behind it. */
  readonly text: string;
  readonly words: readonly string[];
  /** What a comment such as `# exit 3` says; else 0. */
  readonly exitCode: number;
}

/** The lines of a block for a shell; one that ends with a backslash goes on in the next. */
export function linesOf(text: string): readonly Line[] {
  return text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, command = line, comment = ''] = /^(.*?)\s+# (.*)$/.exec(line) ?? [];
      const [, status = '0'] = /\bexit (\d+)/.exec(comment) ?? [];
      return { text: command, words: wordsOf(command), exitCode: Number(status) };
    });
}

/** The words of a simple command, quotes taken off. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
}
