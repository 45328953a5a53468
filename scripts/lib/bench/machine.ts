import { arch, cpus, loadavg, totalmem, type } from 'node:os';
import { runProgram } from '../program.ts';

/** What the figures were measured on, without a name by which the machine could be found. */
export type Machine = Readonly<Record<string, string>>;

/** Describes this machine, what else it does, and the sources that are measured; ask before measuring. */
export async function describeMachine(root: string): Promise<Machine> {
  const processors = cpus();
  const model = processors[0]?.model.trim();
  const say = async (program: string, ...args: string[]): Promise<string> => {
    const { stdout } = await runProgram(program, args, { cwd: root, environment: process.env });
    return stdout.split('\n')[0]?.trim() ?? '';
  };
  const commit = await say('git', 'rev-parse', '--short=8', 'HEAD');
  const changed = (await say('git', 'status', '--porcelain', '--', 'src', 'package.json')) !== '';
  return {
    CPUs: `${processors.length}${model ? ` (${model})` : ''}`,
    Memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    'Other work': `load average of ${(loadavg()[0] ?? 0).toFixed(1)} at the start`,
    System: `${type()}, ${arch()}`,
    'Node.js': process.versions.node,
    git: (await say('git', '--version')).replace(/^git version /, ''),
    bash: /version (\S+)/.exec(await say('bash', '--version'))?.[1] ?? '',
    Sources: `${commit || 'not in a git repository'}${changed ? ', with changes that are not committed' : ''}`,
  };
}
