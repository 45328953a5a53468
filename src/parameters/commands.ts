/** The helper's commands that take parameters, each with what it is for: `--help` and the reference say it. */
export const COMMANDS = {
  deploy: 'Deploy one exact commit to the app, and succeed only once its release is current.',
  migrate:
    'Take the app through a maintenance window: page on, processes down, deploy, migrate, processes back, page off.',
  recover: 'Put back what a cancelled or lost run left: the page, the processes, and what it had begun.',
  identify:
    'Ask Heroku for the id of the app and write it to a file, for the key of a cache; change nothing.',
  doctor: 'Check the key, the account, the access to the app and the clone; change nothing.',
  plan: 'Show what `deploy` would do, every call and what takes it back; change nothing.',
} as const;

export type CommandName = keyof typeof COMMANDS;
