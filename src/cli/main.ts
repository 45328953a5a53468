#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { dirname } from 'node:path';
import { leakingVariables, runAgainWithout } from '../helper/edge/clean-environment.ts';
import { listenForSignals } from '../helper/edge/signals.ts';
import { terminalWidth, writeOut } from '../helper/edge/write-out.ts';
import { runProcess } from '../helper/process.ts';
import type { Edge } from './edge.ts';

/** What the npm package can do besides the helper's commands; each loads only when it is called. */
const LOCAL = {
  init: 'Look at the repository and write .circleci/config.yml; change none that is there.',
  simulate: 'Run a local Heroku for development.',
  rehearse: 'Run a job or a whole workflow of a config.yml on this machine.',
} as const;

async function main(argv: readonly string[]): Promise<number> {
  const [name] = argv;
  if (name !== 'init' && name !== 'simulate' && name !== 'rehearse') {
    const streams = {
      out: (text: string) => writeOut(1, text),
      err: (text: string) => writeOut(2, text),
      width: terminalWidth(process.env),
    };
    return runProcess(argv, streams, LOCAL);
  }
  // A rehearsal starts the jobs' steps, and Node.js would print what they are given.
  const leaking = leakingVariables(process.env);
  if (leaking.length > 0) return runAgainWithout(leaking);
  let exitCode = 0;
  const signals = listenForSignals(() => undefined);
  const edge: Edge = {
    out: (text) => writeOut(1, text),
    err: (text) => writeOut(2, text),
    signal: signals.signal,
    environment: process.env,
    endWith: (code) => (exitCode = code),
  };
  const program = new Command('heroku-cd').exitOverride();
  program.addCommand((await load(name, edge)).exitOverride());
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`ERROR: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    signals.stop();
  }
}

async function load(name: keyof typeof LOCAL, edge: Edge): Promise<Command> {
  if (name === 'simulate') return (await import('./simulate.ts')).simulate(edge);
  // The bundle lies in dist/, beside orb/.
  if (name === 'init') return (await import('./init.ts')).init(edge, dirname(__dirname));
  return (await import('./rehearse.ts')).rehearse(edge, dirname(__dirname));
}

void main(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
