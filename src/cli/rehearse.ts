import { Command, Option } from 'commander';
import { join } from 'node:path';
import { config } from '../../package.json';
import {
  REHEARSE_EXIT_CODES,
  REHEARSE_OPTIONS,
  type RehearseArguments,
} from '../rehearsal/command/options.ts';
import { rehearseCommand } from '../rehearsal/index.ts';
import type { Edge } from './edge.ts';

/** `heroku-cd rehearse`: one job of a configuration, or a whole workflow, run on this machine as CircleCI would. */
export function rehearse(edge: Edge, packageFolder: string): Command {
  const command = new Command('rehearse')
    .description(
      'Run a job or a workflow of a config.yml on this machine, against a local Heroku; the real one is refused ' +
        'unless named.',
    )
    .addHelpText('after', `\n${REHEARSE_EXIT_CODES}`);
  for (const { name, value, repeatable, description } of REHEARSE_OPTIONS) {
    // Commander reads an option named no-x as the contrary of x; we want a switch of that name.
    const flag = name === 'no-mask' ? '--no-mask' : `--${name}${value === undefined ? '' : ` <${value}>`}`;
    const option = new Option(flag, description);
    if (repeatable) option.argParser((text: string, before: readonly string[] = []) => [...before, text]);
    command.addOption(option);
  }
  return command.action(
    async ({ mask, ...flags }: Omit<RehearseArguments, 'noMask'> & { mask?: boolean }) => {
      const { exitCode } = await rehearseCommand(
        { ...flags, noMask: mask === false, orb: withOurOrb(flags.orb ?? [], packageFolder) },
        {
          write: (text) => edge.out(text),
          env: edge.environment,
          cwd: process.cwd(),
          terminate: edge.signal,
        },
      );
      edge.endWith(exitCode);
    },
  );
}

/** The orb that belongs to this package, unless the caller names another file for it. */
function withOurOrb(given: readonly string[], packageFolder: string): readonly string[] {
  const name = `${config.orbNamespace}/heroku-cd`;
  return given.some((one) => one.startsWith(name))
    ? given
    : [...given, `${name}=${join(packageFolder, 'orb/orb.yml')}`];
}
