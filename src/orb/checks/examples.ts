import { ORB_NAME } from '../context.ts';
import { argumentFaults } from './arguments.ts';
import type { Checked, Finding } from './finding.ts';
import { isRecord, parametersIn, walkSteps, type Body } from './walk.ts';

/** Commands and jobs that change nothing at Heroku; whatever is not named here does. */
const HARMLESS = new Set(['install', 'doctor']);

/** How a job may have ended when `recover` is needed after it. */
const LOST = ['failed', 'canceled'];

/** What a serial group may be ("Controlling serial execution across your organization"). */
const SERIAL_GROUP = /^(?:[A-Za-z0-9._/-]|<<\s*pipeline\.[\w.]+\s*>>){1,512}$/;

/** Keys of a job's place in a workflow that are CircleCI's and not the job's. */
const INVOCATION = new Set(['name', 'requires', 'context', 'filters', 'serial-group', 'matrix', 'type']);

/** Examples are copied: each must compile against this orb, and deploy as safely as the orb allows. */
export function checkExamples(checked: Checked): Finding[] {
  return Object.entries(checked.orb.examples).flatMap(([name, body]) => {
    const element = `examples/${name}`;
    const usage = body['usage'];
    if (!isRecord(usage)) return [{ element, message: 'it has no usage' }];
    return [
      ...importFaults(usage, checked),
      ...jobFaults(usage, checked),
      ...workflowFaults(usage, checked),
    ].map((fault) => ({ element, ...fault }));
  });
}

type Fault = Omit<Finding, 'element'>;

function importFaults(usage: Body, { context }: Checked): Fault[] {
  const wanted = `${context.namespace}/${ORB_NAME}@${context.version.split('.').slice(0, 2).join('.')}`;
  const imported = isRecord(usage['orbs']) ? usage['orbs'][ORB_NAME] : undefined;
  return imported === wanted ? [] : [{ message: `it imports ${JSON.stringify(imported)}, not ${wanted}` }];
}

/** The orb's element that a name such as `heroku-cd/deploy` stands for. */
function ours(name: string): string | undefined {
  return name.startsWith(`${ORB_NAME}/`) ? name.slice(ORB_NAME.length + 1) : undefined;
}

function jobFaults(usage: Body, { orb }: Checked): Fault[] {
  const executors = new Set(Object.keys(orb.executors));
  return Object.entries(isRecord(usage['jobs']) ? usage['jobs'] : {}).flatMap(([job, body]) => {
    const steps = walkSteps((body as Body)['steps']);
    const faults: Fault[] = steps.flatMap(({ name, args }): Fault[] => {
      const command = ours(name);
      if (command === undefined) return [];
      const callee = orb.commands[command];
      if (callee === undefined) return [{ message: `job ${job} calls ${name}, which does not exist` }];
      return argumentFaults(name, parametersIn(callee), args, {}, executors);
    });
    const executor = (body as Body)['executor'];
    const runsOn = String(isRecord(executor) ? executor['name'] : executor);
    if (ours(runsOn) !== undefined && !executors.has(ours(runsOn) ?? '')) {
      faults.push({ message: `job ${job} runs on ${runsOn}, which does not exist` });
    }
    const full = steps.some(
      ({ name, args }) => name === 'checkout' && isRecord(args) && args['method'] === 'full',
    );
    if (steps.some(({ name }) => deploys(name, orb)) && !full) {
      faults.push({ message: `job ${job} deploys without a checkout with method: full` });
    }
    return faults;
  });
}

/** Whether a command or job is one of ours that changes something at Heroku. */
function changes(name: string): boolean {
  const own = ours(name);
  return own !== undefined && !HARMLESS.has(own);
}

/** Whether it deploys a commit, which it takes out of a clone. */
function deploys(name: string, { commands }: Checked['orb']): boolean {
  return changes(name) && Object.hasOwn(parametersIn(commands[ours(name) ?? ''] ?? {}), 'revision');
}

function workflowFaults(usage: Body, checked: Checked): Fault[] {
  const workflows = isRecord(usage['workflows']) ? Object.values(usage['workflows']) : [];
  if (workflows.length === 0) return [{ message: 'it has no workflow' }];
  return workflows.flatMap((workflow) => {
    const entries = walkSteps(isRecord(workflow) ? workflow['jobs'] : undefined);
    const names = new Set(
      entries.map(({ name, args }) => (isRecord(args) && args['name'] !== undefined ? args['name'] : name)),
    );
    return [
      ...entries.flatMap(({ name, args }) => entryFaults(name, isRecord(args) ? args : {}, names, usage, checked)),
      ...sharedGroupFaults(entries.map(({ args }) => (isRecord(args) ? args['serial-group'] : undefined))),
    ];
  });
}

function entryFaults(
  name: string,
  args: Body,
  names: ReadonlySet<unknown>,
  usage: Body,
  { orb }: Checked,
): Fault[] {
  const own = isRecord(usage['jobs']) ? usage['jobs'][name] : undefined;
  const theirs = orb.jobs[ours(name) ?? ''];
  const isApproval = args['type'] === 'approval';
  if (own === undefined && theirs === undefined && !isApproval) {
    return [{ message: `its workflow runs ${JSON.stringify(name)}, which does not exist` }];
  }
  const faults: Fault[] = [];
  const requires = Array.isArray(args['requires']) ? (args['requires'] as unknown[]) : [];
  for (const required of requires) {
    const before = isRecord(required) ? Object.keys(required)[0] : required;
    if (!names.has(before)) faults.push({ message: `${name} requires ${String(before)}, which does not exist` });
  }
  if (theirs !== undefined) {
    const given = Object.fromEntries(Object.entries(args).filter(([key]) => !INVOCATION.has(key)));
    const executors = new Set(Object.keys(orb.executors));
    faults.push(...argumentFaults(name, parametersIn(theirs), given, {}, executors));
  }
  if (ours(name) === 'recover' && !requires.some(awaitsLoss)) {
    faults.push({ message: `${name} follows no job that may be ${LOST.join(' or ')}, which it is for` });
  }
  if (isApproval) return faults;
  const changing =
    theirs === undefined
      ? walkSteps((own as Body)['steps']).some((step) => changes(step.name))
      : changes(name);
  return changing ? [...faults, ...safetyFaults(name, args)] : faults;
}

function awaitsLoss(required: unknown): boolean {
  const statuses = isRecord(required) ? Object.values(required)[0] : undefined;
  return Array.isArray(statuses) && LOST.every((status) => statuses.includes(status));
}

/** CircleCI supports a serial group but once in a workflow ("Controlling serial execution …"). */
function sharedGroupFaults(groups: readonly unknown[]): Fault[] {
  const shared = groups.filter((group, index) => group !== undefined && groups.indexOf(group) < index);
  return [...new Set(shared)].map((group) => ({
    message: `two of its jobs have the serial-group ${JSON.stringify(group)}, which CircleCI does not support`,
  }));
}

function safetyFaults(name: string, args: Body): Fault[] {
  const faults: Fault[] = [];
  if (!Array.isArray(args['context']) || args['context'].length === 0) {
    faults.push({ message: `${name} changes an app without a context, where its key belongs` });
  }
  // Its lines say which branches deploy.
  if (args['filters'] === undefined && args['deployments'] === undefined) {
    faults.push({ message: `${name} changes an app without a filter, so every branch would` });
  }
  const group = args['serial-group'];
  if (group === undefined) {
    faults.push({ message: `${name} changes an app without a serial-group, so two runs could at once` });
  } else if (typeof group !== 'string' || !SERIAL_GROUP.test(group)) {
    faults.push({ message: `${name} has the serial-group ${JSON.stringify(group)}, which CircleCI refuses` });
  }
  return faults;
}
