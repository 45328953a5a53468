import type { OrbDocument } from '../sdk/index.ts';

/** A parameter as it stands in the generated orb. */
export interface ParameterBody {
  readonly type?: unknown;
  readonly description?: unknown;
  readonly default?: unknown;
  readonly enum?: unknown;
}

export type Body = Readonly<Record<string, unknown>>;

/** The sections whose elements take parameters. */
export const PARAMETERIZED = ['executors', 'commands', 'jobs'] as const;

/** An element with the name it has in a finding. */
export interface Named {
  readonly section: (typeof PARAMETERIZED)[number];
  readonly element: string;
  readonly name: string;
  readonly body: Body;
  readonly parameters: Readonly<Record<string, ParameterBody>>;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All elements that take parameters. */
export function namedElements(orb: OrbDocument): Named[] {
  return PARAMETERIZED.flatMap((section) =>
    Object.entries(orb[section]).map(([name, body]) => ({
      section,
      element: `${section}/${name}`,
      name,
      body,
      parameters: parametersIn(body),
    })),
  );
}

/** The parameters that an element declares. */
export function parametersIn(body: Body): Readonly<Record<string, ParameterBody>> {
  return isRecord(body['parameters']) ? (body['parameters'] as Record<string, ParameterBody>) : {};
}

/** A text somewhere in a value, with the keys that lead to it. */
export interface Text {
  readonly path: readonly string[];
  readonly text: string;
  /** Whether it is a key rather than a value. */
  readonly isKey: boolean;
}

/** Every text in a value, keys included. */
export function texts(value: unknown, path: readonly string[] = []): Text[] {
  if (typeof value === 'string') return [{ path, text: value, isKey: false }];
  if (Array.isArray(value)) return value.flatMap((item, index) => texts(item, [...path, String(index)]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    { path, text: key, isKey: true },
    ...texts(item, [...path, key]),
  ]);
}

/** One step, conditional ones opened. */
export interface WalkedStep {
  readonly name: string;
  readonly args: unknown;
}

/** All steps of a list in order, those inside of `when` and `unless` after the conditional itself. */
export function walkSteps(steps: unknown): WalkedStep[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown): WalkedStep[] => {
    if (typeof step === 'string') return [{ name: step, args: undefined }];
    if (!isRecord(step)) return [{ name: String(step), args: undefined }];
    return Object.entries(step).flatMap(([name, args]) => [
      { name, args },
      ...((name === 'when' || name === 'unless') && isRecord(args) ? walkSteps(args['steps']) : []),
    ]);
  });
}

/** Every `<<` of a text that no backslash stands before, with what it opens. */
const OPENED = /(?<!\\)<<([^<>]*>>)?/g;
const PARAMETER = /^\s*parameters\.([\w-]+)\s*>>$/;

/** The templates of a text: what stands between `<<` and `>>`, or undefined where nothing is closed. */
export function templates(text: string): (string | undefined)[] {
  return [...text.matchAll(OPENED)].map((match) => match[1]);
}

/** The parameters that a text refers to. */
export function references(text: string): string[] {
  return templates(text).flatMap((template) => PARAMETER.exec(template ?? '')?.[1] ?? []);
}

/** The parameter that a value refers to as a whole, so that it keeps the parameter's type. */
export function wholeReference(value: unknown): string | undefined {
  return typeof value === 'string' ? /^<<\s*parameters\.([\w-]+)\s*>>$/.exec(value)?.[1] : undefined;
}

/** An element's body without the declaration of its parameters. */
export function bodyWithoutParameters(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'parameters'));
}
