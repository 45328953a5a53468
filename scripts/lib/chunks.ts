import { basename } from 'node:path';
import { transform, type OutputFile } from 'esbuild';

/**
 * Modules of Node.js's own that take milliseconds to load, and that many runs do not come to use. `stream` is a
 * class itself, which nothing else can stand for.
 */
const LARGE =
  'child_process crypto fs/promises http https os stream/promises timers/promises tls vm zlib'.split(' ');

/** How the function begins whose comment holds the parts. */
const HEAD = 'function parts() {/*\n';
/** Begins what stands for a character that may not stand in the comment, and is followed by its code. */
const MARK = '\x7f';

/**
 * Compiles a part when it is asked for first. Node.js reads every word of a file that it runs, and the words of a
 * comment faster than any others: so a part that a run has no need of costs it next to nothing. The comment stands
 * in a function, because the text of a function is there to be asked for, the comments in it too. A large module of
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
  var end = ends[name];
  if (end === undefined) return require(name);
  var module = (loaded[name] = { exports: {} });
  var code = text.slice(ends[name - 1] || ${HEAD.length}, end);
  if (code.includes('${MARK}')) {
    code = code.replace(/${MARK}(....)/g, function (_, hex) { return String.fromCharCode(parseInt(hex, 16)); });
  }
  var call = compile(code, ['require', 'module', 'exports', '__filename', '__dirname'], {
    filename: __filename + ':' + name,
  });
  call.call(module.exports, load, module, module.exports, __filename, __dirname);
  return module.exports;
};`;

/**
 * Makes one CommonJS program of the modules that esbuild has split a bundle into. They stand in it as a comment.
 *
 * @param entry the file that is run first.
 */
export async function joinChunks(files: readonly OutputFile[], entry: string): Promise<Uint8Array> {
  const numbers = new Map(files.map(({ path }, index) => [`./${basename(path)}`, index]));
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
        charset: 'ascii',
      });
      return fitForComment(
        code.replace(/\brequire\("(\.\/[^"]+)"\)/g, (whole, path: string) => {
          const number = numbers.get(path);
          return number === undefined ? whole : `require(${number})`;
        }),
      );
    }),
  );
  let end = HEAD.length;
  const ends = parts.map((code) => (end += code.length));
  const large = LARGE.map((name) => `node:${name}`);
  const loader = await transform(LOADER, { minify: true, target: 'node20' });
  return Buffer.from(
    [
      '#!/usr/bin/env node',
      '"use strict";',
      `var compile=require("node:vm").compileFunction,loaded={__proto__:null},large=${JSON.stringify(large)},ends=${JSON.stringify(ends)},text=String(parts);`,
      `${loader.code.trim()}module.exports=load(${numbers.get(`./${entry}`)});`,
      `${HEAD}${parts.join('')}*/}`,
      '',
    ].join('\n'),
  );
}

/** Of ASCII alone, because a character beyond Latin-1 would double the memory that the whole text takes; and without the end of a comment. */
function fitForComment(code: string): string {
  return code.replace(
    /(?<=\*)\/|[^\0-\x7e]/g,
    (unit) => MARK + unit.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}
