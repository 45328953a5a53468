import * as v from 'valibot';
import { httpSurfaces } from '../requests/surfaces.ts';
import type { FaultRequest } from './fault.ts';

const moment = v.optional(v.picklist(['before-effect', 'after-effect']));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const effect = v.variant('kind', [
  v.strictObject({
    kind: v.literal('status'),
    status: v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599)),
    body: v.optional(v.picklist(['json', 'html'])),
    id: v.optional(v.string()),
    message: v.optional(v.string()),
    retryAfter: v.optional(v.pipe(v.number(), v.minValue(0))),
    when: moment,
  }),
  v.strictObject({ kind: v.literal('permission-lost') }),
  v.strictObject({
    kind: v.literal('reset'),
    when: v.optional(v.picklist(['before-effect', 'after-effect', 'after-pack'])),
  }),
  v.strictObject({ kind: v.literal('close'), when: moment }),
  v.strictObject({ kind: v.literal('stall'), when: moment }),
  v.strictObject({ kind: v.literal('delay'), ms: v.pipe(v.number(), v.minValue(0)), when: moment }),
  v.strictObject({ kind: v.literal('garbage') }),
  v.strictObject({ kind: v.literal('truncate') }),
  v.strictObject({ kind: v.literal('cut'), bytes: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
]);

const isPattern = (text: string) => {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    // RegExp has no way of telling but by throwing.
    return false;
  }
};

const pattern = v.optional(v.pipe(v.string(), v.check(isPattern, 'must be a regular expression')));

const httpFault = v.strictObject({
  match: v.strictObject({
    surface: v.optional(v.picklist(httpSurfaces)),
    method: v.optional(v.string()),
    path: pattern,
    authenticated: v.optional(v.boolean()),
    nth: v.optional(count),
    times: v.optional(count),
  }),
  effect,
});

const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));
const rendezvousMatch = {
  surface: v.literal('rendezvous'),
  nth: v.optional(count),
  times: v.optional(count),
};

const connectionFault = v.strictObject({
  match: v.strictObject(rendezvousMatch),
  effect: v.variant('kind', [
    v.strictObject({ kind: v.literal('refuse') }),
    v.strictObject({ kind: v.literal('wrong-certificate') }),
  ]),
});

const attachFault = v.strictObject({
  match: v.strictObject({ ...rendezvousMatch, path: pattern }),
  effect: v.variant('kind', [
    v.strictObject({
      kind: v.literal('no-greeting'),
      then: v.optional(v.picklist(['close', 'stall'])),
      starts: v.optional(v.boolean()),
    }),
    v.strictObject({ kind: v.literal('greeting-with-output') }),
    v.strictObject({ kind: v.literal('split'), bytes: count }),
    v.strictObject({ kind: v.literal('slow'), bytesPerSecond: count }),
    v.strictObject({ kind: v.literal('stall'), bytes }),
    v.strictObject({
      kind: v.literal('cut'),
      bytes,
      by: v.optional(v.picklist(['close', 'reset'])),
      process: v.optional(v.picklist(['goes-on', 'hang-up', 'kill'])),
    }),
  ]),
});

/** Checks what came over the control port. @throws Error that names each field at fault. */
export function checkFault(request: unknown): asserts request is FaultRequest {
  const result = v.safeParse(schemaFor(request), request);
  if (result.success) return;
  const issues = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'fault'}: ${issue.message}`);
  throw new TypeError(`This is no fault that can be set. ${issues.join('; ')}`);
}

/** A fault of one surface means nothing on another, so each is checked against its own rules. */
function schemaFor(request: unknown) {
  const { match, effect } = (request ?? {}) as { match?: { surface?: unknown }; effect?: { kind?: unknown } };
  if (match?.surface !== 'rendezvous') return httpFault;
  return effect?.kind === 'refuse' || effect?.kind === 'wrong-certificate' ? connectionFault : attachFault;
}
