import { Command, Option } from 'commander';
import { join } from 'node:path';
import { config, repository, version } from '../../package.json';
import type { Edge } from './edge.ts';
import { askAt } from './init/ask.ts';
import { initCommand } from './init/command.ts';
import { INIT_OPTIONS, type InitFlags } from './init/flags.ts';
import { FRAMEWORKS } from './init/frameworks.ts';

/** `heroku-cd init`: a pipeline for the repository that one is in. */
export function init(edge: Edge, packageFolder: string): Command {
  const command = new Command('init')
    .description(
      'Look at the repository and write .circleci/config.yml: tests, deployment, migration, recovery. One that is ' +
        'there already is never changed: what to add to it is printed.',
    )
    .addHelpText('after', `\nKnows the migrations of ${FRAMEWORKS.map(({ title }) => title).join(', ')}.`);
  for (const { name, value, values, description } of INIT_OPTIONS) {
    const option = new Option(`--${name}${value === undefined ? '' : ` <${value}>`}`, description);
    if (values !== undefined) option.choices([...values]).default(values[0]);
    command.addOption(option);
  }
  return command.action(async (flags: InitFlags) => {
    const { stdin, stderr } = process;
    const terminal = { input: stdin, output: stderr, signal: edge.signal };
    const exitCode = await initCommand(flags, {
      cwd: process.cwd(),
      out: (text) => edge.out(text),
      err: (text) => edge.err(text),
      asker: stdin.isTTY && stderr.isTTY ? askAt(terminal) : undefined,
      orb: {
        namespace: config.orbNamespace,
        version,
        file: join(packageFolder, 'orb/orb.yml'),
        url: orbAddress(),
      },
    });
    edge.endWith(exitCode);
  });
}

/** The packed orb of this version, as GitHub serves it. */
function orbAddress(): string {
  const [, project = ''] = /github\.com\/(.+?)(?:\.git)?$/.exec(repository.url) ?? [];
  return `https://raw.githubusercontent.com/${project}/v${version}/orb/orb.yml`;
}
