import type { AppFacts } from './facts.ts';

/** How the app was found, written down before the first change. */
export interface Snapshot {
  readonly schemaVersion: 1;
  readonly takenAt: string;
  readonly app: { readonly id: string; readonly name: string };
  readonly maintenance: boolean;
  readonly preboot: boolean | null;
  readonly formation: readonly { readonly type: string; readonly quantity: number; readonly size: string }[];
  readonly release: { readonly id: string; readonly version: number } | null;
  readonly slugId: string | null;
  readonly commit: string | null;
}

/** The state that a failed run brings back. */
export function takeSnapshot(facts: AppFacts, now: number): Snapshot {
  const { app, current } = facts;
  return {
    schemaVersion: 1,
    takenAt: new Date(now).toISOString(),
    app: { id: app.id, name: app.name },
    maintenance: app.maintenance,
    preboot: facts.preboot ?? null,
    formation: facts.formation.map(({ type, quantity, size }) => ({ type, quantity, size })),
    release: current === undefined ? null : { id: current.id, version: current.version },
    slugId: current?.slugId ?? null,
    commit: facts.deployedCommit ?? null,
  };
}
