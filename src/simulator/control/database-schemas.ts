import * as v from 'valibot';

const as = v.optional(v.string());
const text = v.optional(v.string());

/** The shapes of the actions on add-ons and databases. */
export const databaseActions = [
  v.strictObject({ action: v.literal('add-postgres'), plan: text, attachment: text, as }),
  v.strictObject({
    action: v.literal('add-add-on'),
    plan: v.string(),
    name: text,
    attachment: text,
    config: v.optional(v.record(v.pipe(v.string(), v.regex(/^\w+$/)), v.string())),
    as,
  }),
  v.strictObject({ action: v.literal('attach'), addOn: v.string(), name: text, as }),
  v.strictObject({ action: v.literal('detach'), attachment: v.string(), as }),
  v.strictObject({
    action: v.literal('change-add-on'),
    addOn: v.string(),
    plan: text,
    state: v.optional(v.picklist(['provisioning', 'provisioned', 'deprovisioned'])),
    bytes: v.optional(v.nullable(v.pipe(v.number(), v.minValue(0)))),
  }),
  v.strictObject({
    action: v.literal('capture-backup'),
    attachment: text,
    scheduled: v.optional(v.boolean()),
  }),
  v.strictObject({ action: v.literal('cancel-transfer'), transfer: text }),
  v.strictObject({ action: v.literal('end-sessions'), attachment: text }),
  v.strictObject({
    action: v.literal('describe'),
    stack: text,
    buildStack: text,
    generation: v.optional(v.picklist(['cedar', 'fir'])),
    region: text,
    space: v.optional(v.nullable(v.strictObject({ name: v.string(), shield: v.boolean() }))),
    buildpacks: v.optional(v.array(v.string())),
  }),
] as const;
