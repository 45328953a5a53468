import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar } from 'yaml';
import type { Alias, Document, Node, ScalarTag, YAMLMap, YAMLSeq } from 'yaml';
import { ConfigError } from '../errors.ts';
import { recordOrigin } from './places.ts';
import type { Place } from './places.ts';

/**
 * CircleCI's compiler reads YAML 1.1 (SnakeYAML): `yes`, `no`, `on`, `off` are booleans in lower case, upper case and
 * capitalised; `y` and `n` are not. Source: circleci-cli, `internal/pack/pack.go`.
 */
const yaml11Boolean: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  identify: (value) => typeof value === 'boolean',
  resolve: (text) => /^(?:yes|true|on)$/i.test(text),
};

class Reader {
  private readonly values = new Map<Node, unknown>();
  private readonly open = new Set<Node>();

  constructor(
    private readonly document: Document,
    private readonly file: string,
    private readonly lines: LineCounter,
  ) {}

  read(node: unknown): unknown {
    if (isScalar(node)) {
      return node.value;
    }
    if (isAlias(node)) {
      return this.read(this.target(node));
    }
    if (!isMap(node) && !isSeq(node)) {
      return null;
    }
    if (this.open.has(node)) {
      throw this.error('This anchor contains itself.', node);
    }
    if (!this.values.has(node)) {
      this.open.add(node);
      this.values.set(node, isMap(node) ? this.map(node) : this.list(node));
      this.open.delete(node);
    }
    return this.values.get(node);
  }

  error(reason: string, node: unknown): ConfigError {
    return new ConfigError({ reason, place: this.place(node) });
  }

  private target(alias: Alias): Node {
    const node = alias.resolve(this.document);
    if (node === undefined) {
      throw this.error(`There is no anchor '&${alias.source}' before this alias.`, alias);
    }
    return node;
  }

  private map(node: YAMLMap): Record<string, unknown> {
    const own: Record<string, unknown> = {};
    const merged: Record<string, unknown> = {};
    const places = new Map<string | number, Place>();
    for (const pair of node.items) {
      if (isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === Scalar.PLAIN) {
        this.merge(pair.value, merged);
        continue;
      }
      const key = this.key(pair.key);
      define(own, key, this.read(pair.value));
      places.set(key, this.place(pair.key));
    }
    // An own key wins over a merged one, wherever the merge key stands.
    const result: Record<string, unknown> = {};
    for (const [key, value] of Object.entries({ ...merged, ...own })) {
      define(result, key, value);
    }
    recordOrigin(result, this.place(node), places);
    return result;
  }

  private merge(value: unknown, into: Record<string, unknown>): void {
    const node = isAlias(value) ? this.target(value) : value;
    if (isSeq(node)) {
      // Of several merged maps the earlier one wins, so the later ones are written first.
      for (const item of [...node.items].reverse()) {
        this.merge(item, into);
      }
      return;
    }
    if (!isMap(node)) {
      throw this.error("A merge key '<<' takes a map or a list of maps.", value);
    }
    for (const [key, item] of Object.entries(this.read(node) as Record<string, unknown>)) {
      define(into, key, item);
    }
  }

  private list(node: YAMLSeq): unknown[] {
    const places = new Map<string | number, Place>();
    const result = node.items.map((item, index) => {
      places.set(index, this.place(item));
      return this.read(item);
    });
    recordOrigin(result, this.place(node), places);
    return result;
  }

  private key(node: unknown): string {
    const target = isAlias(node) ? this.target(node) : node;
    if (isScalar(target)) {
      // `source` keeps the spelling of a key such as `1.10` or `on`, which the typed value loses.
      return typeof target.value === 'string' ? target.value : (target.source ?? String(target.value));
    }
    throw this.error('A key must be a word, not a map or a list.', node);
  }

  private place(node: unknown): Place {
    const offset = (node as Node | null)?.range?.[0] ?? 0;
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** Assigns without triggering the `__proto__` setter: keys come from a file. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

/**
 * Reads a configuration or orb as plain data and remembers where each part stands (see `placeOf`). Anchors, aliases and
 * merge keys are resolved; two equal keys in one map, two documents in one file and self-containing anchors are errors.
 * @throws ConfigError with the place of the fault.
 */
export function readDocument(text: string, file: string): unknown {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.2',
    lineCounter: lines,
    keepSourceTokens: false,
    customTags: (tags) => [
      yaml11Boolean,
      ...tags.filter((tag) => typeof tag === 'string' || tag.tag !== yaml11Boolean.tag),
    ],
  });
  const [document, second] = 'empty' in documents ? [] : documents;
  if (document === undefined) {
    throw new ConfigError({ reason: 'The file is empty.', place: { file, line: 1, column: 1 } });
  }
  const reader = new Reader(document, file, lines);
  const fault = document.errors[0];
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new ConfigError({
      reason: `The YAML cannot be read: ${fault.message.split('\n')[0] ?? fault.code}`,
      place: { file, line, column: col },
    });
  }
  if (second !== undefined) {
    throw reader.error('A configuration is one YAML document; a second one starts here.', second.contents);
  }
  return reader.read(document.contents);
}
