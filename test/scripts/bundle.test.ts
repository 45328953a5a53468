import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import {
  bundleExecutable,
  bundleHelper,
  packageOf,
  sizeReport,
  type Bundle,
} from '../../scripts/lib/bundle.ts';
import packageJson from '../../package.json';
import { packPayload } from '../../src/orb/payload.ts';
import { VERSION } from '../../src/helper/version.ts';

const ROOT = join(__dirname, '..', '..');
let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'heroku-cd-bundle-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A project with the installed packages and the given sources, or a copy of this one's. */
function project(name: string, files?: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  mkdirSync(root);
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  if (files === undefined) {
    for (const path of ['src/helper', 'src/parameters', 'package.json', 'tsconfig.json']) {
      cpSync(join(ROOT, path), join(root, path), { recursive: true });
    }
  }
  for (const [path, text] of Object.entries(files ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Runs a bundle where nothing else is. */
function runAlone(
  name: string,
  code: Uint8Array,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { status: number | null; stdout: string; stderr: string } {
  const directory = join(folder, `${name}-alone`);
  mkdirSync(directory);
  const file = join(directory, 'heroku-cd.cjs');
  writeFileSync(file, code);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    cwd: directory,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: directory, ...environment },
  });
  return { status, stdout, stderr };
}

/** What is evaluated as soon as the entry is. */
function loadedAtOnce({ inputs }: Metafile, entry: string): Set<string> {
  const seen = new Set<string>();
  const pending = [entry];
  for (let input = pending.pop(); input !== undefined; input = pending.pop()) {
    if (seen.has(input)) continue;
    seen.add(input);
    for (const { path, kind, external } of inputs[input]?.imports ?? []) {
      if (kind !== 'dynamic-import' && external !== true) pending.push(path);
    }
  }
  return seen;
}

describe('the bundled helper', () => {
  let bundle: Bundle;

  beforeAll(async () => {
    bundle = await bundleHelper(ROOT);
  });

  it('runs alone, with no package beside it', () => {
    expect(runAlone('helper', bundle.code, ['--version'])).toEqual({
      status: 0,
      stdout: `${VERSION}\n`,
      stderr: '',
    });
  });

  it('starts with the line that makes it a program', () => {
    expect(Buffer.from(bundle.code).subarray(0, 20).toString()).toBe('#!/usr/bin/env node\n');
  });

  it('is the same in any folder, and names none', async () => {
    const copies = await Promise.all([
      bundleHelper(project('a')),
      bundleHelper(project('another-folder-deeper')),
    ]);
    const text = Buffer.from(bundle.code).toString('utf8');
    for (const copy of copies) expect(Buffer.from(copy.code).equals(bundle.code)).toBe(true);
    expect(text).not.toContain(ROOT);
    expect(text).not.toContain('node_modules');
    expect(text).not.toMatch(/src\/(helper|parameters)\//);
    expect(text).not.toContain('sourceMappingURL');
  });

  it('is small enough for the orb', () => {
    // Each use of the install command puts them into the compiled configuration once more.
    expect(packPayload(bundle.code).parts.length).toBeLessThanOrEqual(2);
  });

  it('holds no YAML, no server and nothing of the generator', () => {
    const packages = sizeReport(bundle.metafile).map(([name]) => name);
    for (const name of [
      'yaml',
      'express',
      'esbuild',
      '@circleci/circleci-config-sdk',
      'web-streams-polyfill',
    ]) {
      expect(packages).not.toContain(name);
    }
    const own = Object.keys(bundle.metafile.inputs).filter((input) => input.startsWith('src/'));
    expect(own.filter((input) => !/^src\/(helper|parameters)\//.test(input))).toEqual([]);
  });

  it('loads no package at the start, and nothing of a command but its parameters', () => {
    const inputs = loadedAtOnce(bundle.metafile, 'src/helper/main.ts');
    expect([...inputs].filter((input) => packageOf(input) !== undefined)).toEqual([]);
    const families = [...inputs].map((input) => /^src\/helper\/(\w[\w-]*)\//.exec(input)?.[1]);
    expect(families).toEqual(expect.arrayContaining(['cli', 'output']));
    for (const family of ['acts', 'commands', 'deployment', 'git', 'heroku', 'window']) {
      expect(families).not.toContain(family);
    }
  });

  it('loads the HTTP client, and neither git nor deployments, for what is a request or two', () => {
    const inputs = loadedAtOnce(bundle.metafile, 'src/helper/heroku/client.ts');
    for (const input of loadedAtOnce(bundle.metafile, 'src/helper/acts/page.ts')) inputs.add(input);
    for (const input of loadedAtOnce(bundle.metafile, 'src/helper/run.ts')) inputs.add(input);
    expect(
      [...inputs].filter((input) =>
        /^src\/helper\/(report|journal|recovery|caches|migration|one-off|git\/create-git)/.test(input),
      ),
    ).toEqual([]);
    expect(new Set([...inputs].flatMap((input) => packageOf(input) ?? []))).toEqual(new Set(['valibot']));
  });

  it('comes with the licence of every package that is in it', () => {
    const packages = sizeReport(bundle.metafile)
      .filter(([name, bytes]) => name !== 'heroku-cd' && bytes > 0)
      .map(([name]) => name);
    expect(packages.length).toBeGreaterThan(0);
    for (const name of packages) {
      expect(bundle.licences).toMatch(new RegExp(`^${name.replaceAll('/', '\\/')} \\d+\\.\\d+`, 'm'));
    }
    expect(bundle.licences).not.toContain(ROOT);
  });
});

describe('bundling', () => {
  it('leaves the dead polyfill of web streams out, and fetching works without it', async () => {
    const root = project('fetching', {
      'main.ts': `
        import { createServer } from 'node:http';
        const server = createServer((request, response) => response.end('fetched ' + request.url));
        server.listen(0, '127.0.0.1', () => {
          void (async () => {
            const { default: fetch, Blob } = await import('node-fetch');
            const { port } = server.address() as { port: number };
            const answer = await fetch('http://127.0.0.1:' + port + '/path');
            const streamed: string[] = [];
            for await (const part of new Blob(['a', 'b']).stream() as never) streamed.push(new TextDecoder().decode(part));
            console.log(await answer.text(), streamed.join(''));
            server.close();
          })();
        });`,
    });
    const { code, metafile } = await bundleHelper(root, 'main.ts');
    expect(runAlone('fetching', code, [])).toEqual({ status: 0, stdout: 'fetched /path ab\n', stderr: '' });
    expect(sizeReport(metafile).find(([name]) => name === 'web-streams-polyfill')?.[1] ?? 0).toBeLessThan(
      200,
    );
  });

  it('leaves out what prints the environment of git, whatever DEBUG says', async () => {
    const root = project('debugging', {
      'main.ts': `
        import { simpleGit } from 'simple-git';
        void simpleGit().raw('version').then((text) => console.log(text.startsWith('git version')));`,
    });
    const { code, metafile } = await bundleHelper(root, 'main.ts');
    const ended = runAlone('debugging', code, [], { DEBUG: '*', SECRET: 'hunter2' });
    expect(ended).toEqual({ status: 0, stdout: 'true\n', stderr: '' });
    expect(sizeReport(metafile).map(([name]) => name)).not.toContain('supports-color');
  });

  it('keeps every part as it is written, and loads what is large in Node.js when it is used', async () => {
    const text = `*/ \u2028 \u{1f44b} “’” \\n ' " \` \${x} \\u0041 $& </script>\n`;
    const root = project('parts', {
      'main.ts': `
        import { createHash } from 'node:crypto';
        import https, { Agent } from 'node:https';
        const isLoaded = () => (process as never as { moduleLoadList: string[] }).moduleLoadList.includes('NativeModule crypto');
        void (async () => {
          const { text, late } = await import('./part.ts');
          const before = isLoaded();
          const { connect } = await import('node:tls');
          const digest = createHash('sha256').update(text).digest('hex').length;
          console.log(JSON.stringify({ text, late: await late(), before, after: isLoaded(), digest, connect: typeof connect, same: https.Agent === Agent }));
        })();`,
      'part.ts': `
        export const text = ${JSON.stringify(text)};
        const matched = /“[’]”|\\*\\//.exec(text)?.[0];
        export const late = async () => (await import('./late.ts')).twice(matched ?? '');`,
      'late.ts': `
        import { text } from './part.ts';
        export const twice = (one: string) => one + one + text.length;`,
    });
    const { code } = await bundleHelper(root, 'main.ts');
    const { status, stdout, stderr } = runAlone('parts', code, []);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      text,
      late: `*/*/${text.length}`,
      before: false,
      after: true,
      digest: 64,
      connect: 'function',
      same: true,
    });
    // One character that is not of Latin-1 would double the memory that the whole text takes.
    expect(code.every((byte) => byte < 0x80)).toBe(true);
  });

  it('exports what its entry exports, though that is in a part', async () => {
    const { code } = await bundleHelper(
      project('exporting', {
        'main.ts': "export const answer = async () => (await import('./other.ts')).default;",
        'other.ts': 'export default 42;',
      }),
      'main.ts',
    );
    const caller = Buffer.from(
      'module.exports={};' +
        Buffer.from(code).toString().replace(/^#!.*/, '') +
        'void module.exports.answer().then((one) => console.log(one));',
    );
    expect(runAlone('exporting', caller, [])).toEqual({ status: 0, stdout: '42\n', stderr: '' });
  });

  it('says what it cannot find, and where', async () => {
    const root = project('broken', { 'main.ts': "import { missing } from './nowhere.ts';\nmissing();\n" });
    await expect(bundleHelper(root, 'main.ts')).rejects.toThrow(/main\.ts:1:\d+: .*nowhere\.ts/);
  });

  it('refuses a package that nobody says how it is licensed', async () => {
    const root = join(folder, 'unlicensed');
    for (const [path, text] of Object.entries({
      'main.ts': "import { x } from 'nameless';\nconsole.log(x);\n",
      'node_modules/nameless/package.json': '{"name":"nameless","version":"1.0.0","main":"index.js"}',
      'node_modules/nameless/index.js': 'exports.x = 1;',
    })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    await expect(bundleHelper(root, 'main.ts')).rejects.toThrow(/^nameless 1\.0\.0 is bundled/);
    writeFileSync(join(root, 'node_modules', 'nameless', 'LICENCE.md'), 'Do as you like.\r\nTruly.\r\n');
    const { licences } = await bundleHelper(root, 'main.ts');
    expect(licences).toContain('nameless 1.0.0 (licence in the text below)\n\nDo as you like.\nTruly.\n');
  });

  it.each([
    ['node_modules/yaml/dist/index.js', 'yaml'],
    ['node_modules/@scope/name/lib/x.js', '@scope/name'],
    ['node_modules/a/node_modules/b/x.js', 'b'],
    ['../../elsewhere/node_modules/a/x.js', 'a'],
    ['src/helper/main.ts', undefined],
    ['replaced-0:web-streams-polyfill/dist/ponyfill.es2018.js', undefined],
  ])('knows the package of %s', (input, name) => {
    expect(packageOf(input)).toBe(name);
  });
});

it('makes an executable whose libraries are just those that npm installs with it', async () => {
  const code = Buffer.from(await bundleExecutable(ROOT)).toString();
  const loaded = [...code.matchAll(/(?:require|import)\("((?:@[^"/]+\/)?[^"/]+)[^"]*"\)/g)].map(
    ([, name]) => name,
  );
  const libraries = loaded.filter((name) => name?.startsWith('node:') !== true);
  expect([...new Set(libraries)].sort()).toEqual(Object.keys(packageJson.dependencies).sort());
});
