import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DOCUMENTED } from '../../scripts/test-cli/documented.ts';
import {
  COMMANDS,
  PARAMETERS,
  parametersOf,
  type CommandName,
  type ParameterDefinition,
} from '../../src/parameters/index.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { blocksOf, pages, ROOT, spansOf, type Block } from './support/markdown.ts';
import { linesOf } from './support/shell.ts';
import { Stage } from './support/stage.ts';
import { compileBlock } from './support/yaml-block.ts';

/** What becomes of a block, by the words behind its fence. */
const KINDS: Readonly<Record<string, 'compile' | 'parse' | 'run' | 'compare'>> = {
  yaml: 'compile',
  'yaml 1.0': 'parse',
  'yaml official': 'parse',
  'yaml travis': 'parse',
  sh: 'run',
  // What the lines before it print.
  text: 'compare',
  // An indented one.
  '': 'run',
};

const all = pages().flatMap(blocksOf);
const excepted = all.filter(({ path, text }) =>
  EXCEPTIONS.some((one) => one.path === path && text.includes(one.contains)),
);
/** Parameters of the orb's jobs that the helper does not get to see, and CircleCI's own keys. */
const ORB_ONLY = ['deploy-environment', 'serial-group', 'pre-deploy', 'post-deploy'];
let tried = 0;

/** Names and blocks of these kinds, for `it.each`. */
function of(...kinds: readonly string[]): [string, Block][] {
  const wanted = all.filter((block) => kinds.includes(KINDS[block.info] ?? '') && !excepted.includes(block));
  return wanted.map((block) => [`${block.path}:${block.line}`, block]);
}

describe('configurations', () => {
  it.each(of('compile'))('%s compiles', (_where, block) => {
    expect(() => compileBlock(block)).not.toThrow();
    tried += 1;
  });

  it.each(of('parse'))('%s, of older ways, is YAML', (_where, block) => {
    expect(parse(block.text)).toEqual(expect.any(Object));
    tried += 1;
  });

  it.each([
    ['a parameter that there is not', '- heroku-cd/deploy: { app-name: a-shop, colour: red }'],
    ['a job that there is not', '- heroku-cd/undeploy: { app-name: a-shop }'],
    ['a command that there is not', 'steps: [heroku-cd/undoctor]'],
    ['a value that the helper refuses', '- heroku-cd/deploy: { app-name: a-shop, deadline: soon }'],
    ['a step that there is not', '- store_nothing: { path: x }'],
  ])('%s is found', (_what, text) => {
    expect(() => compileBlock({ path: 'x.md', text })).toThrow();
  });
});

describe('command lines', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(() => stage.close());

  let printed = '';
  it.each(of('run', 'compare'))('%s', async (_where, block) => {
    if (block.info === 'text') expect(comparable(printed)).toContain(comparable(block.text));
    else printed = await runAll(block);
    tried += 1;
  });

  async function runAll(block: Block): Promise<string> {
    let all = '';
    for (const line of linesOf(block.text)) {
      const [program = '', ...words] = line.words;
      if (program === 'npm') expectScript(words);
      else if (program === 'heroku') expectDocumented(words);
      else {
        const { code, output } = await stage.run(line);
        const says = output !== '' || !line.text.includes('heroku-cd');
        // With all that it printed, which an assertion would leave out.
        if (code !== line.exitCode || !says) throw new Error(`exit ${code}: ${line.text}\n${output}`);
        all += output;
      }
    }
    return all;
  }
});

/** Without what differs from run to run: releases, commits and backups have other names. */
function comparable(text: string): string {
  return text.replace(/\bv\d+ \([0-9a-f]{8}\)/g, 'v1 (commit)').replace(/\bb\d{3}\b/g, 'b001');
}

const SCRIPTS = readdirSync(join(ROOT, 'scripts'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(ROOT, 'scripts', path), 'utf8'));

/** `npm test` and `npm run NAME -- --flag`: too dear to be run here, and each of them has tests of its own. */
function expectScript([first = '', name = '', ...rest]: readonly string[]): void {
  const script = first === 'run' ? name : first;
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(Object.keys(scripts)).toContain(script);
  const flags = rest.filter((word) => /^--./.test(word));
  expect(flags.filter((flag) => !SCRIPTS.some((text) => text.includes(flag.slice(2))))).toEqual([]);
}

/** The official CLI is not installed here; `npm run test:cli` asks it for all that the list has. */
function expectDocumented([command = '', ...words]: readonly string[]): void {
  const end = words.indexOf('--');
  const options = (end === -1 ? words : words.slice(0, end)).filter((word) => word.startsWith('-'));
  const known = DOCUMENTED.find((one) => one.command === command);
  expect({ command, options: known?.options }).toEqual({ command, options: expect.arrayContaining(options) });
}

describe('code in sentences', () => {
  const spans = pages().flatMap((page) => spansOf(page).map((code): [string, string] => [page.path, code]));

  it('names commands and options that there are', () => {
    const local = ['init', 'simulate', 'rehearse'];
    const wrong = spans.filter(([, code]) => {
      const [program, ...words] = code.split(' ');
      if (program !== 'heroku-cd' || words.length === 0 || local.includes(words[0] ?? '')) return false;
      if (words[0] === '<command>' || words[0]?.startsWith('--') === true) return false;
      const name = Object.keys(COMMANDS).find((one) => `${words.join(' ')} `.startsWith(`${one} `));
      if (name === undefined) return true;
      const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
      const flags = own
        .filter((word) => word.startsWith('--'))
        .map((word) => word.replace(/=.*/, '').slice(2));
      const known = parametersOf(name as CommandName).map((one): string => one.name);
      return flags.some((flag) => flag !== 'help' && flag !== 'json' && !known.includes(flag));
    });
    expect(wrong).toEqual([]);
  });

  it('names parameters that there are, and values that they take', () => {
    const wrong = spans.filter(([, code]) => {
      const [, name = '', value = ''] = /^([a-z]+(?:-[a-z]+)*): ([\w-]+)$/.exec(code) ?? [];
      const definition: ParameterDefinition | undefined = PARAMETERS.find((one) => one.name === name);
      if (definition === undefined) return name.includes('-') && !ORB_ONLY.includes(name);
      return definition.values !== undefined && !definition.values.includes(value);
    });
    expect(wrong).toEqual([]);
  });

  it('names commands of the official CLI that it has', () => {
    // Those pages tell of ways that have gone.
    const today = spans.filter(([path]) => !path.startsWith('docs/moving-from-'));
    for (const [, code] of today.filter(([, one]) => one.startsWith('heroku '))) {
      expectDocumented(code.split(' ').slice(1));
    }
  });

  it('names scripts that there are', () => {
    for (const [, code] of spans.filter(([, one]) => /^npm (?:run|test)/.test(one))) {
      expectScript(code.split(' ').slice(1));
    }
  });
});

describe('the count', () => {
  it('has every block, compiled, parsed or run, or excepted for a reason', () => {
    process.stderr.write(`blocks found ${all.length} / run ${tried} / excepted ${excepted.length}\n`);
    const unknown = all.filter((block) => !(block.info in KINDS) && !excepted.includes(block));
    expect(unknown.map(({ path, line, info }) => `${path}:${line} ${info}`)).toEqual([]);
    expect(all.length).toBeGreaterThan(50);
    expect(tried + excepted.length).toBe(all.length);
  });

  it('has few exceptions, and none that no block needs', () => {
    expect(EXCEPTIONS.length).toBeLessThanOrEqual(5);
    for (const one of EXCEPTIONS) {
      expect(one.because).not.toBe('');
      const needing = all.filter(({ path, text }) => path === one.path && text.includes(one.contains));
      expect({ one, needing: needing.length }).toEqual({ one, needing: 1 });
    }
  });
});
