import { checkJob } from '../deployment/check-job.ts';
import type { Findings } from '../deployment/findings.ts';
import { isLeaking, UNSET_VARIABLES } from '../edge/clean-environment.ts';
import { resolveHosts } from '../heroku/hosts.ts';
import type { Git } from '../ports/git.ts';

/** Variables with which other programs of the job look at no certificates; what holds the key goes by none of them. */
const UNSAFE: Readonly<Record<string, string>> = { NODE_TLS_REJECT_UNAUTHORIZED: '0', GIT_SSL_NO_VERIFY: '' };
/** The first git that reads settings from `GIT_CONFIG_COUNT` (git: release notes of 2.31). */
const OLDEST_GIT = [2, 31] as const;

/** Whether this job may deploy, and its environment. */
export function checkEnvironment(environment: NodeJS.ProcessEnv, findings: Findings): void {
  findings.ok('Node.js', process.version);
  const unset = (name: string): string =>
    `\`unset ${name}\`, or take it out of the job’s, the context’s or the project’s variables`;
  const { isHeroku, api } = resolveHosts(environment);
  if (!isHeroku) {
    findings.note(
      'Host',
      `what answers as Heroku is ${api}`,
      `${unset('HEROKU_HOST')}; for a rehearsal it is right`,
    );
  }
  const printing = (environment[UNSET_VARIABLES] ?? '').split(' ').filter(isLeaking);
  if (printing.length > 0) {
    const names = [...new Set(printing)].join(' ');
    findings.note(
      'Variables',
      `${names}: with it programs print credentials; heroku-cd runs without`,
      unset(names),
    );
  }
  for (const [name, value] of Object.entries(UNSAFE)) {
    const found = environment[name];
    if (found === undefined || (value !== '' && found !== value)) continue;
    findings.note(
      'Certificates',
      `${name}: with it other programs of this job do not check them; heroku-cd does`,
      unset(name),
    );
  }
}

/** @throws Refusal for a forked pull request. */
export function checkNode(environment: NodeJS.ProcessEnv, findings: Findings): void {
  const elsewhere = checkJob(environment);
  const total = Number(environment['CIRCLE_NODE_TOTAL'] ?? 1);
  if (elsewhere === undefined && !(total > 1)) return;
  const what = elsewhere ?? `one of ${total} nodes: only node 0 deploys, once for all`;
  findings.note('Parallelism', what, 'Set `parallelism: 1`: the other nodes cost credits for nothing');
}

/** Whether git can be given a key by its environment alone. */
export async function checkGit(git: Git, findings: Findings): Promise<void> {
  const version = await git.version();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor >= OLDEST_GIT[1])) return;
  findings.problem(
    'git',
    `${version} is too old: from 2.31 on, git takes a key from its environment`,
    '`sudo apt-get update && sudo apt-get install git`, or a newer image, such as cimg/node',
  );
}
