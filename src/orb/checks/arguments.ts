import { valueFault } from './parameters.ts';
import { isRecord, wholeReference, type ParameterBody } from './walk.ts';

/** A fault of an invocation, and the parameter it is about where there is one. */
export interface ArgumentFault {
  readonly parameter?: string;
  readonly message: string;
}

/**
 * Whether the arguments of an invocation fit the parameters of what it calls.
 *
 * @param callee how it is named in the message.
 * @param callers the parameters of the element that calls, which references point to.
 * @param executors the executors that an `executor` argument may name.
 */
export function argumentFaults(
  callee: string,
  declared: Readonly<Record<string, ParameterBody>>,
  args: unknown,
  callers: Readonly<Record<string, ParameterBody>>,
  executors: ReadonlySet<string>,
): ArgumentFault[] {
  const given = isRecord(args) ? args : {};
  const faults: ArgumentFault[] = [];
  for (const [parameter, value] of Object.entries(given)) {
    const target = declared[parameter];
    if (target === undefined) {
      faults.push({ parameter, message: `${callee} has no such parameter` });
      continue;
    }
    const source = callers[wholeReference(value) ?? ''];
    const fault =
      source !== undefined
        ? referenceFault(source, target)
        : typeof value === 'string' && value.includes('<<')
          ? undefined
          : valueFault(value, target, executors);
    if (fault !== undefined) {
      faults.push({ parameter, message: `as an argument of ${callee}, ${JSON.stringify(value)} ${fault}` });
    }
  }
  for (const [parameter, { default: value }] of Object.entries(declared)) {
    if (value === undefined && !Object.hasOwn(given, parameter)) {
      faults.push({ parameter, message: `${callee} is called without it, and it has no default` });
    }
  }
  return faults;
}

/** A reference keeps its type, and the compiler converts nothing: a string may only take an enum besides. */
function referenceFault(source: ParameterBody, target: ParameterBody): string | undefined {
  if (source.type === 'enum' && target.type === 'enum') {
    const values = new Set(Array.isArray(target.enum) ? (target.enum as unknown[]) : []);
    const foreign = (Array.isArray(source.enum) ? (source.enum as unknown[]) : []).filter(
      (value) => !values.has(value),
    );
    return foreign.length === 0 ? undefined : `may be ${JSON.stringify(foreign)}, which is refused there`;
  }
  if (source.type === target.type || (source.type === 'enum' && target.type === 'string')) return undefined;
  return `is of type ${String(source.type)} and would have to be ${String(target.type)}`;
}
