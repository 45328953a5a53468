import { checkAppName } from './rules.ts';

/** One line of `deployments`: what is deployed where. */
export interface DeploymentLine {
  /** Counted from 1, as an editor does. */
  readonly line: number;
  readonly kind: 'branch' | 'tag';
  /** As it was written, without `tag`. */
  readonly pattern: string;
  /** Of the whole name, where the pattern stands between slashes. */
  readonly regex?: RegExp;
  readonly app: string;
}

/** A line that was understood, or what is wrong with it. */
type Read = DeploymentLine | { readonly line: number; readonly wrong: string };

/** What git takes in no name of a branch or tag, and what speaks of a regular expression. */
const NO_NAME = /[\s~^:?*[\]\\|(){}$"'`]|\.\.|@\{|^[/.-]|\/\/|[/.]$|^refs\//;
const EXAMPLE = '`main: acme-shop-staging`, `/release-.*/: acme-shop-next` or `tag /v.*/: acme-shop`';

/** The lines of a text that {@link checkDeployments} accepts. */
export function deploymentLines(value: string): readonly DeploymentLine[] {
  return readLines(value).filter((one) => 'app' in one);
}

/** Says what is wrong with each line, all at once. */
export function checkDeployments(value: string): string | undefined {
  const lines = readLines(value);
  const wrong = lines.flatMap((one, index) => {
    if ('wrong' in one) return [one];
    const { line, kind, pattern } = one;
    const first = lines
      .slice(0, index)
      .find((other) => 'app' in other && other.kind === kind && other.pattern === pattern);
    return first === undefined
      ? []
      : [
          {
            line,
            wrong: `the ${kind} ${pattern} is on line ${first.line} already, and the first match wins`,
          },
        ];
  });
  if (lines.length === 0) return `lines are wanted, such as ${EXAMPLE}`;
  return wrong.length === 0 ? undefined : wrong.map((one) => `line ${one.line}: ${one.wrong}`).join(';\n  ');
}

function readLines(value: string): readonly Read[] {
  return value.split(/\r?\n/).flatMap((text, index) => {
    const line = index + 1;
    return text.trim() === '' ? [] : [readLine(text.trim(), line)];
  });
}

function readLine(text: string, line: number): Read {
  const wrong = (what: string): Read => ({ line, wrong: what });
  // Neither apps nor branches have colons, but expressions may.
  const colon = text.lastIndexOf(':');
  if (colon === -1 || /\/$/.test(text)) {
    return wrong(`${shown(text)} names no app: a pattern, a colon and an app are wanted, such as ${EXAMPLE}`);
  }
  const app = text.slice(colon + 1).trim();
  const [, tag, pattern = ''] = /^(tag\s+)?(.*)$/s.exec(text.slice(0, colon).trim()) ?? [];
  const kind = tag === undefined ? 'branch' : 'tag';
  const wrongApp = app === '' ? 'no app stands behind the colon' : checkAppName(app);
  if (wrongApp !== undefined) return wrong(app === '' ? wrongApp : `${shown(app)}: ${wrongApp}`);
  if (pattern === '') return wrong('no branch stands before the colon');
  const [, source] = /^\/(.+)\/$/s.exec(pattern) ?? [];
  if (source !== undefined) {
    try {
      // By itself first: whole in our own parentheses it may be another one.
      new RegExp(source, 'u');
      // Of the whole name, as CircleCI's own filters have it.
      return { line, kind, pattern, app, regex: new RegExp(`^(?:${source})$`, 'u') };
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/^.*: /s, '') : '';
      return wrong(`${shown(pattern)} is no regular expression: ${why}`);
    }
  }
  return NO_NAME.test(pattern)
    ? wrong(
        `${shown(pattern)} is no name of a ${kind}; a regular expression stands between slashes, such as \`/release-.*/\`, and each pattern on a line of its own`,
      )
    : { line, kind, pattern, app };
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
