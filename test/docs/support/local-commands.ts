import type { Command } from 'commander';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Asker } from '../../../src/cli/init/ask.ts';
import { initCommand } from '../../../src/cli/init/command.ts';
import type { Edge } from '../../../src/cli/edge.ts';
import { rehearse } from '../../../src/cli/rehearse.ts';
import { simulate } from '../../../src/cli/simulate.ts';
import { ORB } from '../../cli/init/support/orb.ts';
import { pages, blocksOf, ROOT } from './markdown.ts';
import type { Outcome, Stage } from './stage.ts';

const NAME = `${ORB.namespace}/heroku-cd`;

/** Runs what the npm package alone can do; undefined where it is a command of the helper's. */
export async function runLocally(
  [command, ...args]: readonly string[],
  stage: Stage,
): Promise<Outcome | undefined> {
  const config = join(stage.repository.directory, '.circleci', 'config.yml');
  switch (command) {
    case 'init': {
      await rm(config, { force: true });
      return initiate(args, stage);
    }
    case 'simulate':
      // It goes on until somebody ends it, which is done as soon as it says how.
      return throughEdge((edge) => simulate(edge), args, stage, 'End it with');
    case 'rehearse':
      await mkdir(join(config, '..'), { recursive: true });
      await writeFile(config, firstConfiguration());
      return throughEdge((edge) => rehearse(edge, ROOT), [...args, '--orb', `${NAME}=${ORB.file}`], stage);
    default:
      return undefined;
  }
}

/** The configuration of the README, which is the one that its readers rehearse. */
function firstConfiguration(): string {
  const [readme] = pages();
  const whole = readme && blocksOf(readme).find(({ text }) => text.startsWith('version: 2.1'));
  if (whole === undefined) throw new Error('The README has no configuration.');
  return whole.text;
}

async function throughEdge(
  make: (edge: Edge) => Command,
  args: readonly string[],
  stage: Stage,
  endAt?: string,
): Promise<Outcome> {
  const ending = new AbortController();
  let [output, code] = ['', 0];
  const write = (text: string): void => {
    output += text;
    if (endAt !== undefined && output.includes(endAt)) ending.abort();
  };
  const { signal } = ending;
  const edge = {
    out: write,
    err: write,
    signal,
    environment: stage.environment,
    endWith: (status: number) => (code = status),
  };
  const before = process.cwd();
  process.chdir(stage.repository.directory);
  try {
    await make(edge)
      .exitOverride()
      .parseAsync([...args], { from: 'user' });
  } finally {
    process.chdir(before);
  }
  return { code, output };
}

/** Without flags somebody sits there, who agrees with everything. */
async function initiate(args: readonly string[], stage: Stage): Promise<Outcome> {
  let output = '';
  const write = (text: string): void => void (output += text);
  const agreeing: Asker = {
    text: (_message, initial) => Promise.resolve(initial === '' ? 'acme-shop' : initial),
    choose: (_message, [first = '']) => Promise.resolve(first),
    confirm: () => Promise.resolve(true),
  };
  const flags = Object.fromEntries(
    args
      .join(' ')
      .split(/ ?--/)
      .filter((one) => one !== '')
      .map((one): [string, string | true] => {
        const [name = '', value = true] = one.split(' ');
        return [name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()), value];
      }),
  );
  const code = await initCommand(flags, {
    cwd: stage.repository.directory,
    out: write,
    err: write,
    asker: args.length === 0 ? agreeing : undefined,
    orb: ORB,
  });
  return { code, output };
}
