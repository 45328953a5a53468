import type { Checked, Finding } from './finding.ts';
import { namedElements } from './walk.ts';

/** Kebab-case, as the project's owner and the official Heroku orb name components and parameters. */
const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** CircleCI's own key keeps CircleCI's spelling. */
const SPELLED_BY_CIRCLECI = new Set(['no_output_timeout']);

/**
 * Arguments of a job in a workflow that CircleCI keeps for itself ("Reusable configuration reference:
 * authoring parameterized jobs"): a parameter of that name could never be given.
 */
const RESERVED = new Set([
  'name',
  'requires',
  'context',
  'type',
  'filters',
  'matrix',
  'pre-steps',
  'post-steps',
  'serial-group',
  'override-with',
]);

/** What `circleci namespace create` takes. */
const NAMESPACE = /^[a-z0-9][a-z0-9_-]*$/;

/** Orbs take strict semantic versions alone ("Orb concepts: semantic versioning"). */
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** Names that CircleCI takes, and that mean what they say. */
export function checkNames({ orb, context }: Checked): Finding[] {
  const findings: Finding[] = [];
  if (!NAMESPACE.test(context.namespace)) {
    const message = `${JSON.stringify(context.namespace)} is no namespace; see ORB_NAMESPACE and package.json, config.orbNamespace`;
    findings.push({ element: '@orb', message });
  }
  if (!VERSION.test(context.version)) {
    const message = `${JSON.stringify(context.version)} is no version of an orb, which is three numbers`;
    findings.push({ element: '@orb', message });
  }
  for (const { element, name, section, parameters } of namedElements(orb)) {
    if (!KEBAB.test(name)) findings.push({ element, message: 'the name is not kebab-case' });
    for (const parameter of Object.keys(parameters)) {
      if (!KEBAB.test(parameter) && !SPELLED_BY_CIRCLECI.has(parameter)) {
        findings.push({ element, parameter, message: 'the name is not kebab-case' });
      }
      if (section === 'jobs' && RESERVED.has(parameter)) {
        const message = 'the name is reserved: CircleCI keeps it for the job’s place in a workflow';
        findings.push({ element, parameter, message });
      }
    }
  }
  for (const name of Object.keys(orb.examples)) {
    if (!KEBAB.test(name)) {
      findings.push({ element: `examples/${name}`, message: 'the name is not kebab-case' });
    }
  }
  return findings;
}
