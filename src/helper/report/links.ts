const HOSTS =
  /^(?:https?:\/\/(?:[^@/]*@)?|(?:ssh:\/\/)?git@)(github\.com|gitlab\.com|bitbucket\.org)[:/]([\w.-]+(?:\/[\w.-]+)+)$/;

/** Where people can look further. */
export interface Links {
  readonly job?: string;
  /** What was changed in the code. */
  readonly compare?: string;
}

/** Links of CircleCI's own variables and of the repository's host, where that is one of the known ones. */
export function linksOf(environment: NodeJS.ProcessEnv, before: string | null, after: string): Links {
  const { CIRCLE_BUILD_URL: job = '', CIRCLE_REPOSITORY_URL: repository = '' } = environment;
  const [, host, path] = HOSTS.exec(repository.replace(/(\.git)?\/?$/, '')) ?? [];
  const isRange =
    before !== null && before !== after && [before, after].every((one) => /^[0-9a-f]{40}$/.test(one));
  return {
    ...(/^https:\/\/[\w.-]+\/[\w./-]*$/.test(job) && { job }),
    ...(isRange &&
      host !== undefined && {
        compare:
          host === 'bitbucket.org'
            ? `https://${host}/${path}/branches/compare/${after}..${before}`
            : `https://${host}/${path}/${host === 'gitlab.com' ? '-/' : ''}compare/${before}...${after}`,
      }),
  };
}
