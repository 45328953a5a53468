import { bodyOf, type Body } from './body.ts';

/** A workflow's job. */
export interface Listed {
  /** By which other jobs require it. */
  readonly name: string;
  /** What it is a use of: a job of the configuration, or of an orb. */
  readonly job: string;
  readonly isApproval: boolean;
  readonly requires: readonly string[];
  /** Empty where it has none. */
  readonly serialGroup: string;
  /** It does not run where the jobs before it have succeeded. */
  readonly afterFailure: boolean;
}

/** What a deployment waits for in a workflow. */
export interface Awaited {
  readonly names: readonly string[];
  /** The rest, by name, each with what it is taken for. */
  readonly left: Readonly<Record<string, string>>;
  /** Nothing there looks like a job that tests or builds, so all is waited for. */
  readonly all: boolean;
}

const NOTIFIES = /notif|slack|discord|teams|telegram|pagerduty|on-hold/i;
const DEPLOYS = /deploy|release|publish|promot|recover|rollback/i;
const TESTS = /test|build|spec|lint|check|verif|\bci\b/i;

/** A workflow's jobs, in its order. */
export function listedIn(workflow: unknown, config: Body): readonly Listed[] {
  const jobs = bodyOf(workflow)['jobs'];
  return (Array.isArray(jobs) ? (jobs as unknown[]) : []).flatMap((one) => {
    const [job, args] = typeof one === 'string' ? [one, undefined] : (Object.entries(bodyOf(one))[0] ?? []);
    if (job === undefined) return [];
    const { name, requires, type, 'serial-group': group } = bodyOf(args);
    const required = (Array.isArray(requires) ? (requires as unknown[]) : []).map((before) =>
      typeof before === 'string'
        ? { name: before, on: 'success' }
        : { name: Object.keys(bodyOf(before))[0] ?? '', on: Object.values(bodyOf(before))[0] },
    );
    return [
      {
        name: typeof name === 'string' ? name : job,
        job,
        isApproval: (type ?? bodyOf(bodyOf(config['jobs'])[job])['type']) === 'approval',
        requires: required.map((before) => before.name),
        serialGroup: typeof group === 'string' ? group : '',
        afterFailure: required.some(({ on }) => ![on].flat().some((status) => RUNS_ON.includes(status))),
      },
    ];
  });
}

/** Statuses that a job which has done its work may have (Configuration reference: `requires`). */
const RUNS_ON: readonly unknown[] = ['success', 'terminal'];

/**
 * The jobs that a deployment has to wait for: the last ones of all that test and build. Those that tell people, wait
 * for them or deploy elsewhere have nothing to say about whether the code is good, and are looked behind.
 */
export function awaitedIn(listed: readonly Listed[], orbs: Body): Awaited {
  const left = new Map<string, string>();
  for (const one of listed) {
    const what = takenFor(one, orbs);
    if (what !== undefined) left.set(one.name, what);
  }
  const approvals = listed.filter(({ isApproval }) => isApproval).map(({ name }) => name);
  for (const name of behind(listed, approvals)) {
    if (!left.has(name)) left.set(name, 'behind an approval');
  }
  const rest = listed.filter(({ name }) => !left.has(name));
  if (rest.length === 0) return { names: lastOf(listed), left: {}, all: listed.length > 0 };
  return { names: lastOf(rest), left: Object.fromEntries(left), all: false };
}

/** What a job that is not waited for is; undefined for all others. */
function takenFor({ name, job, isApproval, afterFailure }: Listed, orbs: Body): string | undefined {
  if (isApproval) return 'an approval';
  if (afterFailure) return 'runs when another one has not succeeded';
  const [alias = '', ofOrb] = job.split('/');
  const reference = ofOrb === undefined ? '' : orbs[alias];
  const words = `${name} ${job}`;
  if (NOTIFIES.test(`${words} ${typeof reference === 'string' ? reference : ''}`)) return 'a notification';
  return DEPLOYS.test(words) && !TESTS.test(words) ? 'a deployment' : undefined;
}

/** The jobs that run only after one of these. */
function behind(listed: readonly Listed[], names: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const next = [...names];
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    for (const one of listed) {
      if (!one.requires.includes(name) || found.has(one.name)) continue;
      found.add(one.name);
      next.push(one.name);
    }
  }
  return found;
}

/** The jobs that no other one waits for: once they have succeeded, all has. */
function lastOf(listed: readonly Listed[]): readonly string[] {
  const before = new Set(listed.flatMap(({ requires }) => requires));
  return [...new Set(listed.map(({ name }) => name).filter((name) => !before.has(name)))];
}
