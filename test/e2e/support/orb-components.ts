import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { fromYaml } from '../../../src/orb/tree/index.ts';

/** The generated orb, packed; or the one that is to be tested in its place. */
export const ORB = process.env['E2E_ORB'] ?? join(__dirname, '..', '..', '..', 'orb', 'orb.yml');

export interface OrbParameter {
  readonly type: 'string' | 'boolean' | 'integer' | 'enum' | 'executor' | 'steps' | 'env_var_name';
  readonly default?: unknown;
}

/** A command or a job of the generated orb. */
export interface OrbComponent {
  readonly kind: 'command' | 'job';
  readonly name: string;
  readonly parameters: Readonly<Record<string, OrbParameter>>;
}

/** Everything in the generated orb that takes arguments, so that what is new in it is tested unasked. */
export function orbComponents(): OrbComponent[] {
  type Section = Record<string, { parameters?: Record<string, OrbParameter> }>;
  const orb = fromYaml(readFileSync(ORB, 'utf8')) as { commands: Section; jobs: Section };
  const section = (kind: OrbComponent['kind'], entries: Section): OrbComponent[] =>
    Object.entries(entries).map(([name, { parameters = {} }]) => ({ kind, name, parameters }));
  return [...section('command', orb.commands), ...section('job', orb.jobs)];
}

/** Where the component uses the parameter: the path of each key, such as `steps.1.run.environment.NAME`. */
export function placesOf(component: OrbComponent, parameter: string): string[] {
  const orb = fromYaml(readFileSync(ORB, 'utf8')) as Record<string, Record<string, unknown>>;
  const expression = new RegExp(`<<\\s*parameters\\.${parameter}\\s*>>`);
  const search = (value: unknown, path: readonly string[]): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, part]) => search(part, [...path, key]))
      : expression.test(String(value))
        ? [path.join('.')]
        : [];
  return search(orb[`${component.kind}s`]?.[component.name], []);
}

/** A configuration whose job `deploy` is the component with these arguments; a command gets a job around it. */
export function configurationWith(component: OrbComponent, given: Readonly<Record<string, unknown>>): string {
  const own = component.kind === 'command';
  return stringify({
    version: 2.1,
    orbs: { 'heroku-cd': 'heroku-cd/heroku-cd@0.1' },
    ...(own
      ? {
          jobs: {
            around: {
              docker: [{ image: 'cimg/node:lts' }],
              steps: [{ checkout: { method: 'full' } }, { [`heroku-cd/${component.name}`]: given }],
            },
          },
        }
      : {}),
    workflows: {
      deploy: {
        jobs: [
          own
            ? { around: { name: 'deploy', context: ['heroku'] } }
            : { [`heroku-cd/${component.name}`]: { name: 'deploy', context: ['heroku'], ...given } },
        ],
      },
    },
  });
}
