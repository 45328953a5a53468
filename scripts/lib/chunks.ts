import { basename } from 'node:path';
import { build, transform, type Metafile, type OutputFile } from 'esbuild';

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
  if (homes[name]) {
    // What tells an import of esbuild's that a default export is one.
    known = Object.defineProperty(load(homes[name])['part' + name], '__esModule', { value: true });
    return (loaded[name] = { exports: known }).exports;
  }
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

/** For a file that {@link LOADER} compiles. */
const FORMAT = {
  format: 'cjs',
  // For Node.js, esbuild would add the names of what is exported once more.
  platform: 'neutral',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  // An `import()` would go through the loader of ES modules, which takes longer to start than what it loads.
  supported: { 'dynamic-import': false },
  charset: 'ascii',
} as const;

/**
 * Makes one CommonJS program of the modules that esbuild has split a bundle into. They stand in it as a comment.
 *
 * @param entry the file that is run first.
 */
export async function joinChunks(
  { outputFiles, metafile }: { readonly outputFiles: readonly OutputFile[]; readonly metafile: Metafile },
  entry: string,
): Promise<Uint8Array> {
  const texts = new Map(outputFiles.map(({ path, text }) => [`./${basename(path)}`, text]));
  const files = [...texts.keys()];
  const groups = groupsFrom(`./${entry}`, metafile);
  const home = (file: string): number => groups.findIndex((group) => group.has(file));
  const codes = await Promise.all([
    ...files.map((file) => (home(file) === -1 ? compileAlone(texts.get(file) ?? '') : '')),
    ...groups.map((group) => compileTogether(group, texts)),
  ]);
  const parts = codes.map((code) =>
    fitForComment(
      code.replace(/\brequire\("(\.\/[^"]+)"\)/g, (whole, path: string) =>
        texts.has(path) ? `require(${files.indexOf(path)})` : whole,
      ),
    ),
  );
  let end = HEAD.length;
  const tables = {
    large: LARGE.map((name) => `node:${name}`),
    ends: parts.map((code) => (end += code.length)),
    homes: files.map((file) => (home(file) === -1 ? 0 : files.length + home(file))),
  };
  const loader = await transform(LOADER, { minify: true, target: 'node20' });
  return Buffer.from(
    [
      '#!/usr/bin/env node',
      '"use strict";',
      `var compile=require("node:vm").compileFunction,loaded={__proto__:null},text=String(parts);`,
      `var ${Object.entries(tables)
        .map(([name, table]) => `${name}=${JSON.stringify(table)}`)
        .join()};`,
      `${loader.code.trim()}module.exports=load(${files.indexOf(`./${entry}`)});`,
      `${HEAD}${parts.join('')}*/}`,
      '',
    ].join('\n'),
  );
}

/**
 * Files that are one part, because each run has need of all of them: those that the entry imports and, where
 * there is but one import() in them, those of that one's, and so on.
 */
function groupsFrom(entry: string, { outputs }: Metafile): readonly ReadonlySet<string>[] {
  const imports = new Map(
    Object.entries(outputs).map(([path, output]) => [
      `./${basename(path)}`,
      output.imports
        .filter(({ external }) => external !== true)
        .map(({ path: to, kind }) => ({ to: `./${basename(to)}`, later: kind === 'dynamic-import' })),
    ]),
  );
  const groups: Set<string>[] = [];
  const seen = new Set<string>();
  for (let next: string | undefined = entry; next !== undefined && !seen.has(next);) {
    const group = new Set<string>();
    const later = new Set<string>();
    const add = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      group.add(file);
      for (const each of imports.get(file) ?? []) {
        if (each.later) later.add(each.to);
        else add(each.to);
      }
    };
    add(next);
    groups.push(group);
    next = later.size === 1 ? [...later][0] : undefined;
  }
  return groups;
}

async function compileAlone(text: string): Promise<string> {
  return (await transform(text.replace(/^#!.*\n/, ''), FORMAT)).code;
}

/** Exports what each file exports as `part` and its number. */
async function compileTogether(
  group: ReadonlySet<string>,
  texts: ReadonlyMap<string, string>,
): Promise<string> {
  const files = [...texts.keys()];
  const all = [...group].map(
    (file) => `export * as part${files.indexOf(file)} from ${JSON.stringify(file)};`,
  );
  const { outputFiles } = await build({
    ...FORMAT,
    stdin: { contents: all.join('\n') },
    bundle: true,
    write: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'group',
        setup(one) {
          one.onResolve({ filter: /./ }, ({ path }) =>
            group.has(path) ? { path, namespace: 'group' } : { path, external: true },
          );
          one.onLoad({ filter: /./, namespace: 'group' }, ({ path }) => ({
            contents: (texts.get(path) ?? '').replace(/^#!.*\n/, ''),
          }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}

/** Of ASCII alone, because a character beyond Latin-1 would double the memory that the whole text takes; and without the end of a comment. */
function fitForComment(code: string): string {
  return code.replace(
    /(?<=\*)\/|[^\0-\x7e]/g,
    (unit) => MARK + unit.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}
