/** The local Heroku: a development tool that answers like Heroku and does things for real, on loopback only. */
export { startLocalHeroku } from './local-heroku.ts';
export type { LocalHeroku, LocalHerokuOptions, LocalHerokuUrls } from './local-heroku.ts';
export type { AppOptions } from './platform/apps.ts';
export type { NewAppOptions } from './platform/platform.ts';
export type { AppSettings, Permission, Scope } from './platform/model.ts';
export type {
  AttachEffect,
  ConnectionEffect,
  RendezvousEffect,
  RendezvousMatch,
} from './faults/rendezvous-fault.ts';
export type { Fault, FaultEffect, FaultMatch, FaultMoment, FaultRequest } from './faults/fault.ts';
export type { RequestEntry } from './requests/request-log.ts';
export { ControlClient } from './control/client.ts';
export type * from './control/types.ts';
export type { Row } from './postgres/types.ts';
