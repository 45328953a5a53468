// The commands that share parameters.

/** They look at a clone and change nothing. */
export const READING = ['doctor', 'plan'] as const;
export const CLONING = ['deploy', 'migrate', ...READING] as const;
export const DEPLOYING = ['deploy', 'migrate', 'plan'] as const;
export const WAITING = ['deploy', 'migrate', 'recover', 'plan'] as const;
export const BY_HAND = ['window open', 'window close'] as const;
export const PAGE_CHANGES = ['maintenance-page set', 'maintenance-page clear'] as const;
export const ACTS = [
  ...PAGE_CHANGES,
  'maintenance-page check',
  'maintenance on',
  'maintenance off',
  'scale',
  'run',
  'backup capture',
  'backup restore',
  'backup list',
  'flush-cache',
] as const;
export const OPENING = [...DEPLOYING, 'window open'] as const;
export const WHOSE = [
  'deploy',
  'migrate',
  'recover',
  'rollback',
  ...BY_HAND,
  ...ACTS,
  'doctor',
  'plan',
] as const;
export const EVERYWHERE = [...WHOSE, 'identify'] as const;
