/** Where the helper keeps the journal of each app, and beside it what it reports: this is cached. */
export const STATE_DIRECTORY = '~/.heroku-cd';

/**
 * Where the helper reports besides: what is stored with the job is of this job alone, and no journal. Not hidden, because
 * CircleCI takes no test results from a hidden folder ("Upload test results").
 */
export const REPORT_DIRECTORY = '~/heroku-cd-reports';
