import { checkDeployments } from '../../parameters/deployments.ts';
import { HerokuCdError } from '../errors.ts';
import { chooseApp } from './choose-app.ts';
import { substituteVariables } from './substitute.ts';

/**
 * Says so where the job's branch or tag goes to none of the apps of `deployments`. Whatever cannot be told yet, or is
 * wrong, is left to the command that deploys: steps in between may set variables that a line names.
 */
export function goesNowhere(environment: NodeJS.ProcessEnv): string | undefined {
  const { text, unset } = substituteVariables(environment['HEROKU_CD_DEPLOYMENTS'] ?? '', environment);
  if (text === '' || text === '<nil>' || unset.length > 0 || checkDeployments(text) !== undefined) {
    return undefined;
  }
  try {
    const { app, what } = chooseApp(text, environment);
    return app === undefined ? what : undefined;
  } catch (error) {
    if (error instanceof HerokuCdError) return undefined;
    throw error;
  }
}
