/** The helper's commands that take parameters, each with what it is for: `--help` and the reference say it. */
export const COMMANDS = {
  deploy: 'Deploy one exact commit to the app, and succeed only once its release is current.',
  migrate:
    'Take the app through a maintenance window: page on, processes down, deploy, migrate, processes back, page off.',
  recover: 'Put back what a cancelled or lost run left: the page, the processes, and what it had begun.',
  rollback:
    'Go back to the previous good release or to a named one, judged like any release; refuse across a migration unless told.',
  'window open':
    'Open a maintenance window for work by hand and leave it open: page on, processes down; `window close` closes it.',
  'window close':
    'Close a window that was opened by hand: dynos restarted, processes back exactly as they were, page off.',
  'maintenance on': 'Switch the maintenance page on.',
  'maintenance off': 'Switch the maintenance page off.',
  'maintenance-page set':
    'Show pages of your own in place of Heroku’s maintenance page and error page, once it is certain that browsers can show them there. Makes a release, which restarts every dyno.',
  'maintenance-page clear':
    'Go back to Heroku’s own maintenance page and error page. Makes a release, which restarts every dyno.',
  'maintenance-page check':
    'Check that browsers can show the app’s own maintenance page and error page where Heroku shows them; change nothing.',
  scale: 'Set process types to quantities and sizes; all of them, or none.',
  run: 'Run a command in a one-off dyno, stream its output, and fail when it does.',
  'backup capture': 'Take a backup of the app’s database, and succeed only once it is proven to be there.',
  'backup restore':
    'Put a backup in the place of the app’s database: page on, everything stopped, a backup of what is there first.',
  'backup list': 'List the backups and restores of the app’s database; change nothing.',
  'flush-cache':
    'Flush the app’s memcached add-on, every server with a proof, and run `flush-command` where there is one.',
  identify:
    'Ask Heroku for the id of the app and write it to a file, for the key of a cache; change nothing.',
  doctor: 'Check the key, the account, the access to the app and the clone; change nothing.',
  'ssh-key add':
    'Make an SSH key or take one, and register its public half at the account, once. No key of this kind deploys.',
  'ssh-key list': 'List the SSH keys of the account; change nothing.',
  'ssh-key remove': 'Take one SSH key away from the account.',
  plan: 'Show what `deploy` would do, every call and what takes it back; change nothing.',
} as const;

export type CommandName = keyof typeof COMMANDS;
