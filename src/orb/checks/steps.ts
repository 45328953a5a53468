import { argumentFaults } from './arguments.ts';
import type { Checked, Finding } from './finding.ts';
import { isRecord, namedElements, parametersIn, walkSteps, wholeReference, type Named } from './walk.ts';

/** Steps that CircleCI itself knows ("Configuration reference: steps"). */
export const BUILT_IN = new Set([
  'run',
  'checkout',
  'setup_remote_docker',
  'save_cache',
  'restore_cache',
  'store_artifacts',
  'store_test_results',
  'persist_to_workspace',
  'attach_workspace',
  'add_ssh_keys',
  'when',
  'unless',
  'steps',
]);

/** Steps call what exists, with arguments that fit; jobs run where something can run. */
export function checkSteps(checked: Checked): Finding[] {
  const { orb } = checked;
  const executors = new Set(Object.keys(orb.executors));
  return namedElements(orb).flatMap((named) => [
    ...ownName(named),
    ...(named.section === 'executors' ? [] : checkStepList(named, checked, executors)),
    ...(named.section === 'jobs' ? checkExecutor(named, executors) : []),
    ...(named.section === 'commands' ? checkRecursion(named, checked) : []),
  ]);
}

function ownName({ section, element, name }: Named): Finding[] {
  return section === 'commands' && BUILT_IN.has(name)
    ? [{ element, message: 'the name is that of a step of CircleCI’s own, which it would hide' }]
    : [];
}

function checkStepList(named: Named, { orb }: Checked, executors: ReadonlySet<string>): Finding[] {
  const { element, body, parameters } = named;
  if (!Array.isArray(body['steps']) || body['steps'].length === 0) {
    return [{ element, message: 'it has no steps' }];
  }
  return walkSteps(body['steps']).flatMap(({ name, args }): Finding[] => {
    if (name === 'steps') {
      const parameter = wholeReference(args);
      if (parameter !== undefined && parameters[parameter]?.type === 'steps') return [];
      return [{ element, message: `steps: ${JSON.stringify(args)} is no reference to a steps parameter` }];
    }
    if (name === 'when' || name === 'unless') return conditionFaults(element, name, args);
    if (BUILT_IN.has(name)) return [];
    const callee = orb.commands[name];
    if (callee === undefined) {
      return [{ element, message: `it calls ${JSON.stringify(name)}, which is no command of this orb` }];
    }
    return argumentFaults(name, parametersIn(callee), args, parameters, executors).map((fault) => ({
      element,
      ...fault,
    }));
  });
}

function conditionFaults(element: string, name: string, args: unknown): Finding[] {
  const complete =
    isRecord(args) &&
    args['condition'] !== undefined &&
    Array.isArray(args['steps']) &&
    args['steps'].length > 0;
  return complete ? [] : [{ element, message: `a ${name} step lacks its condition or its steps` }];
}

function checkExecutor({ element, body, parameters }: Named, executors: ReadonlySet<string>): Finding[] {
  const own = ['docker', 'machine', 'macos'].some((key) => body[key] !== undefined);
  if (own) return [];
  const given = body['executor'];
  const name = isRecord(given) ? given['name'] : given;
  const parameter = wholeReference(name);
  if (parameter !== undefined) {
    return parameters[parameter]?.type === 'executor'
      ? []
      : [{ element, parameter, message: 'the job runs on it, and its type is not executor' }];
  }
  return typeof name === 'string' && executors.has(name)
    ? []
    : [{ element, message: `it runs on ${JSON.stringify(name)}, which is no executor of this orb` }];
}

function checkRecursion({ element, name }: Named, { orb }: Checked): Finding[] {
  const seen = new Set<string>();
  const pending = [name];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const called of walkSteps(orb.commands[next]?.['steps'])) {
      if (called.name === name) return [{ element, message: 'it calls itself, directly or through another' }];
      if (seen.has(called.name) || orb.commands[called.name] === undefined) continue;
      seen.add(called.name);
      pending.push(called.name);
    }
  }
  return [];
}
