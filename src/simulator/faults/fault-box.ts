import { randomUUID } from 'node:crypto';
import type { HttpSurface } from '../requests/surfaces.ts';
import type { Fault, FaultEffect, FaultMatch, FaultRequest } from './fault.ts';
import { checkFault } from './check-fault.ts';
import type { AttachEffect, ConnectionEffect, RendezvousEffect } from './rendezvous-fault.ts';
import { isConnectionEffect } from './rendezvous-fault.ts';

/** The request that is asked about. */
export interface FaultCandidate {
  readonly surface: HttpSurface;
  readonly method: string;
  readonly path: string;
  readonly authenticated: boolean;
}

type Counted = Fault & { matched: number; applied: number };

/** The faults that are set, and which request meets which. */
export class FaultBox {
  readonly #faults: Counted[] = [];

  get all(): readonly Fault[] {
    return this.#faults;
  }

  /** @throws Error that names the field, for a fault that could never happen as described. */
  add(request: FaultRequest): Fault {
    checkFault(request);
    const fault: Counted = { ...request, id: randomUUID(), matched: 0, applied: 0 };
    this.#faults.push(fault);
    return fault;
  }

  /** False where there is no such fault. */
  remove(id: string): boolean {
    const index = this.#faults.findIndex((fault) => fault.id === id);
    if (index >= 0) this.#faults.splice(index, 1);
    return index >= 0;
  }

  clear(): void {
    this.#faults.length = 0;
  }

  /** Counts the request at every fault it matches, and returns what the first due one does. */
  take(candidate: FaultCandidate): FaultEffect | undefined {
    return this.#take<FaultEffect>(
      ({ match }) => match.surface !== 'rendezvous' && matches(match, candidate),
    );
  }

  /** The same for a connection to a one-off dyno, before it is secured. */
  takeConnection(): ConnectionEffect | undefined {
    return this.#take<ConnectionEffect>(
      ({ match, effect }) => match.surface === 'rendezvous' && isConnectionEffect(effect as RendezvousEffect),
    );
  }

  /** The same for a connection that has named its dyno, as `/apps/<app>/dynos/<dyno>`. */
  takeAttach(path: string): AttachEffect | undefined {
    return this.#take<AttachEffect>(
      ({ match, effect }) =>
        match.surface === 'rendezvous' &&
        !isConnectionEffect(effect as RendezvousEffect) &&
        (match.path === undefined || new RegExp(match.path).test(path)),
    );
  }

  /** The caller's condition makes sure that only effects of its kind are due. */
  #take<T extends Fault['effect']>(isMet: (fault: Fault) => boolean): T | undefined {
    let due: Counted | undefined;
    for (const fault of this.#faults) {
      if (!isMet(fault)) continue;
      fault.matched += 1;
      if (isDue(fault)) due ??= fault;
    }
    if (!due) return undefined;
    due.applied += 1;
    return due.effect as T;
  }
}

function matches(match: FaultMatch, candidate: FaultCandidate): boolean {
  if (match.surface !== undefined && match.surface !== candidate.surface) return false;
  if (match.method !== undefined && match.method.toUpperCase() !== candidate.method) return false;
  if (match.authenticated !== undefined && match.authenticated !== candidate.authenticated) return false;
  return match.path === undefined || new RegExp(match.path).test(candidate.path);
}

function isDue({ match, matched }: Fault): boolean {
  const first = match.nth ?? 1;
  const times = match.times ?? (match.nth === undefined ? Infinity : 1);
  return matched >= first && matched < first + times;
}
