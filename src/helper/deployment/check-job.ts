import { Refusal } from '../errors.ts';

/**
 * Whether this job may deploy at all. Gives a sentence when another node of a parallel job does it.
 * Sources: CircleCI docs, built-in variables (`CIRCLE_NODE_INDEX`; `CIRCLE_PR_NUMBER` exists in builds of
 * forked pull requests alone, whose branch is called `pull/` and that number).
 * @throws Refusal for a forked pull request.
 */
export function checkJob(environment: NodeJS.ProcessEnv): string | undefined {
  const { CIRCLE_PR_NUMBER: number = '', CIRCLE_BRANCH: branch = '' } = environment;
  if (number !== '' || /^pull\/\d+$/.test(branch)) {
    throw new Refusal({
      what: 'This build belongs to a pull request from a fork, and those are never deployed.',
      why: 'Anybody can open one, and what it contains has been reviewed by nobody.',
      next: 'Give the deploying job a branch filter, such as `filters: pipeline.git.branch == "main"`.',
    });
  }
  const node = environment['CIRCLE_NODE_INDEX'] ?? '0';
  return node === '0' || node === ''
    ? undefined
    : `Node ${node} of a parallel job does not deploy: node 0 does, once for all.`;
}
