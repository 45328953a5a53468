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

/** The run step of the command `deploy`. */
export function deployRun(
  orb: Breakable,
): Record<string, unknown> & { environment: Record<string, string> } {
  return (orb.commands['deploy']?.steps[1] as { run: ReturnType<typeof deployRun> }).run;
}

/** The place of `heroku-cd/deploy` in the workflow of the first example. */
export function deployEntry(orb: Breakable): Record<string, unknown> {
  const workflow = orb.examples['deploy-main-after-tests']?.usage.workflows['test-and-deploy'];
  return workflow?.jobs[1]?.['heroku-cd/deploy'] ?? {};
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
