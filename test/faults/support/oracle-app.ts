import type { AppView } from '../../../src/simulator/index.ts';

/** A process type's quantity and dyno size. */
export interface Process {
  readonly type: string;
  readonly quantity: number;
  readonly size: string;
}

/** How an app differs from how it was found; each begins with what it is about. */
export function differences(
  before: AppView,
  after: AppView,
  except: readonly 'code'[] = [],
): readonly string[] {
  const findings = new Findings();
  findings.unless(
    after.maintenance === before.maintenance,
    `maintenance is ${after.maintenance ? 'on' : 'off'}`,
  );
  for (const was of formationOf(before)) {
    const is = formationOf(after).find(({ type }) => type === was.type);
    findings.unless(
      is?.quantity === was.quantity && is.size === was.size,
      `${was.type} is ${is?.quantity ?? 'gone'}:${is?.size ?? ''} instead of ${was.quantity}:${was.size}`,
    );
  }
  findings.unless(after.formation.length === before.formation.length, 'formation has other process types');
  findings.unless(
    JSON.stringify(after.configVars) === JSON.stringify(before.configVars),
    'config vars were changed',
  );
  findings.unless(
    JSON.stringify(after.features) === JSON.stringify(before.features),
    'features such as preboot were changed',
  );
  if (!except.includes('code')) {
    findings.unless(
      currentOf(after)?.slug === currentOf(before)?.slug,
      `code ${commitOf(after) ?? ''} runs instead of ${commitOf(before) ?? ''}`,
    );
    findings.unless(
      after.releases.every(({ status }) => status !== 'pending'),
      'release is pending',
    );
  }
  return findings.all;
}

/** Dynos that the formation asks for and that do not run the current release. */
export function notServing(app: AppView): readonly string[] {
  return app.formation.flatMap(({ type, quantity }) => {
    const dynos = app.dynos.filter((dyno) => dyno.type === type && dyno.listed);
    const up = dynos.filter(({ state, release }) => state === 'up' && release === app.currentRelease);
    return up.length === quantity && dynos.length === quantity
      ? []
      : [`${type} has ${up.length} of ${quantity} dynos up on v${app.currentRelease}`];
  });
}

export function currentOf(app: AppView): AppView['releases'][number] | undefined {
  return app.releases.find(({ current }) => current);
}

export function commitOf(app: AppView): string | undefined {
  return currentOf(app)?.commit ?? undefined;
}

export function formationOf(app: AppView): readonly Process[] {
  return sorted(app.formation.map(({ type, quantity, size }) => ({ type, quantity, size })));
}

export function sorted(formation: readonly Process[]): readonly Process[] {
  return formation
    .map(({ type, quantity, size }) => ({ type, quantity, size }))
    .sort((a, b) => (a.type < b.type ? -1 : 1));
}

export function statusOf(journal: unknown): string | undefined {
  return (journal as { status?: string } | undefined)?.status;
}

/** Collects what is wrong. */
export class Findings {
  readonly all: string[] = [];

  add(text: string): void {
    this.all.push(text);
  }

  addAll(texts: readonly string[]): void {
    this.all.push(...texts);
  }

  unless(isRight: boolean, text: string): void {
    if (!isRight) this.add(text);
  }
}
