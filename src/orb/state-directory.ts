/** Where the helper keeps the journal, the result and the report of each app: it is cached, and kept with the job. */
export const STATE_DIRECTORY = '~/.heroku-cd';
