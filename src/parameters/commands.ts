/** The helper's commands that take parameters, each with what it is for: `--help` and the reference say it. */
export const COMMANDS = {
  deploy: 'Deploy one exact commit to the app, and succeed only once its release is current.',
  doctor: 'Check the key, the account, the access to the app and the clone; change nothing.',
  plan: 'Show what `deploy` would do, every call and what takes it back; change nothing.',
} as const;

export type CommandName = keyof typeof COMMANDS;
