import { basename } from 'node:path';
import { transform, type OutputFile } from 'esbuild';

/** Modules of Node.js's own that take milliseconds to load, and that many runs do not come to use. */
const LARGE = 'child_process crypto fs/promises https stream/promises timers/promises tls vm zlib'.split(' ');

/**
 * Compiles a part when it is asked for first. Node.js reads every word of a file that it runs, and a text in
 * quotes faster than anything else: so a part that a run has no need of costs it next to nothing. A large module of
 * Node.js's own is loaded when something in it is asked for first. An import of esbuild's looks at the prototype
 * of what it is given, so that is the same.
 */
const LOADER = `
var lazy = function (name) {
  var stand = new Proxy({}, {
    get: function (_, key) { return key === '__esModule' || key === 'then' ? undefined : require(name)[key]; },
    getPrototypeOf: function () { return stand; },
  });
  return { exports: stand };
};
var load = function (name) {
  var known = loaded[name];
  if (known) return known.exports;
  if (large.indexOf(name) >= 0) return (loaded[name] = lazy(name)).exports;
  if (typeof parts[name] !== 'string') return require(name);
  var module = (loaded[name] = { exports: {} });
  var call = compile(parts[name], ['require', 'module', 'exports', '__filename', '__dirname'], {
    filename: __filename + ':' + name,
  });
  call.call(module.exports, load, module, module.exports, __filename, __dirname);
  return module.exports;
};`;

/**
 * Makes one CommonJS program of the modules that esbuild has split a bundle into. They stand in it as texts.
 *
 * @param entry the file that is run first.
 */
export async function joinChunks(files: readonly OutputFile[], entry: string): Promise<Uint8Array> {
  const names = new Map(files.map(({ path }, index) => [`./${basename(path)}`, `./${index}`]));
  const parts = await Promise.all(
    files.map(async ({ text }) => {
      const { code } = await transform(text.replace(/^#!.*\n/, ''), {
        format: 'cjs',
        // For Node.js, esbuild would add the names of what is exported once more.
        platform: 'neutral',
        target: 'node20',
        minify: true,
        legalComments: 'none',
        // An `import()` would go through the loader of ES modules, which takes longer to start than what it loads.
        supported: { 'dynamic-import': false },
        charset: 'utf8',
      });
      return code.replace(/\brequire\("(\.\/[^"]+)"\)/g, (whole, path: string) => {
        const name = names.get(path);
        return name === undefined ? whole : `require("${name}")`;
      });
    }),
  );
  const table = Object.fromEntries(parts.map((code, index) => [`./${index}`, code]));
  const loader = await transform(LOADER, { minify: true, target: 'node20' });
  return Buffer.from(
    [
      '#!/usr/bin/env node',
      '"use strict";',
      `var compile=require("node:vm").compileFunction,loaded={__proto__:null},large=${JSON.stringify(LARGE.map((name) => `node:${name}`))},parts=${inAscii(JSON.stringify(table))};`,
      `${loader.code.trim()}module.exports=load(${JSON.stringify(names.get(`./${entry}`))});`,
      '',
    ].join('\n'),
  );
}

/** A character beyond Latin-1 would double the memory that the whole text takes. */
function inAscii(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
