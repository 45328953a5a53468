import type { Inspection } from '../ports/inspection.ts';
import type { SshKeys } from '../ports/ssh-keys.ts';
import type { Api } from './api.ts';

/** Loads what a small act has no need of. */
export const more = () => import('./more.ts');

export function inspectionOnDemand(api: Api): Inspection {
  const load = async (): Promise<Inspection> => (await more()).inspectionOf(api);
  return {
    authorization: async () => (await load()).authorization(),
    addOns: async (app) => (await load()).addOns(app),
    requestsLeft: async () => (await load()).requestsLeft(),
  };
}

export function sshKeysOnDemand(api: Api): SshKeys {
  const load = async (): Promise<SshKeys> => (await more()).sshKeysOf(api);
  return {
    list: async () => (await load()).list(),
    add: async (key, fingerprint) => (await load()).add(key, fingerprint),
    remove: async (id) => (await load()).remove(id),
  };
}
