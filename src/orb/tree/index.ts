/** The orb as files: written apart, as people and the CLI take it, and packed into one. */
export { PackError, pack } from './pack.ts';
export { readTree } from './read.ts';
export { PACKED_FILE, UNPACKED_ROOT, unpackedTree, type FileTree } from './unpacked.ts';
export { HEADER, fromYaml, toYaml } from './yaml.ts';
