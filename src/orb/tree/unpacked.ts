import { SECTIONS, type OrbDocument } from '../sdk/index.ts';
import { HEADER, toYaml } from './yaml.ts';

/** Files by their path relative to some root, with `/` on every system. */
export type FileTree = ReadonlyMap<string, string>;

/**
 * The orb as `circleci orb pack` takes it: `@orb.yml`, one file for each element, and the scripts they
 * include.
 *
 * @param scripts the text of each script by its file name.
 */
export function unpackedTree(orb: OrbDocument, scripts: FileTree): FileTree {
  const files = new Map<string, string>();
  const { version, description, display } = orb;
  files.set('@orb.yml', HEADER + toYaml({ version, description, display }));
  for (const section of SECTIONS) {
    for (const [name, body] of Object.entries(orb[section])) {
      files.set(`${section}/${name}.yml`, HEADER + toYaml(body));
    }
  }
  for (const [name, text] of scripts) files.set(`scripts/${name}`, text);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where both forms of the orb lie in the project. */
export const UNPACKED_ROOT = 'orb/src';
export const PACKED_FILE = 'orb/orb.yml';
