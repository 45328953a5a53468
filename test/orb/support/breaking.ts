import { findFaults } from '../../../src/orb/checks/index.ts';
import { buildOrb } from '../../../src/orb/orb.ts';
import type { OrbDocument } from '../../../src/orb/sdk/index.ts';
import { checkedOrb, contextWith } from './orb.ts';

/** The orb with everything writable, so that a test can break one thing. */
export interface Breakable {
  description: string;
  display: Record<string, string>;
  executors: Record<string, Body>;
  commands: Record<string, Body>;
  jobs: Record<string, Body>;
  examples: Record<string, { description?: string; usage: Usage }>;
}

interface Body {
  description?: string;
  parameters: Record<string, Record<string, unknown>>;
  executor?: unknown;
  steps: unknown[];
}

interface Usage {
  orbs: Record<string, string>;
  jobs: Record<string, { steps: unknown[] }>;
  workflows: Record<string, { jobs: Record<string, Record<string, unknown>>[] }>;
}

/** What is broken, how, and what the findings say: each pattern must match one, and none may be left. */
export type Broken = readonly [string, (orb: Breakable) => unknown, readonly RegExp[]];

const context = contextWith();

/** The orb with one thing broken. */
export function brokenOrb(breakIt: (orb: Breakable) => unknown): OrbDocument {
  const orb = structuredClone(buildOrb(context)) as unknown as Breakable;
  breakIt(orb);
  return orb as unknown as OrbDocument;
}

/** What is found in an orb with one thing broken, as `element, parameter: message` lines. */
export function faultsWhen(breakIt: (orb: Breakable) => unknown): string[] {
  return findFaults(checkedOrb(context, brokenOrb(breakIt))).map(
    ({ element, parameter, message }) =>
      `${element}${parameter === undefined ? '' : `, ${parameter}`}: ${message}`,
  );
}

/** One test for each broken orb. */
export function describeBroken(family: string, broken: readonly Broken[]): void {
  describe(`a broken orb is refused by name: ${family}`, () => {
    it.each(broken)('%s', (_name, breakIt, expected) => {
      const faults = faultsWhen(breakIt);
      for (const pattern of expected) expect(faults).toContainEqual(expect.stringMatching(pattern));
      // Nothing else is blamed: whoever reads the findings looks in the right places only.
      const unexpected = faults.filter((fault) => !expected.some((pattern) => pattern.test(fault)));
      expect(unexpected).toEqual([]);
    });
  });
}

type Run = Record<string, unknown> & { environment: Record<string, string> };

/** The calls of the helper in a command, by the words that it is called with. */
export function callsOf(orb: Breakable, command: string): Map<string, Run> {
  const runs = (orb.commands[command]?.steps ?? []).flatMap((step) => {
    const { run } = step as { run?: Run };
    return run?.environment === undefined ? [] : [run];
  });
  return new Map(runs.map((run) => [run.environment['HEROKU_CD_COMMAND_LINE'] ?? '', run]));
}

/** The step of the command `deploy` that changes the app. */
export function deployRun(orb: Breakable): Run {
  const found = callsOf(orb, 'deploy').get('deploy --from window');
  if (found === undefined) throw new Error('The command deploy does not call deploy --from window.');
  return found;
}

/** The place of `heroku-cd/deploy` in the workflow of the first example. */
export function deployEntry(orb: Breakable): Record<string, unknown> {
  const workflow = orb.examples['deploy-main-after-tests']?.usage.workflows['test-and-deploy'];
  return workflow?.jobs[1]?.['heroku-cd/deploy'] ?? {};
}

/** The place of `heroku-cd/recover` in the workflow of its example. */
export function recoverEntry(orb: Breakable): Record<string, unknown> {
  const workflow = orb.examples['migrate-in-a-window']?.usage.workflows['test-and-deploy'];
  const entry = workflow?.jobs[2]?.['heroku-cd/recover'];
  if (entry === undefined) throw new Error('The example migrate-in-a-window does not recover.');
  return entry;
}

/** An enum's declaration. */
export function enumOf(values: string[], value: string): Record<string, unknown> {
  return { type: 'enum', enum: values, default: value, description: 'x' };
}

/** The arguments of a step, to be changed in place. */
export function stepOf(body: Body | undefined, name: string): Record<string, unknown> {
  const step = body?.steps.find((step) => typeof step === 'object' && step !== null && name in step);
  return (step as Record<string, Record<string, unknown>>)[name] ?? {};
}
