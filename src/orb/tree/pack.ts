import { SECTIONS } from '../sdk/index.ts';
import { escapeTemplates } from '../sdk/index.ts';
import type { FileTree } from './unpacked.ts';
import { HEADER, fromYaml, toYaml } from './yaml.ts';

/** What the CircleCI CLI takes for an include; the closing parenthesis may be missing there. */
const INCLUDE = /<<\s*include\(([-\w/.]+)\)?\s*>>/;

/** The order of the packed orb's keys; the CLI sorts them, which puts `version` last. */
const ROOT_KEYS = ['version', 'description', 'display', 'orbs', ...SECTIONS];

/** A tree that cannot be packed, with the file at fault. */
export class PackError extends Error {
  constructor(file: string, message: string) {
    super(`${file}: ${message}`);
    this.name = 'PackError';
  }
}

/**
 * Packs an unpacked orb as `circleci orb pack` does, the oldest CLI that pinned images still ship
 * included: an include must be the whole of a value, and the text that it brings has every `<<` escaped.
 *
 * @returns the packed orb as YAML. The same tree gives the same text.
 * @throws {PackError} for an include that is part of a longer text or names no file, a name that occurs
 *   twice, and YAML that cannot be read.
 */
export function pack(tree: FileTree): string {
  const orb: Record<string, unknown> = {};
  const files = [...tree.keys()].filter(isYaml).sort();
  for (const file of files) {
    const parts = file.split('/');
    const name = (parts.pop() ?? '').replace(/\.ya?ml$/, '');
    const section = parts[0];
    const content = read(tree, file);
    if (section === undefined) {
      merge(orb, content, file);
      continue;
    }
    const target = (orb[section] ??= {}) as Record<string, unknown>;
    const filled = section === 'examples' ? content : fill(content, tree, file);
    if (name.startsWith('@')) merge(target, filled, file);
    else merge(target, { [name]: filled }, file);
  }
  const keys = [...ROOT_KEYS, ...Object.keys(orb).filter((key) => !ROOT_KEYS.includes(key))];
  return HEADER + toYaml(Object.fromEntries(keys.filter((key) => key in orb).map((key) => [key, orb[key]])));
}

function isYaml(file: string): boolean {
  return /\.ya?ml$/.test(file) && !file.split('/').some((part) => part.startsWith('.'));
}

function read(tree: FileTree, file: string): unknown {
  try {
    return fromYaml(tree.get(file) ?? '');
  } catch (error) {
    throw new PackError(file, `is not readable YAML: ${(error as Error).message}`);
  }
}

function merge(target: Record<string, unknown>, content: unknown, file: string): void {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new PackError(file, 'is not a map of names');
  }
  for (const [key, value] of Object.entries(content)) {
    if (Object.hasOwn(target, key)) throw new PackError(file, `${JSON.stringify(key)} occurs twice`);
    target[key] = value;
  }
}

function fill(value: unknown, tree: FileTree, file: string): unknown {
  if (typeof value === 'string') return fillText(value, tree, file);
  if (Array.isArray(value)) return value.map((item) => fill(item, tree, file));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, tree, file)]));
}

function fillText(text: string, tree: FileTree, file: string): string {
  const found = INCLUDE.exec(text);
  if (found === null) return text;
  if (found[0] !== text) {
    throw new PackError(file, `an include must be the whole of a value, and this one is not: ${text}`);
  }
  const path = found[1] ?? '';
  const content = tree.get(path);
  if (content === undefined) throw new PackError(file, `includes ${path}, which does not exist`);
  return escapeTemplates(content);
}
