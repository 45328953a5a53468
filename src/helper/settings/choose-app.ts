import { runInNewContext } from 'node:vm';
import { deploymentLines, type DeploymentLine } from '../../parameters/deployments.ts';
import { Refusal } from '../errors.ts';

/** Where this job's branch or tag goes. */
export interface Chosen {
  /** Undefined: nowhere. */
  readonly app: string | undefined;
  /** One sentence about it. */
  readonly what: string;
}

/** An expression can take longer than anybody lives, and nothing else can run meanwhile. */
const MATCH_LIMIT_MS = 1000;

/**
 * The app of the first line of `deployments` that matches (CircleCI docs, built-in variables: `CIRCLE_BRANCH`
 * is absent where a tag is built, `CIRCLE_TAG` where none is).
 * @throws Refusal where there is neither, or an expression takes too long.
 */
export function chooseApp(deployments: string, environment: NodeJS.ProcessEnv): Chosen {
  const names = { branch: environment['CIRCLE_BRANCH'], tag: environment['CIRCLE_TAG'] };
  const built = (['tag', 'branch'] as const).filter((kind) => names[kind]);
  const subject = built.map((kind) => `${kind} ${names[kind] ?? ''}`).join(' and ');
  if (subject === '') {
    throw new Refusal({
      what: 'deployments: this run belongs to no branch and to no tag, so no line of it can match.',
      why: 'CircleCI sets CIRCLE_BRANCH or CIRCLE_TAG; here neither is set.',
      next: 'By hand, name the app with `--app-name` instead, or set CIRCLE_BRANCH.',
      parameter: 'deployments',
    });
  }
  const found = deploymentLines(deployments).find((one) => matches(one, names[one.kind]));
  return found === undefined
    ? {
        app: undefined,
        what: `Nothing is done here: no line of \`deployments\` matches ${subject}.`,
      }
    : {
        app: found.app,
        what: `The ${subject} goes to ${found.app} (line ${found.line} of \`deployments\`).`,
      };
}

function matches({ line, pattern, regex }: DeploymentLine, name: string | undefined): boolean {
  if (name === undefined || name === '') return false;
  if (regex === undefined) return pattern === name;
  try {
    return runInNewContext('regex.test(name)', { regex, name }, { timeout: MATCH_LIMIT_MS }) as boolean;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new Refusal({
      what: `deployments: line ${line}: whether ${pattern} matches could not be told within ${MATCH_LIMIT_MS} ms.`,
      why: 'Repetitions inside of repetitions, such as `(a+)+`, can take for ever.',
      next: 'Write the expression without them.',
      parameter: 'deployments',
    });
  }
}
