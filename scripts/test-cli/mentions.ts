import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A command of the official CLI, such as ``heroku ps:scale web=1 -a shop``, that docs or code tell somebody to run. */
export interface Mention {
  /** File and line. */
  readonly where: string;
  readonly command: string;
  /** As they are written, such as `-a` and `--at`. */
  readonly flags: readonly string[];
}

/** What `oclif.manifest.json` of the installed CLI says of its commands. */
export interface Manifest {
  readonly commands: Readonly<Record<string, ManifestCommand>>;
}

interface ManifestCommand {
  readonly aliases: readonly string[];
  readonly hiddenAliases: readonly string[];
  readonly flags: Readonly<Record<string, ManifestFlag>>;
}

interface ManifestFlag {
  readonly char?: string;
  readonly aliases?: readonly string[];
  readonly charAliases?: readonly string[];
}

/** Of a life before this CLI, quoted from what people have: `pgbackups:capture` is said to be replaced there. */
const HISTORIC = ['pgbackups:capture'];

/** Where a command line ends: with its quotes, its sentence, or what is not the CLI's own any more (`--`). */
const END = /[`'"“”();,]|\. |\.$| -- |: |\\n|$/;

/** All mentions in README, docs and sources; what the local Heroku says in the CLI's stead is none. */
export function findMentions(root: string): Mention[] {
  const files = ['README.md', ...filesOf(root, 'docs', '.md'), ...filesOf(root, 'src', '.ts')];
  return files
    .filter((file) => !file.startsWith('src/simulator/'))
    .flatMap((file) => mentionsIn(readFileSync(join(root, file), 'utf8'), file));
}

/** Those of a text. */
export function mentionsIn(text: string, file: string): Mention[] {
  return text.split('\n').flatMap((line, index) => {
    const plain = withoutInterpolations(line).replaceAll('\\`', '`');
    // In code, quotes, or where it names a topic: prose says Heroku.
    const found = plain.matchAll(/(?<=^|[`'"“(>|$ ] ?)heroku ([a-z][a-z0-9-]*(?::[a-z0-9-]+)*)(?=$|[^\w-])/g);
    return [...found]
      .filter(({ index: at }) => !/(push|remote|pull|fetch|app:|name:) $/.test(plain.slice(0, at)))
      .map((match) => {
        const rest = plain.slice(match.index + match[0].length);
        const own = rest.slice(0, rest.search(END));
        return {
          where: `${file}:${index + 1}`,
          command: match[1] ?? '',
          flags: [...own.matchAll(/(?<= )--?[a-z][\w-]*/g)].map(([flag]) => flag),
        };
      });
  });
}

/** What of the mentions this CLI does not know, one line for each. */
export function unknownMentions(mentions: readonly Mention[], { commands }: Manifest): string[] {
  const known = new Map<string, ManifestCommand>();
  for (const [id, command] of Object.entries(commands)) {
    for (const name of [id, ...command.aliases, ...command.hiddenAliases]) known.set(name, command);
  }
  return mentions.flatMap(({ where, command, flags }) => {
    if (HISTORIC.includes(command)) return [];
    const found = known.get(command);
    if (found === undefined) return [`${where}: heroku ${command} is no command`];
    const names = flagsOf(found);
    return flags
      .filter((flag) => !names.has(flag))
      .map((flag) => `${where}: heroku ${command} has no flag ${flag}`);
  });
}

function flagsOf({ flags }: ManifestCommand): Set<string> {
  return new Set(
    Object.entries(flags).flatMap(([name, { char, aliases = [], charAliases = [] }]) => [
      ...[name, ...aliases].map((each) => `--${each}`),
      ...[char, ...charAliases].map((each) => `-${each}`),
    ]),
  );
}

function filesOf(root: string, folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** With `X` in the place of `${…}`. */
function withoutInterpolations(line: string): string {
  let [plain, depth] = ['', 0];
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] ?? '';
    if (depth === 0 && char === '$' && line[at + 1] === '{') {
      plain += 'X';
      depth = 1;
      at += 1;
    } else if (depth === 0) plain += char;
    else if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
  }
  return plain;
}
