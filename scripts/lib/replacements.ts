import type { Plugin } from 'esbuild';

/** A module that the bundle gets instead of an installed one. */
interface Replacement {
  /** How importers name the module that is replaced. */
  readonly module: RegExp;
  readonly contents: string;
}

/**
 * Modules that can never run in a job, or must not. Each has a stand-in that keeps what its importers call
 * while they are loaded.
 */
const REPLACEMENTS: readonly Replacement[] = [
  {
    // fetch-blob's web streams for Node.js before 18: a third of the bundle, and to ask whether Node.js has any
    // loads its own.
    module: /^\.\/streams\.cjs$/,
    contents: 'module.exports = {};',
  },
  {
    // node-fetch's parser of multipart answers; Heroku sends none, and nothing here calls formData().
    module: /^\.\/utils\/multipart-parser\.js$/,
    contents: `export function toFormData() { throw new Error('Multipart answers are not supported.'); }`,
  },
  {
    // simple-git tells it the environment of every git process, the credentials included. What is not
    // there cannot print them, whatever DEBUG says.
    module: /^debug$/,
    contents: `
      function logger(namespace) {
        function log() {}
        log.namespace = namespace;
        log.enabled = false;
        log.extend = function (more) { return logger(namespace + ':' + more); };
        return log;
      }
      logger.formatters = {};
      module.exports = logger;`,
  },
];

const NAMESPACE = 'replaced';

/** Puts the stand-ins in. */
export const replaceModules: Plugin = {
  name: 'replace-modules',
  setup(build) {
    for (const [index, { module, contents }] of REPLACEMENTS.entries()) {
      const namespace = `${NAMESPACE}-${index}`;
      build.onResolve({ filter: module }, ({ path }) => ({ path, namespace }));
      build.onLoad({ filter: /.*/, namespace }, () => ({ contents }));
    }
  },
};
