export { AddOns } from './add-ons.ts';
export type { NewAddOn } from './add-ons.ts';
export { configVarsOf } from './model.ts';
export type { AddOn, AddOnState, Attachment, Schedule } from './model.ts';
export { postgresService } from './plans.ts';
export { resolveAddOns, resolveAttachments } from './resolve.ts';
export type { Wanted } from './resolve.ts';
