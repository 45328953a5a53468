import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EXIT } from '../../helper/exit-codes.ts';
import { ORB_NAME } from '../../orb/context.ts';
import { minorOf } from '../../orb/examples/usage.ts';
import { answer } from './answers.ts';
import type { Asker } from './ask.ts';
import { faultOf } from './check.ts';
import { additionTo, type Addition } from './existing.ts';
import type { InitFlags } from './flags.ts';
import { planOf, type Answers, type OrbImport } from './plan.ts';
import { InitRefused, InitStopped } from './refusal.ts';
import { renderConfig, renderEntries, renderOrb } from './render.ts';
import { openRepository } from './repository.ts';
import { tellAwaited, tellNext, tellProposal } from './tell.ts';

/** Where CircleCI looks for a configuration, from the repository's top. */
const CONFIG = '.circleci/config.yml';

/** What the command needs of its surroundings. */
export interface InitPorts {
  readonly cwd: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Undefined where nobody can be asked. */
  readonly asker: Asker | undefined;
  /** The orb of this package: its name in the registry, its version, its packed file and that file's address. */
  readonly orb: {
    readonly namespace: string;
    readonly version: string;
    readonly file: string;
    readonly url: string;
  };
}

/**
 * `heroku-cd init`: looks at the repository and writes `.circleci/config.yml`; where there is one, it says what to
 * add to it and changes nothing.
 * @returns the exit code: 0, 2 when refused, 130 when somebody ended the questions.
 */
export async function initCommand(flags: InitFlags, ports: InitPorts): Promise<number> {
  try {
    await init(flags, ports);
    return EXIT.succeeded;
  } catch (error) {
    if (error instanceof InitStopped) {
      ports.err(`${error.message} Nothing was written.\n`);
      return EXIT.interrupted;
    }
    if (!(error instanceof InitRefused)) throw error;
    ports.err(`heroku-cd init: nothing was written.\n${error.reasons.map((one) => `  ${one}\n`).join('')}`);
    return EXIT.refused;
  }
}

async function init(flags: InitFlags, ports: InitPorts): Promise<void> {
  const repository = await openRepository(ports.cwd);
  const path = join(repository.top, CONFIG);
  const isThere = existsSync(path);
  const packed = readFileSync(ports.orb.file, 'utf8');
  const orb = orbImport(flags, ports, packed);
  const writes = !isThere && flags.print !== true;
  // With --print, stdout has the YAML and nothing else.
  const tell = (lines: readonly string[]): void =>
    (flags.print === true ? ports.err : ports.out)(lines.map((line) => `${line}\n`).join(''));
  const { findings, answers } = await answer({ flags, repository, asker: ports.asker, writes, orb, tell });
  tell(tellProposal(findings, answers));
  const ours = { text: packed, names: [`${ports.orb.namespace}/${ORB_NAME}`, ports.orb.url, ORB_NAME] };
  if (isThere) {
    const addition = additionTo(readFileSync(path, 'utf8'), CONFIG, findings, answers);
    tell(tellCheck(addition, ours));
    ports.out(renderAddition(addition, answers));
    tell(['', ...tellNext(answers)]);
    return;
  }
  const text = renderConfig(planOf(findings, answers));
  const fault = faultOf(text, CONFIG, ours);
  if (fault !== undefined) throw new InitRefused([`What would be written does not compile: ${fault}`]);
  if (!writes) return ports.out(text);
  await confirm(text, flags, ports);
  await writeNew(path, text);
  tell([`Wrote ${CONFIG}.`, ...tellNext(answers)]);
}

function orbImport(flags: InitFlags, { orb }: InitPorts, packed: string): OrbImport {
  if (flags.orbSource === 'url') return { source: 'url', value: orb.url };
  if (flags.orbSource === 'inline') return { source: 'inline', value: packed };
  return { source: 'registry', value: `${orb.namespace}/${ORB_NAME}@${minorOf(orb.version)}` };
}

/** @throws InitStopped unless it shall be written. */
async function confirm(text: string, flags: InitFlags, { asker, out }: InitPorts): Promise<void> {
  if (flags.yes === true || asker === undefined) return;
  out(`\n${text}\n`);
  if (!(await asker.confirm(`Write this to ${CONFIG}?`))) throw new InitStopped('As you wish.');
}

/** @throws InitRefused where the file has come to be meanwhile: what is there is never replaced. */
async function writeNew(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InitRefused([
      code === 'EEXIST'
        ? `${CONFIG} cannot be made: something of that name has come to be there.`
        : `${CONFIG} cannot be written (${code ?? String(error)}).`,
    ]);
  }
}

/** Whether the configuration compiles with the addition in it; without orbs that are not here, the addition alone. */
function tellCheck(addition: Addition, orb: Parameters<typeof faultOf>[2]): readonly string[] {
  const { otherOrbs, alias } = addition;
  const names = { ...orb, names: [...orb.names, alias] };
  const whole = otherOrbs.length === 0;
  const fault = faultOf(whole ? addition.merged : addition.reduced, CONFIG, names);
  if (fault !== undefined) {
    return [`! With what is proposed below, the configuration would not compile: ${fault}`];
  }
  return [
    whole
      ? 'Checked: the configuration compiles with what is proposed below.'
      : `Checked: what is proposed below compiles; the rest was not compiled, because ${otherOrbs.join(', ')} would have to be fetched.`,
    ...tellAwaited(addition),
    ...addition.warnings.map((warning) => `! ${warning}`),
  ];
}

/** What to add to a configuration, with where each part belongs as comments. */
function renderAddition(addition: Addition, { orb }: Answers): string {
  const { alias, imported, hasOrbs, workflow, isNew, jobs, entries } = addition;
  const list = indent(`${jobs.map((job) => `- ${job}\n`).join('')}${renderEntries(entries)}`, 6);
  return [
    `# ${CONFIG} is there already and was left as it is. Add to it:\n`,
    imported
      ? ''
      : `\n# ${hasOrbs ? 'to "orbs:"' : 'below "version:", because there is no "orbs:" yet'}\norbs:\n${indent(renderOrb(orb, alias), 2)}`,
    isNew
      ? '\n# at the end, because there is no workflow yet\n'
      : `\n# to the jobs of the workflow ${workflow}\n`,
    `workflows:\n  ${workflow}:\n    jobs:\n${list}`,
  ].join('');
}

function indent(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}
