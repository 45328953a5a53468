import { Refusal } from '../errors.ts';
import { Secret } from '../output/secret.ts';

const MAKE_ONE =
  'Make a key with `heroku authorizations:create -d "CircleCI deploys" -e 31536000 -s identity,write-protected` and put it into a CircleCI context that this job uses; in a shell of your own, export it.';

/**
 * The API key from the variable that the parameter `api-key` names.
 * @throws Refusal when the variable is unset or empty, or holds what no key holds. Never shows the value.
 */
export function readApiKey(variable: string, environment: NodeJS.ProcessEnv): Secret {
  // A key pasted where the variable's name belongs must not be printed as if it were a name.
  const shown = /^[A-Z_][A-Z0-9_]*$/.test(variable) ? `$${variable}` : 'the variable that `api-key` names';
  const value = environment[variable];
  const refuse = (what: string, why?: string): Refusal =>
    new Refusal({ what, parameter: 'api-key', next: MAKE_ONE, ...(why === undefined ? {} : { why }) });
  if (value === undefined || value === '') {
    throw refuse(
      `There is no API key: ${shown} is ${value === undefined ? 'not set' : 'empty'} in this job.`,
      'Jobs get secrets from contexts or project settings, and builds of forked pull requests get none.',
    );
  }
  if (/[\r\n]/.test(value)) {
    throw refuse(
      `The API key in ${shown} holds a line break.`,
      'It was probably pasted with one; store it again without.',
    );
  }
  if (/[^\x21-\x7e]/.test(value)) {
    throw refuse(`The API key in ${shown} holds a space or a character that no Heroku key has.`);
  }
  return new Secret(value);
}

/** A key as `doctor` shows it: first and last four characters, or only the length of a short one. */
export function describeKey(key: Secret): string {
  const value = key.reveal();
  return value.length < 20
    ? `${value.length} characters`
    : `${value.slice(0, 4)}…${value.slice(-4)} (${value.length} characters)`;
}
