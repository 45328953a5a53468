import { refuseFindings } from './checks/index.ts';
import type { OrbContext } from './context.ts';
import { commandLineReference } from './docs/command-line.ts';
import { orbReference } from './docs/orb.ts';
import { buildOrb } from './orb.ts';
import { payloadFile } from './commands/install.ts';
import { PACKED_FILE, UNPACKED_ROOT, pack, unpackedTree, type FileTree } from './tree/index.ts';

/** The directories in which every file is generated: what is there besides is out of date. */
export const GENERATED_DIRECTORIES = ['orb', 'docs/reference'] as const;

export interface GenerateInput {
  readonly context: OrbContext;
  /** The sources of the scripts by file name. */
  readonly scripts: FileTree;
  /** The licence texts of what is bundled into the helper. */
  readonly licences: string;
}

/**
 * Everything that `npm run generate` writes, by path from the project's root.
 *
 * @throws {OrbRefused} naming every element and parameter that breaks a rule.
 */
export function generateFiles(input: GenerateInput): FileTree {
  const orb = buildOrb(input.context);
  const scripts = new Map([
    ...input.scripts,
    ...input.context.payload.parts.map(
      (text, index) => [payloadFile(index).slice('scripts/'.length), text] as const,
    ),
  ]);
  const tree = unpackedTree(orb, scripts);
  const packed = pack(tree);
  refuseFindings({ orb, tree, packed, context: input.context });

  const files = new Map<string, string>();
  for (const [path, text] of tree) files.set(`${UNPACKED_ROOT}/${path}`, text);
  files.set(PACKED_FILE, packed);
  files.set('orb/LICENSES.txt', input.licences);
  files.set('docs/reference/orb.md', orbReference(orb));
  files.set('docs/reference/command-line.md', commandLineReference(input.context.definitions));
  return files;
}
