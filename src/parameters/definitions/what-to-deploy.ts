import type { ParameterDefinition } from '../definition.ts';
import { checkDeployments } from '../deployments.ts';
import {
  checkAppDirectory,
  checkAppName,
  checkConfigNames,
  checkEmail,
  checkHerokuBranch,
  checkRevision,
} from '../rules.ts';
import { CLONING, DEPLOYING, READING, WHOSE, EVERYWHERE } from './commands-of.ts';
import { SSH_KEY_COMMANDS } from './ssh-key.ts';

/** What is deployed, to which app, and with whose key. */
export const TARGET = [
  {
    name: 'app-name',
    type: 'string',
    default: '$HEROKU_APP_NAME',
    description:
      'The Heroku app. Lower case, as Heroku has it. May name an environment variable, such as `$HEROKU_APP_NAME`.',
    commands: EVERYWHERE,
    check: checkAppName,
    required: true,
  },
  {
    name: 'deployments',
    type: 'string',
    default: '',
    description:
      'Which branch goes to which app, in place of `app-name`: lines such as `main: acme-shop-staging`, `/release-.*/: acme-shop-next` or `tag /v.*/: acme-shop`. An expression between slashes has to match the whole name. The first line that matches wins; where none does, nothing is done and the job is green.',
    commands: EVERYWHERE,
    check: checkDeployments,
  },
  {
    name: 'api-key',
    type: 'env-var-name',
    default: 'HEROKU_API_KEY',
    description:
      'The name of the environment variable that holds the Heroku API key. Keep the key itself in a context; make it with `heroku authorizations:create`.',
    commands: [...EVERYWHERE, ...SSH_KEY_COMMANDS],
    required: true,
  },
  {
    name: 'deploy-user',
    type: 'string',
    default: '',
    description:
      'The e-mail address of the account that deploys. When set, a key that belongs to anybody else is refused before anything is touched.',
    commands: WHOSE,
    check: checkEmail,
  },
  {
    name: 'revision',
    type: 'string',
    default: '$CIRCLE_SHA1',
    description:
      'What to deploy: a commit, a tag or a branch. It is peeled to one commit, and exactly that commit is deployed.',
    commands: CLONING,
    otherwise: { value: 'HEAD', commands: READING },
    check: checkRevision,
    required: true,
  },
  {
    name: 'heroku-branch',
    type: 'string',
    default: 'main',
    description:
      'The branch on Heroku that is pushed to: `main`, or `master` for apps that still use it. With `transport: build` there is none.',
    commands: DEPLOYING,
    check: checkHerokuBranch,
    required: true,
  },
  {
    name: 'force',
    type: 'boolean',
    default: false,
    description:
      'Allow going to a commit that does not descend from the deployed one. The push then carries a lease on the deployed commit, so that nobody else’s deployment is overwritten; a tarball is built only while the release that was found is current.',
    commands: CLONING,
  },
  {
    name: 'transport',
    type: 'enum',
    values: ['git', 'build'],
    default: 'git',
    description:
      '`git`: one git push. `build`: a tarball of the same files through Heroku’s Builds API, which needs no history, so that a shallow clone will do; has no limit of git requests; and holds the files of submodules that are checked out.',
    commands: CLONING,
  },
  {
    name: 'app-directory',
    type: 'string',
    default: '',
    description:
      'Deploy this folder of the repository as the root of the app, such as `apps/api`. It is shipped as with `transport: build`, because a git push takes whole repositories. `Procfile` and `migration-paths` are looked for in it.',
    commands: CLONING,
    check: checkAppDirectory,
  },
  {
    name: 'build-app',
    type: 'string',
    default: '',
    description:
      'An app without dynos and without a database of this one’s, where the commit is built first: then its slug is released on the app, and the window does not contain the build. Refused where the two differ in what a slug depends on. For Cedar apps.',
    commands: DEPLOYING,
    check: checkAppName,
  },
  {
    name: 'build-config-ignore',
    type: 'string',
    default: '',
    description:
      'Names of config vars that may differ between `build-app` and the app, because no build reads them. Those that add-ons set may differ in any case.',
    commands: DEPLOYING,
    check: checkConfigNames,
  },
] as const satisfies readonly ParameterDefinition[];
