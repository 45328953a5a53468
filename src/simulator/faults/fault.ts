import type { HttpSurface } from '../requests/surfaces.ts';
import type { RendezvousEffect, RendezvousMatch } from './rendezvous-fault.ts';

/** Which HTTP requests a fault meets. What is not given matches every one. */
export interface FaultMatch {
  readonly surface?: HttpSurface;
  readonly method?: string;
  /** A regular expression for path and query. */
  readonly path?: string;
  /** True: only requests with a key that is known; git's first request never has one. */
  readonly authenticated?: boolean;
  /** Counting from 1, the first of the matching requests that is met; every one from the first on if missing. */
  readonly nth?: number;
  /** How many are met; 1 where `nth` is given, otherwise all. */
  readonly times?: number;
}

/**
 * When the fault happens: before the request does anything, or after it has done what it asks for. For a push,
 * `after-pack` is when the pack has arrived and the build is about to begin: the build goes on.
 */
export type FaultMoment = 'before-effect' | 'after-effect';

export type FaultEffect =
  | {
      /** Answers with a status instead. */
      readonly kind: 'status';
      readonly status: number;
      readonly body?: 'json' | 'html';
      readonly id?: string;
      readonly message?: string;
      /** Seconds, for a Retry-After header. */
      readonly retryAfter?: number;
      readonly when?: FaultMoment;
    }
  /** 403, as when a collaborator was removed just now. */
  | { readonly kind: 'permission-lost' }
  /** Breaks the connection (TCP RST). */
  | { readonly kind: 'reset'; readonly when?: FaultMoment | 'after-pack' }
  /** Ends the connection in good order, without an answer. */
  | { readonly kind: 'close'; readonly when?: FaultMoment }
  /** Never answers. */
  | { readonly kind: 'stall'; readonly when?: FaultMoment }
  | { readonly kind: 'delay'; readonly ms: number; readonly when?: FaultMoment }
  /** The effect happens; the body of the answer is not JSON. */
  | { readonly kind: 'garbage' }
  /** The effect happens; the body of the answer ends in the middle, in a complete HTTP message. */
  | { readonly kind: 'truncate' }
  /** The effect happens; the connection breaks after so many bytes of the answer's body. */
  | { readonly kind: 'cut'; readonly bytes: number };

/** A fault of HTTP requests, or of the connections to one-off dynos. */
export type FaultRequest =
  | { readonly match: FaultMatch; readonly effect: FaultEffect }
  | { readonly match: RendezvousMatch; readonly effect: RendezvousEffect };

export type Fault = FaultRequest & {
  readonly id: string;
  /** Requests that matched, met or not. */
  readonly matched: number;
  /** Requests it was applied to. */
  readonly applied: number;
};
